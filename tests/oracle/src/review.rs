//! What becomes of a review by the reference: read plainly, judged plainly, answered in one word.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use profile_core::{
    allowance::{self, Consequence},
    cluster::Cluster,
    rules::{Code, Mode},
};
use profile_webhook::settings::Settings;
use serde_json::Value;

use crate::{
    exception::{Annotation, annotation, is_same},
    json::{Json, Unread, read},
    random::world::text,
    reading::{field, world},
    reference::reference,
    shape::REVIEW,
};

/// What must come of a review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It is none.
    NoReview,
    /// It lacks what a decision needs.
    Undecidable,
    /// It is about something that no rule judges.
    Passed {
        /// The review's uid.
        uid: String,
    },
    /// It is judged.
    Judged(Judged),
}

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The review's uid.
    pub uid: String,
    /// Whether the write may be made.
    pub is_allowed: bool,
    /// What each broken rule leads to.
    pub consequences: BTreeMap<&'static str, Consequence>,
}

/// A field that is not what it must be, or stands twice.
struct Wrong;

/// What must come of the review in `body`.
///
/// # Errors
///
/// When it is nested deeper than the reference reads.
pub fn expected(body: &[u8], settings: &Settings, now: Timestamp) -> Result<Expected, Unread> {
    let json = match read(body) {
        Ok(json) => json,
        Err(Unread::NoJson) => return Ok(Expected::NoReview),
        Err(Unread::TooDeep) => return Err(Unread::TooDeep),
    };
    Ok(of_json(&json, settings, now).unwrap_or(Expected::NoReview))
}

fn of_json(review: &Json, settings: &Settings, now: Timestamp) -> Result<Expected, Wrong> {
    let Json::Object(_) = review else { return Err(Wrong) };
    if REVIEW.repeats(review) {
        return Err(Wrong);
    }
    let is_review = optional_text(review, "apiVersion")?.as_deref() == Some("admission.k8s.io/v1")
        && optional_text(review, "kind")?.as_deref() == Some("AdmissionReview");
    let (Some(request @ Json::Object(_)), true) = (review.get("request"), is_review) else { return Err(Wrong) };
    let uid = some_text(request, "uid")?.filter(|uid| !uid.is_empty()).ok_or(Wrong)?;
    let Some(resource @ Json::Object(_)) = request.get("resource") else { return Err(Wrong) };
    let group = some_text(resource, "group")?.unwrap_or_default();
    let resource = some_text(resource, "resource")?.ok_or(Wrong)?;
    let sub_resource = optional_text(request, "subResource")?.unwrap_or_default();
    let operation = some_text(request, "operation")?.ok_or(Wrong)?;
    if !["CREATE", "UPDATE", "DELETE", "CONNECT"].contains(&operation.as_str()) {
        return Err(Wrong);
    }
    for name in ["name", "namespace"] {
        optional_text(request, name)?;
    }
    let (user, groups) = user(request)?;
    if !matches!(request.get("dryRun"), None | Some(Json::Null | Json::Truth(_))) {
        return Err(Wrong);
    }
    let (before, after) = (object(request, "oldObject")?, object(request, "object")?);
    if operation != "UPDATE" || !sub_resource.is_empty() {
        return Ok(Expected::Passed { uid });
    }
    let is_cluster = group == "cluster.spectrocloud.com" && resource == "spectroclusters";
    let (Some(before), Some(after), true) = (before, after, is_cluster) else { return Ok(Expected::Undecidable) };
    let write = Write { before, after, user, groups };
    let (is_allowed, consequences) = judge(&write, settings, now);
    Ok(Expected::Judged(Judged { uid, is_allowed, consequences }))
}

/// A change of a cluster and who makes it.
struct Write<'a> {
    before: &'a Json,
    after: &'a Json,
    user: String,
    groups: Vec<String>,
}

impl Write<'_> {
    /// Whether one of the objects can be read in two ways.
    fn is_ambiguous(&self) -> bool {
        self.before.repeats() || self.after.repeats()
    }
}

fn judge(write: &Write<'_>, settings: &Settings, now: Timestamp) -> (bool, BTreeMap<&'static str, Consequence>) {
    let (before, after) = (world(write.before), world(write.after));
    let mut judgement = reference(&before, &after);
    // What stands twice can be read in two ways, so that nobody knows whether it is what it was.
    let waits = text(&before.state).is_some_and(|it| it.trim().eq_ignore_ascii_case("provisioning"));
    if waits && text(&before.deletion_timestamp).is_none() && write.is_ambiguous() {
        judgement.targets.insert(("ClusterProvisioning", String::new()));
    }
    let mut consequences = BTreeMap::new();
    let mut denied = BTreeSet::new();
    for (code, target) in judgement.targets {
        let mode = Code::ALL.into_iter().find(|it| it.as_str() == code).map(|it| settings.policy.mode(it));
        match mode.unwrap_or_default() {
            Mode::Enforce => _ = denied.insert((code, target)),
            Mode::Warn => _ = consequences.insert(code, Consequence::Warned),
            Mode::Audit => _ = consequences.insert(code, Consequence::Audited),
        }
    }
    let mut all_denied_are = |consequence| consequences.extend(denied.iter().map(|(code, _)| (*code, consequence)));
    let exceptions = &settings.exceptions;
    if exceptions.exempt_writers.contains(&write.user) {
        all_denied_are(Consequence::Audited);
        return (true, consequences);
    }
    let named = match asked(write, text(&before.deletion_timestamp).is_some()) {
        Some(words) if !exceptions.break_glass.groups.is_empty() => {
            annotation(&words, exceptions.break_glass.longest, now)
        }
        _ => Annotation::Names(BTreeSet::new()),
    };
    let Annotation::Names(named) = named else {
        all_denied_are(Consequence::Denied);
        return (false, consequences);
    };
    let is_member = write.groups.iter().any(|group| exceptions.break_glass.groups.contains(group));
    let content = if write.is_ambiguous() { String::new() } else { content_word(write) };
    let is_named = |code: &str, target: &str| {
        let target = if code == "ClusterProvisioning" { &content } else { target };
        is_member && named.iter().any(|(it, written)| it == code && is_same(code, written, target))
    };
    let is_allowed = denied.iter().all(|(code, target)| is_named(code, target));
    all_denied_are(if is_allowed { Consequence::Excused } else { Consequence::Denied });
    (is_allowed, consequences)
}

/// The annotation, where this very write sets it and changes the spec with it.
fn asked(write: &Write<'_>, is_being_deleted: bool) -> Option<String> {
    let annotation = |object: &Json| {
        let annotations = object.get("metadata").and_then(|it| it.get("annotations"));
        text(&field(annotations, "kubectl-profile.dev/allow"))
    };
    let spec = |object: &Json| object.get("spec").map(Json::value);
    let (old, new) = (annotation(write.before), annotation(write.after)?);
    let is_asked = !new.trim().is_empty() && old.as_ref() != Some(&new);
    let has_other_spec = write.is_ambiguous() || spec(write.before) != spec(write.after);
    (is_asked && !is_being_deleted && has_other_spec).then_some(new)
}

/// The word for the content that a cluster changes to. It is a hash, so there is no plainer way to it than core's own.
fn content_word(write: &Write<'_>) -> String {
    let [before, after]: [Value; 2] = [write.before, write.after].map(Json::value);
    allowance::other_content(&Cluster::new(&before), &Cluster::new(&after)).unwrap_or_default()
}

fn object<'a>(request: &'a Json, name: &str) -> Result<Option<&'a Json>, Wrong> {
    match request.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(object @ Json::Object(_)) => Ok(Some(object)),
        Some(_) => Err(Wrong),
    }
}

fn user(request: &Json) -> Result<(String, Vec<String>), Wrong> {
    let user = match request.get("userInfo") {
        None | Some(Json::Null) => return Ok((String::new(), Vec::new())),
        Some(user @ Json::Object(_)) => user,
        Some(_) => return Err(Wrong),
    };
    let name = some_text(user, "username")?.unwrap_or_default();
    let groups = match user.get("groups") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::List(items)) => {
            let text = |item: &Json| if let Json::Text(text) = item { Ok(text.clone()) } else { Err(Wrong) };
            items.iter().map(text).collect::<Result<_, _>>()?
        }
        Some(_) => return Err(Wrong),
    };
    Ok((name, groups))
}

/// A text that may be null.
fn optional_text(object: &Json, name: &str) -> Result<Option<String>, Wrong> {
    if let Some(Json::Null) = object.get(name) { Ok(None) } else { some_text(object, name) }
}

/// A text that may be absent, and never null.
fn some_text(object: &Json, name: &str) -> Result<Option<String>, Wrong> {
    match object.get(name) {
        None => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Wrong),
    }
}
