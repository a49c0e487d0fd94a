//! A review as data.

use serde_json::{Value, json};

use super::{Review, Shown, verdict};

/// The fields of a document of kind `Diff`.
pub(super) fn fields(review: &Review, shown: &Shown) -> Value {
    let changes: Vec<_> = shown.changes().collect();
    let (violations, warnings) = review.verdict.as_ref().map(verdict::json).unwrap_or_default();
    json!({
        "cluster": review.cluster,
        "differs": !changes.is_empty(),
        "changes": changes,
        "violations": violations,
        "warnings": warnings,
    })
}
