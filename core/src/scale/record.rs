//! The record that a scale-down leaves on the object.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{annotations, field};

/// What a workload was like before we scaled it to zero, and why we did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The replicas that it had.
    pub replicas: i64,
    /// When, in RFC 3339.
    pub at: String,
    /// Why, in the user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The revision of the cluster that left the workload behind, where one is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The cluster, as `NAMESPACE/NAME`: two clusters may have one name.
    pub cluster: String,
    /// The uid of the object: a record that was copied to another object is none of its own.
    pub uid: String,
}

impl Record {
    /// The record on a live object; `None` without one. What is no record of ours is an error that says why.
    ///
    /// # Errors
    /// When the annotation is not what we write: someone edited it, or a newer version of this tool wrote it.
    pub fn of(live: &Value) -> Result<Option<Self>, String> {
        let annotation = field::at(live, &["metadata", "annotations", annotations::SCALED_DOWN]);
        let Some(annotation) = annotation.filter(|value| !value.is_null()) else { return Ok(None) };
        let text = annotation.as_str().ok_or("it is no text")?;
        let record: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        // No workload is larger than the API's own limit, and one of size 0 was never scaled down by us.
        if !(1..=i64::from(i32::MAX)).contains(&record.replicas) {
            return Err(format!("`replicas` is {}, which is no size to go back to", record.replicas));
        }
        Ok(Some(record))
    }

    /// The record as the annotation's text.
    pub fn text(&self) -> String {
        serde_json::json!(self).to_string()
    }
}
