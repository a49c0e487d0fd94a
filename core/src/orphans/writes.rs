//! Reads who wrote a live object, and when: its managed fields.

use serde_json::Value;

use crate::field;

/// What one manager wrote of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The manager's name, which every client chooses for itself.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// When it last changed something, as RFC 3339 in UTC.
    pub time: Option<String>,
    /// The part of the API through which it wrote, such as `status`; `None` for the object itself.
    pub subresource: Option<String>,
}

/// Everyone who wrote a part of the object that still stands, in the object's own order.
pub fn writes(object: &Value) -> Vec<Write> {
    let entries = field::items(object, &["metadata", "managedFields"]);
    let write = |entry: &Value| {
        let text = |name| field::text(entry, &[name]).map(std::borrow::Cow::into_owned);
        Some(Write {
            manager: text("manager")?,
            operation: text("operation").unwrap_or_default(),
            time: text("time"),
            subresource: text("subresource"),
        })
    };
    entries.filter_map(|(_, entry)| write(entry)).collect()
}

/// Whether one time is later than another. Texts of UTC times are ordered like the times, down to the seconds, which are all
/// that the API server keeps.
pub(super) fn is_later(time: &str, than: &str) -> bool {
    seconds(time) > seconds(than)
}

fn seconds(time: &str) -> &str {
    time.get(..19).unwrap_or(time)
}
