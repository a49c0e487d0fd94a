//! Merges fields beside the values, each as one whole value.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    Part, Resolution, Verdict,
    decisions::{Found, Judge, Spot, Stands},
    sides::{Base, field, verdict},
};
use crate::{
    diff::{BOOKS_OF_PACKS, KNOWN_IN_PROFILES},
    mask,
    pack::TAKES_FIELDS,
};

/// The attached profile without its packs and variables. What only the cluster's own entry holds stays; what identifies the
/// profile is the target's, where it says so.
pub(super) fn of_profile(judge: &mut Judge<'_>, base: Base<&Value>, own: &Value, target: &Value) -> Map<String, Value> {
    let mut content = own.as_object().cloned().unwrap_or_default();
    content.extend(target.as_object().cloned().unwrap_or_default());
    for key in keys([base.known(), Some(own), Some(target)]) {
        let is_variables = key == "variables" && is_list(own, target, key);
        let is_elsewhere = is_variables || KNOWN_IN_PROFILES.contains(&key);
        let published = base.and_then(|base| field(base, key));
        let is_only_own = published.known().is_none() && field(target, key).is_none();
        if !is_elsewhere && !is_only_own {
            let spot = Spot::new(None, Part::Field(key.to_owned()));
            whole(judge, &spot, published, (own, target), &mut content);
        }
    }
    content
}

fn is_list(own: &Value, target: &Value, key: &str) -> bool {
    [own, target].into_iter().filter_map(|side| field(side, key)).all(Value::is_array)
}

/// The fields of a pack beside its values and manifests; what is neither text nor list there is merged here, too.
pub(super) fn of_pack(
    judge: &mut Judge<'_>,
    pack: &str,
    base: Base<&Value>,
    sides: (&Value, &Value),
    content: &mut Map<String, Value>,
) {
    let is_values = is_text(base, sides);
    let is_manifests = is_list_of_all(base, sides);
    let is_of_profile = field(sides.0, TAKES_FIELDS) == Some(&Value::Bool(true));
    for key in keys([base.known(), Some(sides.0), Some(sides.1)]) {
        let counts = match key {
            "name" => false,
            _ if is_of_profile && !["values", "manifests"].contains(&key) => false,
            "values" => !is_values,
            "manifests" => !is_manifests,
            _ => !is_book(key),
        };
        if counts {
            let spot = Spot::new(Some(pack), Part::Field(key.to_owned()));
            whole(judge, &spot, base.and_then(|base| field(base, key)), sides, content);
        }
    }
}

/// What the cluster set in the fields of a pack that is gone in the target.
pub(super) fn lost(judge: &mut Judge<'_>, pack: &str, base: &Value, own: &Value) {
    for key in keys([Some(base), Some(own), None]).into_iter().filter(|key| !is_book(key)) {
        let (published, set) = (field(base, key), field(own, key));
        let is_text_or_list = match key {
            "values" => is_text(Base::Known(Some(base)), (own, &Value::Null)),
            "manifests" => is_list_of_all(Base::Known(Some(base)), (own, &Value::Null)),
            _ => false,
        };
        if set.is_some() && set.map(as_text) != published.map(as_text) && !is_text_or_list {
            let spot = Spot::new(Some(pack), Part::Field(key.to_owned()));
            judge.settle(&spot, found(&spot, (Verdict::Lost, None), Base::Known(published), set, None));
        }
    }
}

/// Whether the values are text on all sides.
pub(super) fn is_text(base: Base<&Value>, sides: (&Value, &Value)) -> bool {
    all(base, sides, "values", |value| !value.is_array() && !value.is_object())
}

/// Whether the manifests are a list on all sides.
pub(super) fn is_list_of_all(base: Base<&Value>, sides: (&Value, &Value)) -> bool {
    all(base, sides, "manifests", Value::is_array)
}

fn all(base: Base<&Value>, sides: (&Value, &Value), key: &str, holds: fn(&Value) -> bool) -> bool {
    [base.known(), Some(sides.0), Some(sides.1)].into_iter().flatten().filter_map(|side| field(side, key)).all(holds)
}

/// Whether Palette keeps its own books in a field of a pack: they follow the target and are nobody's setting.
pub(super) fn is_book(key: &str) -> bool {
    // The definitions of presets belong to the version of the pack.
    BOOKS_OF_PACKS.contains(&key) || key == "presets"
}

/// Merges one field as a whole and puts it into `content`, which is the target's so far.
fn whole(
    judge: &mut Judge<'_>,
    spot: &Spot,
    base: Base<&Value>,
    sides: (&Value, &Value),
    content: &mut Map<String, Value>,
) {
    let Part::Field(key) = &spot.part else { return };
    let (own, target) = (field(sides.0, key), field(sides.1, key));
    let Some(stands) = settle(judge, spot, base, own, target) else { return };
    let value = match stands {
        Stands::Target => return,
        Stands::Own => own.cloned(),
        Stands::Value(value) => Some(value),
    };
    match value {
        Some(value) => {
            content.insert(key.clone(), value);
        }
        None => {
            content.shift_remove(key);
        }
    }
}

/// Settles one whole value; `None` where the cluster set nothing itself.
pub(super) fn settle(
    judge: &mut Judge<'_>,
    spot: &Spot,
    base: Base<&Value>,
    own: Option<&Value>,
    target: Option<&Value>,
) -> Option<Stands> {
    let text = |side: Option<&Value>| side.map(as_text);
    let (base_text, own_text, target_text) = (base.and_then(|it| Some(as_text(it))), text(own), text(target));
    let (verdict, clear) = verdict(base_text.as_ref(), own_text.as_ref(), target_text.as_ref(), false)?;
    // A field that the target does not have can be put there like any other.
    let verdict = if verdict == Verdict::Lost { Verdict::Conflict } else { verdict };
    Some(judge.settle(spot, found(spot, (verdict, clear), base, own, target)))
}

/// The override of a whole value.
pub(super) fn found(
    spot: &Spot,
    (verdict, clear): (Verdict, Option<Resolution>),
    base: Base<&Value>,
    own: Option<&Value>,
    target: Option<&Value>,
) -> Found {
    let is_secret = matches!(&spot.part, Part::Field(key) | Part::Variable(key) if mask::is_secret_key(key));
    Found {
        clear,
        published: base.known().cloned(),
        own: own.cloned(),
        target: target.cloned(),
        is_secret,
        ..Found::new(String::new(), verdict)
    }
}

/// A version that is a number is the same as its text.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) => Value::from(value.to_string()),
        _ => value.clone(),
    }
}

fn keys(sides: [Option<&Value>; 3]) -> BTreeSet<&str> {
    sides.into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys).map(String::as_str).collect()
}

/// Whether two packs say the same in everything that is not Palette's own books.
pub(super) fn is_same_pack(left: &Value, right: &Value) -> bool {
    keys([Some(left), Some(right), None]).into_iter().filter(|key| !is_book(key)).all(|key| {
        let sides = (field(left, key), field(right, key));
        match sides {
            (Some(Value::Array(left)), Some(Value::Array(right))) if key == "manifests" => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same_manifest(left, right))
            }
            (left, right) => left.map(as_text) == right.map(as_text),
        }
    })
}

/// Each published version has manifests of its own uid: with both contents in sight the uid says nothing more.
pub(super) fn is_same_manifest(left: &Value, right: &Value) -> bool {
    let fields = |key| (field(left, key), field(right, key));
    let is_same = |key| fields(key).0 == fields(key).1;
    match fields("content") {
        (Some(left), Some(right)) => left == right,
        _ => is_same("name") && is_same("uid") && is_same("kind") && is_same("content"),
    }
}
