//! Tells by the age of an object whether it can be what a cluster's profiles rendered at one time.

use serde_json::Value;

use super::Confidence;
use crate::field;

/// When a cluster had one state of its profiles attached, as far as that is kept. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// When it was attached: right before, the cluster had something else.
    pub since: Option<String>,
    /// The latest time at which the cluster is known to have had it.
    pub seen: Option<String>,
    /// A time at which the cluster had something else again.
    pub left: Option<String>,
}

impl Period {
    /// What the age of the live object says against its being what was rendered then: how far the confidence goes at most,
    /// and why.
    pub(super) fn doubt(&self, object: &Value) -> Option<(Confidence, String)> {
        let created = field::text(object, &["metadata", "creationTimestamp"])?;
        // Texts of UTC times are ordered like the times, down to the seconds, which are all that the API server keeps.
        let second = |time: &str| time.get(..19).unwrap_or(time).to_owned();
        let is_after = |time: &&String| second(time) < second(&created);
        if let Some(left) = self.left.as_ref().filter(is_after) {
            return Some((
                Confidence::Suspected,
                format!(
                    "created at {created}, after this was left at {left}: somebody else made it under the same name"
                ),
            ));
        }
        if let Some(seen) = self.seen.as_ref().filter(is_after) {
            return Some((
                Confidence::Likely,
                format!(
                    "created at {created}, and when this was left after {seen} is not kept: it may be somebody else's"
                ),
            ));
        }
        let since = self.since.as_ref().filter(|time| second(&created) < second(time))?;
        Some((
            Confidence::Likely,
            format!("created at {created}, before this was attached at {since}: it may be somebody else's"),
        ))
    }
}
