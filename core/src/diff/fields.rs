//! Compares the fields that nothing else compares, so that no setting is lost because nobody thought of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Difference, Kind};
use crate::pack::{TAKES_FIELDS, UPDATE_IS_OFFERED};

/// Fields of a pack that have a comparison of their own.
const COMPARED_IN_PACKS: [&str; 7] = ["layer", "manifests", "name", "tag", "type", "values", "version"];

/// Fields of a pack in which Palette keeps its own books: they follow the version and are nobody's setting.
pub(crate) const BOOKS_OF_PACKS: [&str; 9] =
    ["digest", "inValidReason", "isInvalid", "isValuesOverridden", "logo", "packUid", "schema", "server", TAKES_FIELDS];

/// Fields of an attached profile that have a comparison of their own, or are Palette's books.
pub(crate) const KNOWN_IN_PROFILES: [&str; 11] = [
    "cloudType",
    "name",
    "packServerRefs",
    "packServerSecret",
    "packs",
    "profileVersion",
    "relatedObject",
    "type",
    "uid",
    UPDATE_IS_OFFERED,
    "version",
];

/// The differences of two packs outside of what is compared elsewhere. Values that are no text and manifests that are no
/// list are told here, as nothing else can read them.
pub(super) fn of_packs(current: &Value, pending: &Value) -> Vec<Difference> {
    let is_odd = |key: &str, value: &Value| match key {
        "values" => value.is_object() || value.is_array(),
        "manifests" => !value.is_array(),
        _ => !COMPARED_IN_PACKS.contains(&key) && !BOOKS_OF_PACKS.contains(&key),
    };
    differences(current, pending, is_odd)
}

/// The differences of two profiles outside of what is compared elsewhere.
pub(super) fn of_profiles(current: &Value, pending: &Value) -> Vec<Difference> {
    differences(current, pending, |key, _| !KNOWN_IN_PROFILES.contains(&key))
}

fn differences(current: &Value, pending: &Value, counts: impl Fn(&str, &Value) -> bool) -> Vec<Difference> {
    let keys = |side: &Value| side.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
    let all: BTreeSet<String> = [keys(current), keys(pending)].into_iter().flat_map(|keys: Vec<_>| keys).collect();
    let side = |document: &Value, key: &str| document.get(key).filter(|value| !is_empty(value)).cloned();
    all.into_iter()
        .filter_map(|key| {
            let (before, after) = (side(current, &key), side(pending, &key));
            let is_told = [&before, &after].into_iter().flatten().any(|value| counts(&key, value));
            (is_told && before != after).then_some(Difference {
                kind: Kind::Field,
                path: Some(key),
                current: before,
                pending: after,
                is_secret: false,
            })
        })
        .collect()
}

/// Null, absent and empty are the same.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
