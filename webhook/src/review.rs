//! Reads an AdmissionReview: the only place that parses what the API server sent.

use profile_core::{
    allowance,
    cluster::Cluster,
    facts::{Facts, Pending},
};
use serde::Deserialize;
use serde_json::error::Category;

pub(crate) use self::written::{Object, Word};
use crate::{admission::API_VERSION, document::Document};

mod written;

/// What a review says, as far as a decision needs it: of both objects what the rules look at, and nothing is built of the rest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    pub(crate) uid: String,
    pub(crate) resource: Object<Resource>,
    #[serde(default)]
    pub(crate) sub_resource: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    pub(crate) operation: Word<Operation>,
    #[serde(default)]
    user_info: Option<Object<User>>,
    #[serde(default)]
    dry_run: Option<bool>,
    #[serde(borrow, default)]
    pub(crate) object: Option<Pending<'a>>,
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
    #[serde(default)]
    groups: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(default)]
    api_version: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(borrow, default)]
    request: Option<Object<Request<'a>>>,
}

/// Reads a review, or says why the body is none.
///
/// The reasons quote nothing from the body but its apiVersion and kind: they end in logs, and values can hold secrets.
pub(crate) fn parse(body: &[u8]) -> Result<Request<'_>, String> {
    let Object(envelope) = serde_json::from_slice::<Object<Envelope<'_>>>(body).map_err(|error| reason(&error))?;
    let (api_version, kind) = (envelope.api_version.unwrap_or_default(), envelope.kind.unwrap_or_default());
    if api_version != API_VERSION || kind != "AdmissionReview" {
        return Err(format!(
            "expected apiVersion {API_VERSION:?} and kind \"AdmissionReview\", found {:?} and {:?}",
            shortened(&api_version),
            shortened(&kind)
        ));
    }
    let Object(request) = envelope.request.ok_or("it has no request")?;
    if request.uid.is_empty() {
        return Err("its request.uid is empty".into());
    }
    Ok(request)
}

/// Both objects of a review as a whole. It takes ten times as long as the rest of a decision, so it is for what seldom happens
/// and cannot do without.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Objects {
    object: Document,
    old_object: Document,
}

impl Objects {
    fn of(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Envelope {
            request: Objects,
        }
        Some(serde_json::from_slice::<Envelope>(body).ok()?.request)
    }
}

/// What the profile content of a review's cluster changes to, in the word of an exception; `None` where it does not change.
/// What cannot be read does, and no exception can name it: nobody knows better.
pub(crate) fn other_content(body: &[u8]) -> Option<String> {
    let Some(objects) = Objects::of(body) else { return Some(String::new()) };
    allowance::other_content(&Cluster::new(&objects.old_object.0), &Cluster::new(&objects.object.0))
}

/// Whether the two objects of a review differ in their spec; what cannot be read does.
pub(crate) fn has_other_spec(body: &[u8]) -> bool {
    Objects::of(body).is_none_or(|it| it.old_object.0.get("spec") != it.object.0.get("spec"))
}

impl Request<'_> {
    /// Who asked.
    pub(crate) fn user(&self) -> &str {
        self.user_info.as_ref().map_or("", |Object(user)| &user.username)
    }

    /// The groups of who asked.
    pub(crate) fn groups(&self) -> Vec<&str> {
        let groups = self.user_info.as_ref().and_then(|Object(user)| user.groups.as_ref());
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
