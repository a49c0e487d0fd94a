//! A review as data; docs/diff-schema.md says what each field means.

use profile_core::{
    blame::Blame,
    diff::{Change, Kind},
    merge::{Override, Part},
};
use serde_json::{Map, Value, json};

use super::{Review, Shown, judgement::Judgement, overrides, repave, summary, verdict};

/// The fields of a document of kind `Diff`.
pub(super) fn fields(review: &Review, shown: &Shown) -> Value {
    let changes: Vec<_> = shown.changes().map(|it| change(it, review, shown)).collect();
    let (violations, warnings) = review.verdict.as_ref().map(verdict::json).unwrap_or_default();
    let open = shown.overrides.iter().filter(|it| it.is_open()).count();
    json!({
        "store": review.store,
        "cluster": review.cluster,
        "namespace": review.namespace,
        "differs": !changes.is_empty(),
        "changes": changes,
        "ignored": shown.left_out,
        "summary": summary::json(shown, &review.sides),
        "base": review.base,
        "overrides": shown.overrides.iter().map(|it| override_json(it, review)).collect::<Vec<_>>(),
        "open": open,
        "violations": violations,
        "warnings": warnings,
        "notes": review.notes,
        "palette": review.judgement.as_ref().map(Judgement::json),
        "repaveEstimate": {
            "worst": repave::effect(review.repave.as_deref()),
            "changes": review.repave.as_deref().unwrap_or_default(),
        },
    })
}

/// A change, who set what it changes, and the verdict where that is an override.
fn change(change: &Change, review: &Review, shown: &Shown) -> Value {
    let mut fields = match serde_json::to_value(change) {
        Ok(Value::Object(fields)) => fields,
        // A change is an object by its definition.
        _ => Map::new(),
    };
    let what = match (change.kind, &change.current, &change.pending) {
        (Kind::PackAdded | Kind::ProfileAdded, ..) => "added",
        (Kind::PackRemoved | Kind::ProfileRemoved, ..) => "removed",
        (Kind::Value | Kind::Field | Kind::Manifest, None, Some(_)) => "added",
        (Kind::Value | Kind::Field | Kind::Manifest, Some(_), None) => "removed",
        _ => "changed",
    };
    fields.insert("change".into(), what.into());
    fields.insert("before".into(), json!(change.current));
    fields.insert("after".into(), json!(change.pending));
    let by = shown.overrides.iter().find(|it| touches(it, change));
    fields.insert("setBy".into(), if by.is_some() { "override" } else { "published" }.into());
    fields.insert("since".into(), json!(by.and_then(|it| since(it, review))));
    fields.insert("verdict".into(), json!(by.map(|it| it.verdict)));
    fields.into()
}

/// Whether the override stands where the change does, or inside of it, or around it.
fn touches(it: &Override, change: &Change) -> bool {
    if it.profile != change.profile || it.pack != change.pack {
        return false;
    }
    let path = change.path.as_deref().unwrap_or_default();
    match (&it.part, change.kind) {
        (Part::Values, Kind::Value) => is_on_one_way(&it.path, path),
        (Part::Values, Kind::Text) | (Part::Presets, Kind::Presets) => true,
        (Part::Manifest(name), Kind::Manifest) | (Part::Field(name), Kind::Field) => name == path,
        (Part::Variable(_), Kind::Field) => path == "variables",
        (Part::Field(name), Kind::PackVersion) => name == "version" || name == "tag",
        (Part::Pack, Kind::PackAdded | Kind::PackRemoved) => true,
        _ => false,
    }
}

fn is_on_one_way(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || short.is_empty() || rest.starts_with(['.', '[']))
}

/// Which revision brought the override in, as far as that is known.
fn since<'r>(it: &Override, review: &'r Review) -> Option<&'r Blame> {
    let place = it.place();
    review.blame.iter().find(|(other, _)| *other == place).map(|(_, blame)| blame)
}

fn override_json(it: &Override, review: &Review) -> Value {
    let (part, name) = match &it.part {
        Part::Values => ("values", None),
        Part::Presets => ("presets", None),
        Part::Manifest(name) => ("manifest", Some(name)),
        Part::Variable(name) => ("variable", Some(name)),
        Part::Field(name) => ("field", Some(name)),
        Part::Pack => ("pack", None),
    };
    json!({
        "place": it.place(),
        "profile": it.profile,
        "pack": it.pack,
        "part": part,
        "name": name,
        "path": it.path,
        "verdict": it.verdict,
        "says": overrides::words(it.verdict),
        "isOpen": it.is_open(),
        "sides": {"published": it.published, "override": it.own, "profile": it.target},
        "since": since(it, review),
        "resolution": it.resolution,
        "refused": it.refused,
        "preset": it.preset,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_on_one_way_touch() {
        assert!(is_on_one_way("a.b", "a.b") && is_on_one_way("a", "a.b") && is_on_one_way("a[name=x].b", "a[name=x]"));
        assert!(is_on_one_way("", "a"));
        assert!(!is_on_one_way("a", "ab") && !is_on_one_way("a.b", "a.c"));
    }
}
