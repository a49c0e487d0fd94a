//! A request that came in and the answer that goes out.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

/// A request, read to its end.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The path as the API description writes it, such as `/v1/spectroclusters/{uid}`; empty where it has none.
    pub template: String,
    /// What stands in the path for the template's names.
    pub names: Vec<(String, String)>,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Bytes,
}

impl Request {
    /// What stands in the path for a name of the template.
    pub fn name(&self, name: &str) -> &str {
        find(&self.names, name).unwrap_or_default()
    }

    /// A parameter of the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The project that the request is about.
    pub fn project(&self) -> Option<&str> {
        self.header("projectuid").filter(|uid| !uid.is_empty())
    }

    /// The body as JSON; null where there is none or where it is something else.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Path and query as they were asked for.
    pub fn target(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Decodes `%41` and `+`.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Headers besides the usual ones.
    pub headers: Vec<(String, String)>,
    /// The body; none for 204.
    pub body: Bytes,
}

impl Answer {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// An answer with any text.
    pub fn text(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status: status_code(status), headers, body: body.into() }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status: status_code(status), headers: Vec::new(), body: Bytes::new() }
    }

    /// An answer as the API gives it when it refuses (`v1Error`).
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({"code": code, "message": message, "details": null, "ref": "fake"}).without_null())
    }

    /// The same answer with null for each empty list but `items`.
    pub(crate) fn with_null_lists(mut self) -> Self {
        if let Ok(mut body) = serde_json::from_slice::<Value>(&self.body) {
            empty_lists_to_null(&mut body);
            self.body = body.to_string().into();
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn empty_lists_to_null(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name != "items" && field.as_array().is_some_and(Vec::is_empty) {
                    *field = Value::Null;
                } else {
                    empty_lists_to_null(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(empty_lists_to_null),
        _ => {}
    }
}

/// Go's `omitempty`, which the API's answers obey: fields without a value are left out.
pub(crate) trait WithoutNull {
    /// The value without fields that are null or an empty text, at every depth.
    fn without_null(self) -> Self;
}

impl WithoutNull for Value {
    fn without_null(self) -> Self {
        match self {
            Self::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| (name, value.without_null()));
                Self::Object(fields.filter(|(_, value)| !value.is_null() && value != "").collect())
            }
            Self::Array(items) => Self::Array(items.into_iter().map(Self::without_null).collect()),
            other => other,
        }
    }
}
