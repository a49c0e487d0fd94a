//! Decides one review: bytes in, bytes out, no socket.

use jiff::Timestamp;
use profile_core::{
    allowance::{self, Asked},
    facts::{Facts, Pending},
    rules,
};
use thiserror::Error;

use crate::{
    record::Record,
    reply,
    review::{self, Operation},
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
    /// What metrics and the log count; none of a write that was not judged.
    pub record: Option<Record>,
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
    let resource = &request.resource;
    let is_main_resource = request.sub_resource.as_deref().unwrap_or_default().is_empty();
    if request.operation != Operation::Update || !is_main_resource {
        return Ok(Decision { reply: reply::allowed(&request.uid), record: None });
    }
    // The guard never sends another resource. When someone's own configuration does, a yes would look like a check
    // that was made, and a no like a rule that was broken: neither is true, so the configuration's failurePolicy decides.
    if resource.group != GROUP || resource.resource != RESOURCE {
        return Err(AdmissionError::Undecidable(format!(
            "the review is not about {RESOURCE}.{GROUP}; remove other resources from the rules of the webhook configuration"
        )));
    }
    let before = document(request.old_object.as_ref(), "oldObject")?;
    let after = document(request.object.as_ref().map(Pending::facts), "object")?;
    let verdict = rules::judge(before, after, &|| review::other_content(body), &settings.policy);
    let asked = Asked::of(before, after, &|| review::has_other_spec(body), request.user(), request.groups());
    let ruling = allowance::judge(verdict, &asked, &settings.exceptions, now);
    let reply = reply::judged(&request.uid, request.name(), &ruling);
    let record = Record::of(&ruling, &request);
    Ok(Decision { reply, record: Some(record) })
}

fn document<'r, 'a>(document: Option<&'r Facts<'a>>, field: &str) -> Result<&'r Facts<'a>, AdmissionError> {
    document.ok_or_else(|| AdmissionError::Undecidable(format!("request.{field} of an update is missing")))
}
