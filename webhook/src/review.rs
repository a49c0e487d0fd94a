//! Reads an AdmissionReview: the only place that parses what the API server sent.

use profile_core::{cluster::Cluster, content::Content, facts::Facts};
use serde::Deserialize;
use serde_json::{Value, error::Category};

use crate::admission::API_VERSION;

/// What a review says, as far as a decision needs it: of both objects what the rules look at, and nothing is built of the rest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
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
    #[serde(borrow, default)]
    pub(crate) object: Option<Facts<'a>>,
    #[serde(borrow, default)]
    pub(crate) old_object: Option<Facts<'a>>,
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
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(default)]
    api_version: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(borrow, default)]
    request: Option<Request<'a>>,
}

/// Reads a review, or says why the body is none.
///
/// The reasons quote nothing from the body but its apiVersion and kind: they end in logs, and values can hold secrets.
pub(crate) fn parse(body: &[u8]) -> Result<Request<'_>, String> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|error| reason(&error))?;
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

/// Whether the two objects of a review differ in their profile content. What cannot be read does: nobody knows better.
///
/// It builds both objects, so it is for the one rule that cannot do without.
pub(crate) fn has_other_content(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Envelope {
        request: Objects,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Objects {
        object: Value,
        old_object: Value,
    }
    serde_json::from_slice::<Envelope>(body).map_or(true, |Envelope { request: Objects { object, old_object } }| {
        Content::of(&Cluster::new(&old_object)) != Content::of(&Cluster::new(&object))
    })
}

impl Request<'_> {
    /// Who asked.
    pub(crate) fn user(&self) -> &str {
        self.user_info.as_ref().map_or("", |user| &user.username)
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
