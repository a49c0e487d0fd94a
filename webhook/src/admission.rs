//! Decides one review: bytes in, bytes out, no socket.

use jiff::Timestamp;
use profile_core::{
    allowance::{self, Asked, Ruling},
    cluster::Cluster,
    rules,
};
use serde_json::Value;
use thiserror::Error;

use crate::{
    record::Record,
    reply,
    review::{self, Operation, Request},
    settings::Settings,
};

/// The only version of the admission API that is spoken.
pub const API_VERSION: &str = "admission.k8s.io/v1";

/// The API group of the objects that are judged.
pub const GROUP: &str = "cluster.spectrocloud.com";

/// The resource that is judged.
pub const RESOURCE: &str = "spectroclusters";

/// What was decided.
#[derive(Debug)]
pub struct Decision {
    /// The AdmissionReview to send back.
    pub reply: Vec<u8>,
    /// What the log should know, when the write is denied.
    pub denial: Option<Denial>,
    /// What metrics and the log count; none of a write that was not judged.
    pub record: Option<Record>,
}

/// A denied write as the log tells it: who, what and by which rules, and no values.
#[derive(Debug, PartialEq, Eq)]
pub struct Denial {
    /// The user who asked.
    pub user: String,
    /// The object as `namespace/name`.
    pub object: String,
    /// The code of each broken rule, once; none where only the write's annotation is refused.
    pub codes: Vec<&'static str>,
}

/// Why there is no decision.
#[derive(Debug, Error)]
pub enum AdmissionError {
    /// The body is no `admission.k8s.io/v1` AdmissionReview with a request.
    #[error("the body is not an {API_VERSION} AdmissionReview: {0}")]
    NotAReview(String),
    /// The review lacks what a decision needs, so neither yes nor no would be true.
    #[error("cannot decide: {0}")]
    Undecidable(String),
}

/// Decides the review in `body` by the rules, and by the exceptions from them that hold at the time `now`.
///
/// Only an update of a cluster's main resource is judged. Everything else that can happen to an object passes: to
/// create, to delete and to write status must never wait for a rule.
///
/// # Errors
///
/// When the body is not a review, or when it does not hold what the decision needs.
pub fn decide(body: &[u8], settings: &Settings, now: Timestamp) -> Result<Decision, AdmissionError> {
    let request = review::parse(body).map_err(AdmissionError::NotAReview)?;
    let is_main_resource = request.sub_resource.as_deref().unwrap_or_default().is_empty();
    if request.operation != Operation::Update || !is_main_resource {
        return Ok(Decision { reply: reply::allowed(&request.uid), denial: None, record: None });
    }
    // The guard never sends another resource. When someone's own configuration does, a yes would look like a check
    // that was made, and a no like a rule that was broken: neither is true, so the configuration's failurePolicy decides.
    if request.resource.group != GROUP || request.resource.resource != RESOURCE {
        return Err(AdmissionError::Undecidable(format!(
            "the review is not about {RESOURCE}.{GROUP}; remove other resources from the rules of the webhook configuration"
        )));
    }
    let before = document(request.old_object.as_ref(), "oldObject")?;
    let after = document(request.object.as_ref(), "object")?;
    let (before, after) = (Cluster::new(before), Cluster::new(after));
    let verdict = rules::check(&before, &after, &settings.policy);
    let asked = Asked::of(&before, &after, request.user(), request.groups());
    let ruling = allowance::judge(verdict, &asked, &settings.exceptions, now);
    let reply = reply::judged(&request.uid, request.name(), &ruling);
    let record = Record::of(&ruling, request.user().into(), request.object_reference(), request.is_dry_run());
    Ok(Decision { reply, denial: denial(&request, &ruling), record: Some(record) })
}

fn document<'a>(document: Option<&'a Value>, field: &str) -> Result<&'a Value, AdmissionError> {
    match document {
        Some(document @ Value::Object(_)) => Ok(document),
        _ => Err(AdmissionError::Undecidable(format!("request.{field} of an update is missing or not an object"))),
    }
}

fn denial(request: &Request, ruling: &Ruling) -> Option<Denial> {
    let codes = reply::codes(&ruling.denied);
    (!ruling.is_allowed()).then(|| Denial { user: request.user().into(), object: request.object_reference(), codes })
}
