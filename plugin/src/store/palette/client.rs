//! Requests to Palette's API: in time, at the rate that it allows, again where that is safe, and never with the key in a message.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use kube::client::Body;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    access::{Access, Key},
    failure,
    rate::Rate,
};
use crate::{
    error::{Error, Kind},
    output::trace,
};

/// How often a request is sent in all.
const TRIES: u32 = 6;
/// How often in all where no answer comes.
const TRIES_OF_BROKEN: u32 = 3;
/// How long the first pause is before a request is sent again; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(500);
/// Longest pause that a server may ask for: beyond that its answer is handed over.
const LONGEST: Duration = Duration::from_secs(60);
/// Most bytes of an answer. A page of summaries takes a few megabytes.
const LIMIT: usize = 64 << 20;

/// Bytes of a path that are no letters or digits and need no escaping. A dot could be half of a way up.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'~');

/// A part of a path.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// A connection to one Palette.
pub(super) struct Client {
    inner: kube::Client,
    pub(super) host: String,
    headers: HeaderMap,
    key: Key,
    timeout: Duration,
    rate: Rate,
    requests: Arc<AtomicU64>,
}

/// What a request does, which decides whether it may be sent twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It reads, or asks for a judgement.
    Reads,
    /// It changes something. Whether it did is asked for and not tried again.
    Writes,
}

/// An answer without its body having been looked at.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// How a request ended that got no answer.
enum Lost {
    /// No connection, or it broke.
    Broken(String),
    TimedOut,
}

impl Client {
    /// A client for `access`, which has asked for nothing yet.
    pub(super) async fn new(access: &Access, timeout: Duration) -> Result<Self, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("apikey"), access.key.header()?);
        // An export is a stream of bytes by the API description, and all else is JSON.
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, */*;q=0.1"));
        let agent = concat!("kubectl-profile/", env!("CARGO_PKG_VERSION"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        let inner = super::connection::to(&access.host, access.certificate_authority.as_deref())?;
        let requests = Arc::default();
        let key = access.key.clone();
        key.hide();
        Ok(Self { inner, host: access.host.clone(), headers, key, timeout, rate: Rate::new(), requests })
    }

    /// Sends `uid` as the project of every request from here on.
    pub(super) fn in_project(mut self, uid: &str) -> Result<Self, Error> {
        let value = HeaderValue::from_str(uid).map_err(|_| {
            Error::failed(format!("Palette gave {uid:?} as the uid of the project, which no header can hold"))
        })?;
        self.headers.insert(HeaderName::from_static("projectuid"), value);
        Ok(self)
    }

    /// How many requests were sent so far.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Reads a document. `what` says in errors what was asked for, as a verb and its object.
    pub(super) async fn get(&self, path: &str, what: &str) -> Result<Value, Error> {
        self.json(Method::GET, path, None, (Effect::Reads, what)).await
    }

    /// Asks by a POST that changes nothing.
    pub(super) async fn ask(&self, path: &str, body: &Value, what: &str) -> Result<Value, Error> {
        self.json(Method::POST, path, Some(body), (Effect::Reads, what)).await
    }

    /// Changes something. The answer is null where there is none.
    pub(super) async fn write(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        what: &str,
    ) -> Result<Value, Error> {
        self.json(method, path, body, (Effect::Writes, what)).await
    }

    /// Reads what is no JSON.
    pub(super) async fn text(&self, path: &str, what: &str) -> Result<String, Error> {
        let answer = self.send(Method::GET, path, None, (Effect::Reads, what)).await;
        let answer = answer.map_err(|error| self.key.hidden_in(error))?;
        String::from_utf8(answer.body).map_err(|_| Error::failed(format!("cannot {what}: Palette's answer is no text")))
    }

    async fn json(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        how: (Effect, &str),
    ) -> Result<Value, Error> {
        let answer = self.send(method, path, body, how).await.map_err(|error| self.key.hidden_in(error))?;
        if answer.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Null);
        }
        let read = serde_json::from_slice(&answer.body);
        read.map_err(|error| self.key.hidden_in(failure::no_json(how.1, &self.host, &answer.body, &error)))
    }

    /// Sends a request until it is answered, as far as that is safe, and hands over what is no refusal.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        (effect, what): (Effect, &str),
    ) -> Result<Answer, Error> {
        let (mut pause, mut broken) = (PAUSE, 0);
        for tried in 1.. {
            let ended = self.once(&method, path, body).await;
            let wait = match &ended {
                // What is refused for its number was not looked at.
                Ok(answer) if answer.status == StatusCode::TOO_MANY_REQUESTS => {
                    self.rate.is_exhausted();
                    failure::retry_after(&answer.headers).unwrap_or(pause.max(Duration::from_secs(1)))
                }
                Ok(answer) if effect == Effect::Reads && is_passing(answer.status) => {
                    failure::retry_after(&answer.headers).unwrap_or(pause)
                }
                Err(Lost::Broken(why)) if effect == Effect::Reads && !failure::is_certificate(why) => pause,
                _ => return self.told(ended, what),
            };
            broken += u32::from(ended.is_err());
            if tried >= TRIES || broken >= TRIES_OF_BROKEN || wait > LONGEST {
                return self.told(ended, what);
            }
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        unreachable!("the loop has no end of its own")
    }

    fn told(&self, ended: Result<Answer, Lost>, what: &str) -> Result<Answer, Error> {
        match ended {
            Ok(answer) if answer.status.is_success() => Ok(answer),
            Ok(answer) => {
                // Before anything is cut off, or a half of it would stay.
                let body = self.key.hidden_in_text(&String::from_utf8_lossy(&answer.body));
                Err(failure::refusal(what, &self.host, answer.status, body.as_bytes()))
            }
            Err(Lost::Broken(why)) => Err(failure::broken(what, &self.host, &why)),
            Err(Lost::TimedOut) => {
                let message = format!("no answer from Palette at {} to {what} in {:?}", self.host, self.timeout);
                Err(Error::new(Kind::TimedOut, message).hint("raise --request-timeout, or check the way to it"))
            }
        }
    }

    /// Sends a request once.
    async fn once(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Answer, Lost> {
        self.rate.admit().await;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let bytes = body.map(|it| it.to_string().into_bytes()).unwrap_or_default();
        let (sent, began) = (bytes.len(), Instant::now());
        let ended = match tokio::time::timeout(self.timeout, self.answer(method, path, body.is_some(), bytes)).await {
            Ok(ended) => ended.map_err(Lost::Broken),
            Err(_) => Err(Lost::TimedOut),
        };
        let words = match &ended {
            Ok(answer) => answer.status.to_string(),
            Err(Lost::Broken(why)) => format!("got no answer ({why})"),
            Err(Lost::TimedOut) => "got no answer in time".into(),
        };
        let shown = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().ok().filter(|_| !value.is_sensitive())));
        trace::show(&trace::Exchange {
            method: method.as_str(),
            url: &format!("https://{}{path}", self.host),
            headers: shown.collect(),
            answered: ended.as_ref().map(|it| trace::without_secrets(&it.headers)).unwrap_or_default(),
            ended: &words,
            took: began.elapsed(),
            sizes: (sent, ended.as_ref().map_or(0, |it| it.body.len())),
        });
        ended
    }

    async fn answer(&self, method: &Method, path: &str, has_body: bool, body: Vec<u8>) -> Result<Answer, String> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.headers.clone());
            if has_body {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
        }
        let request = request.body(Body::from(body)).map_err(|error| error.to_string())?;
        let (parts, body) = self.inner.send(request).await.map_err(|error| failure::deepest(&error))?.into_parts();
        let body = Limited::new(body, LIMIT).collect().await;
        let body = body.map_err(|error| format!("its answer is cut off: {}", failure::deepest(&*error)))?;
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes().into() })
    }
}

/// Whether a server may well answer the next time.
fn is_passing(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}
