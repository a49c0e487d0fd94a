//! Merges profile variables by name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Part, Verdict,
    decisions::{Judge, Spot, Stands},
    fields, masked,
    sides::{Base, field, verdict},
};
use crate::field;

/// A variable among others: its name, and which of those with that name it is.
type Key<'v> = (&'v str, usize);

type ByKey<'v> = BTreeMap<Key<'v>, &'v Value>;

/// Puts the merged `variables` into `content`, which holds the target's fields.
pub(super) fn merge(
    judge: &mut Judge<'_>,
    base: Base<&Value>,
    own: &Value,
    target: &Value,
    content: &mut Map<String, Value>,
) {
    // A cluster's copy without any variables does not show them: that is no removal of all.
    let Some(Value::Array(own_items)) = field(own, "variables") else {
        if let (None, Some(Value::Array(items))) = (field(own, "variables"), field(target, "variables")) {
            let all = items.iter().filter_map(|item| match masked::hides(item) {
                true => one(judge, name(item), Base::Known(None), None, Some(item)),
                false => Some(item.clone()),
            });
            content.insert("variables".into(), all.collect());
        }
        return;
    };
    let target_items: &[Value] = match field(target, "variables") {
        Some(Value::Array(items)) => items,
        Some(_) => return,
        None => &[],
    };
    let published = match base {
        Base::Known(base) => Base::Known(Some(base.map(|it| keyed(items(it)).collect()).unwrap_or_default())),
        Base::Unknown => Base::Unknown,
    };
    let base_of = |key: &Key<'_>| published.as_ref().and_then(|all: &ByKey<'_>| all.get(key).copied());
    let (in_own, in_target): (ByKey<'_>, ByKey<'_>) = (keyed(own_items).collect(), keyed(target_items).collect());
    let mut merged = Vec::new();
    for (key, item) in keyed(target_items) {
        merged.extend(one(judge, key.0, base_of(&key), in_own.get(&key).copied(), Some(item)));
    }
    for (key, item) in keyed(own_items).filter(|(key, _)| !in_target.contains_key(key)) {
        merged.extend(one(judge, key.0, base_of(&key), Some(item), None));
    }
    content.insert("variables".into(), merged.into());
}

fn items(document: &Value) -> &[Value] {
    document.get("variables").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn name(item: &Value) -> &str {
    item.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn keyed(items: &[Value]) -> impl Iterator<Item = (Key<'_>, &Value)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    items.iter().map(move |item| {
        let count = counts.entry(name(item)).or_default();
        *count += 1;
        ((name(item), *count), item)
    })
}

/// One variable: what stands of it in the result.
fn one(
    judge: &mut Judge<'_>,
    name: &str,
    base: Base<&Value>,
    own: Option<&Value>,
    target: Option<&Value>,
) -> Option<Value> {
    let differing = match (own, target) {
        (Some(own), Some(target)) => differing(base, own, target),
        _ => Vec::new(),
    };
    let whole = verdict(base, own, target, false);
    let found = match (own, target) {
        (Some(Value::Object(_)), Some(Value::Object(_))) => {
            differing.iter().map(|(_, found)| found.clone()).max_by_key(|(it, _)| weight(*it))
        }
        _ => whole,
    };
    let Some(found) = found else { return target.cloned() };
    let spot = Spot::new(None, Part::Variable(name.to_owned()));
    // Where only one field differs, its value says it all.
    let shown = |side: &'_ Value| match differing.as_slice() {
        [(key, _)] => field(side, key).cloned(),
        _ => Some(side.clone()),
    };
    let (published, own_shown, target_shown) =
        (base.known().and_then(shown), own.and_then(shown), target.and_then(shown));
    let published = if base.is_unknown() { Base::Unknown } else { Base::Known(published.as_ref()) };
    let verdict = found.0;
    let mut found = fields::found(&spot, found, published, own_shown.as_ref(), target_shown.as_ref());
    let is_sensitive = |side: &Value| field::at(side, &["isSensitive"]) == Some(&Value::Bool(true));
    found.is_secret |= [base.known(), own, target].into_iter().flatten().any(is_sensitive);
    found.can_return = true;
    let stands = judge.settle(&spot, found);
    let is_decided = judge.overrides.last().is_some_and(|it| it.resolution.is_some());
    let Some(target) = target else {
        return match stands {
            Stands::Own => own.cloned(),
            Stands::Target => None,
            Stands::Value(value) => own.map(|own| with_value(own, value)),
        };
    };
    let Some(own) = own else {
        return match stands {
            Stands::Own => None,
            Stands::Target => Some(target.clone()),
            Stands::Value(value) => Some(with_value(target, value)),
        };
    };
    if !(own.is_object() && target.is_object()) {
        return match stands {
            Stands::Own => Some(own.clone()),
            Stands::Target => Some(target.clone()),
            Stands::Value(value) => Some(value),
        };
    }
    let mut result = target.clone();
    for (key, (of_field, _)) in differing {
        let takes = match &stands {
            Stands::Own | Stands::Value(_) => true,
            Stands::Target => of_field == Verdict::Kept && verdict != Verdict::Kept && !is_decided,
        };
        if let (true, Some(fields)) = (takes, result.as_object_mut()) {
            match field(own, &key) {
                Some(value) => drop(fields.insert(key, value.clone())),
                None => drop(fields.shift_remove(&key)),
            }
        }
    }
    Some(match stands {
        Stands::Value(value) => with_value(&result, value),
        Stands::Own | Stands::Target => result,
    })
}

type FieldFound = (String, (Verdict, Option<super::Resolution>));

/// The fields of a variable that the cluster sets itself.
fn differing(base: Base<&Value>, own: &Value, target: &Value) -> Vec<FieldFound> {
    let sides = [base.known(), Some(own), Some(target)];
    let mut keys: Vec<_> = sides.into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys).collect();
    keys.sort();
    keys.dedup();
    let found = |key: &String| {
        let published = match base {
            // A version has defaults and no values, so that a value is the cluster's own, whatever it took.
            Base::Unknown if key == "value" && field(target, key).is_none() => Base::Known(None),
            base => base.and_then(|base| field(base, key)),
        };
        let (verdict, clear) = verdict(published, field(own, key), field(target, key), false)?;
        // A field of a variable can be set whether or not the target has it.
        let verdict = if verdict == Verdict::Lost { Verdict::Conflict } else { verdict };
        Some((key.clone(), (verdict, clear)))
    };
    keys.into_iter().filter_map(found).collect()
}

/// The most that a variable needs is what its neediest field needs.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::CommentLost | Verdict::Redundant => 0,
        Verdict::Kept => 1,
        Verdict::Lost | Verdict::Conflict => 2,
        Verdict::TypeChanged => 3,
        Verdict::UnknownBase => 4,
        Verdict::Masked => 5,
    }
}

/// The variable with this value: a cluster's has a `value`, a profile's a `defaultValue`.
fn with_value(variable: &Value, value: Value) -> Value {
    let mut variable = variable.clone();
    if let Some(fields) = variable.as_object_mut() {
        let key =
            if fields.contains_key("defaultValue") && !fields.contains_key("value") { "defaultValue" } else { "value" };
        fields.insert(key.into(), value);
    }
    variable
}
