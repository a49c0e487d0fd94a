//! The record that a scale-down leaves on the object.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Setting;
use crate::{annotations, content::hash, field};

/// What an object was like before we stopped it, and why we did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Record {
    /// The size that it had, or what else stood where we set it.
    pub former: Setting,
    /// When, in RFC 3339.
    pub at: String,
    /// Why, in the user's words.
    pub reason: Option<String>,
    /// The revision of the cluster that left the object behind, where one is kept.
    pub revision: Option<u64>,
    /// The cluster, as `NAMESPACE/NAME`: two clusters may have one name.
    pub cluster: String,
    /// The uid of the object: a record that was copied to another object is none of its own.
    pub uid: String,
    /// The rest of its specification, to tell what somebody changed since; empty where nothing is known of it.
    pub fields: BTreeMap<String, String>,
}

/// The record as it is written down. Records of before only know `replicas`, and no fields.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a record as scale-down writes it")]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replicas: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suspend: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paused: Option<Paused>,
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    cluster: String,
    uid: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
    /// Looked at by [`Record::of`] alone.
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "it is compared as text, and has its place here because unknown fields are refused")]
    check: Option<String>,
}

/// KEDA's annotation as it was. A struct of its own, because its absence is to be told from a record that says nothing of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paused {
    replicas: Option<String>,
}

impl TryFrom<Written> for Record {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let former = match (written.replicas, written.suspend, written.paused) {
            (Some(replicas), None, None) => Setting::Replicas(replicas),
            (None, Some(suspend), None) => Setting::Suspended(suspend),
            (None, None, Some(paused)) => Setting::PausedAt(paused.replicas),
            (None, None, None) => return Err("it lacks `replicas`".to_owned()),
            _ => return Err("it names more than one of `replicas`, `suspend` and `paused`".to_owned()),
        };
        // No workload is larger than the API's own limit, and one that stood still was never stopped by us.
        match &former {
            Setting::Replicas(replicas) if !(1..=i64::from(i32::MAX)).contains(replicas) => {
                return Err(format!("`replicas` is {replicas}, which is no size to go back to"));
            }
            stopped if stopped.is_stopped() => {
                return Err(format!("`{}` is {stopped}, which is nothing to go back to", stopped.name()));
            }
            _ => {}
        }
        let Written { at, reason, revision, cluster, uid, fields, .. } = written;
        Ok(Self { former, at, reason, revision, cluster, uid, fields })
    }
}

impl From<Record> for Written {
    fn from(record: Record) -> Self {
        let Record { former, at, reason, revision, cluster, uid, fields } = record;
        let (replicas, suspend, paused) = match former {
            Setting::Replicas(replicas) => (Some(replicas), None, None),
            Setting::Suspended(suspend) => (None, Some(suspend), None),
            Setting::PausedAt(replicas) => (None, None, Some(Paused { replicas })),
        };
        Self { replicas, suspend, paused, at, reason, revision, cluster, uid, fields, check: None }
    }
}

impl Record {
    /// The record on a live object; `None` without one. What is no record of ours is an error that says why.
    ///
    /// # Errors
    /// When the annotation is not what we write: someone edited it, or a newer version of this tool wrote it. An edit that
    /// would still make a record, such as of another size, is known by the record's own check.
    pub fn of(live: &Value) -> Result<Option<Self>, String> {
        let annotation = field::at(live, &["metadata", "annotations", annotations::SCALED_DOWN]);
        let Some(annotation) = annotation.filter(|value| !value.is_null()) else { return Ok(None) };
        let text = annotation.as_str().ok_or("it is no text")?;
        let record: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        // The first records had no check.
        let raw: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match raw.get(CHECK).and_then(Value::as_str) {
            Some(check) if check != record.check() => {
                Err(format!("it was edited: its `{CHECK}` does not fit the rest; put back what was edited"))
            }
            _ => Ok(Some(record)),
        }
    }

    /// The record as the annotation's text.
    pub fn text(&self) -> String {
        let mut document = json!(self);
        document[CHECK] = self.check().into();
        document.to_string()
    }

    /// Tells an edit by hand. It protects against mistakes, not against somebody who means it.
    fn check(&self) -> String {
        hash(&json!(self)).trim_start_matches("sha256:").chars().take(CHECK_DIGITS).collect()
    }
}

/// The field of the annotation that tells whether the others are what was written.
const CHECK: &str = "check";
const CHECK_DIGITS: usize = 12;
