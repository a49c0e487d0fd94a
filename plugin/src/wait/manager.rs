//! Tells who wrote the spec of an object last.

use profile_core::field;
use serde_json::Value;

/// The field manager that wrote something of the spec last, as the API server keeps it.
pub(super) fn newest_of_spec(object: &Value) -> Option<String> {
    let entries = field::items(object, &["metadata", "managedFields"]).map(|(_, entry)| entry);
    let of_spec = entries.filter(|entry| entry["fieldsV1"].get("f:spec").is_some());
    // Times of this form sort as text; of two at the same second the later entry holds.
    let newest = of_spec.max_by_key(|entry| entry["time"].as_str().unwrap_or_default().to_owned());
    newest.and_then(|entry| entry["manager"].as_str()).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_writer_of_the_spec_counts_and_no_writer_of_the_status() {
        let entry =
            |manager: &str, time: &str, field: &str| json!({"manager": manager, "time": time, "fieldsV1": {field: {}}});
        let object = json!({"metadata": {"managedFields": [
            entry("agent", "2026-01-03T00:00:00Z", "f:spec"),
            entry("kubectl-profile", "2026-01-02T00:00:00Z", "f:spec"),
            entry("status-writer", "2026-01-09T00:00:00Z", "f:status"),
        ]}});
        assert_eq!(newest_of_spec(&object).as_deref(), Some("agent"));
        assert_eq!(newest_of_spec(&json!({"metadata": {"managedFields": [1, null]}})), None);
        assert_eq!(newest_of_spec(&json!({})), None);
    }
}
