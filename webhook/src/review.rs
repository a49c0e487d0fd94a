//! Reads an AdmissionReview: the only place that parses what the API server sent.

use serde::Deserialize;
use serde_json::{Value, error::Category};

use crate::admission::API_VERSION;

/// What a review says, as far as a decision needs it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    pub(crate) uid: String,
    pub(crate) resource: Resource,
    #[serde(default)]
    pub(crate) sub_resource: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    pub(crate) operation: Operation,
    #[serde(default)]
    user_info: Option<User>,
    #[serde(default)]
    dry_run: Option<bool>,
    #[serde(default)]
    pub(crate) object: Option<Value>,
    #[serde(default)]
    pub(crate) old_object: Option<Value>,
}

/// The resource that the objects have in this review.
#[derive(Debug, Deserialize)]
pub(crate) struct Resource {
    #[serde(default)]
    pub(crate) group: String,
    pub(crate) resource: String,
}

/// The four operations of admission.k8s.io/v1.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

#[derive(Debug, Deserialize)]
struct User {
    #[serde(default)]
    username: String,
    #[serde(default)]
    groups: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    #[serde(default)]
    api_version: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    request: Option<Request>,
}

/// Reads a review, or says why the body is none.
///
/// The reasons quote nothing from the body but its apiVersion and kind: they end in logs, and values can hold secrets.
pub(crate) fn parse(body: &[u8]) -> Result<Request, String> {
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| reason(&error))?;
    let (api_version, kind) = (envelope.api_version.unwrap_or_default(), envelope.kind.unwrap_or_default());
    if api_version != API_VERSION || kind != "AdmissionReview" {
        return Err(format!(
            "expected apiVersion {API_VERSION:?} and kind \"AdmissionReview\", found {:?} and {:?}",
            shortened(&api_version),
            shortened(&kind)
        ));
    }
    let request = envelope.request.ok_or("it has no request")?;
    if request.uid.is_empty() {
        return Err("its request.uid is empty".into());
    }
    Ok(request)
}

impl Request {
    /// Who asked.
    pub(crate) fn user(&self) -> &str {
        self.user_info.as_ref().map_or("", |user| &user.username)
    }

    /// The groups of who asked.
    pub(crate) fn groups(&self) -> Vec<&str> {
        let groups = self.user_info.as_ref().and_then(|user| user.groups.as_ref());
        groups.into_iter().flatten().map(String::as_str).collect()
    }

    /// Whether nothing will be stored.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.dry_run.unwrap_or_default()
    }

    /// The object's name.
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The object's namespace and name.
    pub(crate) fn object_reference(&self) -> String {
        format!("{}/{}", self.namespace.as_deref().unwrap_or_default(), self.name())
    }
}

fn reason(error: &serde_json::Error) -> String {
    let place = format!("line {} column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => format!("its JSON ends early, at {place}"),
        // The depth limit of the parser also ends here; no object that Palette writes comes near it.
        Category::Syntax | Category::Io => format!("it is not JSON, or nested too deeply, at {place}"),
        Category::Data => format!("a field of the request is missing, repeated or of another type, at {place}"),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
