//! What the edits should mean, worked out on JSON alone, and whether a text means it.

use serde_json::{Map, Value};

use super::{Path, Step, scalar};

/// Puts a value at a path; missing parents are created. A new named item goes behind the first of `before` that is there.
pub(super) fn put(target: &mut Value, steps: &[Step], value: Value, before: &[Step]) -> Result<(), String> {
    let Some((step, rest)) = steps.split_first() else {
        *target = canonical(value);
        return Ok(());
    };
    if target.is_null() {
        *target = if matches!(step, Step::Key(_)) { Value::Object(Map::new()) } else { Value::Array(Vec::new()) };
    }
    let child = match (step, target) {
        (Step::Key(key), Value::Object(entries)) => entries.entry(key.as_str()).or_insert(Value::Null),
        (Step::Index(at), Value::Array(items)) if *at <= items.len() => {
            if *at == items.len() {
                items.push(Value::Null);
            }
            &mut items[*at]
        }
        (Step::Named { key, value }, Value::Array(items)) => {
            let at = position(items, key, value).unwrap_or_else(|| {
                let sibling = before.iter().find_map(|step| match step {
                    Step::Named { key, value } => position(items, key, value),
                    _ => None,
                });
                let at = sibling.map_or(items.len(), |at| at + 1);
                let name = Map::from_iter([(key.clone(), value.as_str().into())]);
                items.insert(at, if rest.is_empty() { Value::Null } else { Value::Object(name) });
                at
            });
            &mut items[at]
        }
        _ => return Err("nothing can be put there".into()),
    };
    put(child, rest, value, before)
}

/// Takes away what stands at a path.
pub(super) fn take(target: &mut Value, steps: &[Step]) {
    let Some((step, rest)) = steps.split_first() else { return };
    let child = match (step, target) {
        (Step::Key(key), Value::Object(entries)) if rest.is_empty() => return drop(entries.shift_remove(key)),
        (Step::Key(key), Value::Object(entries)) => entries.get_mut(key),
        (step, Value::Array(items)) => {
            let at = match step {
                Step::Index(at) => Some(*at).filter(|at| *at < items.len()),
                Step::Named { key, value } => position(items, key, value),
                Step::Key(_) => None,
            };
            match at {
                Some(at) if rest.is_empty() => return drop(items.remove(at)),
                at => at.and_then(|at| items.get_mut(at)),
            }
        }
        _ => None,
    };
    if let Some(child) = child {
        take(child, rest);
    }
}

fn position(items: &[Value], key: &str, value: &str) -> Option<usize> {
    items.iter().position(|item| item.get(key).and_then(Value::as_str) == Some(value))
}

/// The value with whole floats as integers, as Go writes them into JSON.
pub(super) fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            Value::Number(number.as_f64().and_then(scalar::whole).unwrap_or(number))
        }
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, canonical(value))).collect(),
        other => other,
    }
}

/// The first place where two values differ.
pub(super) fn difference(one: &Value, other: &Value) -> Option<Path> {
    if one == other {
        return None;
    }
    let deeper = |step: Step, found: Path| Path([step].into_iter().chain(found.0).collect());
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => one.keys().chain(other.keys()).find_map(|key| {
            let step = || Step::Key(key.clone());
            match (one.get(key), other.get(key)) {
                (Some(one), Some(other)) => difference(one, other).map(|found| deeper(step(), found)),
                _ => Some(Path(vec![step()])),
            }
        }),
        (Value::Array(one), Value::Array(other)) => {
            (0..one.len().max(other.len())).find_map(|at| match (one.get(at), other.get(at)) {
                (Some(one), Some(other)) => difference(one, other).map(|found| deeper(Step::Index(at), found)),
                _ => Some(Path(vec![Step::Index(at)])),
            })
        }
        _ => Some(Path::default()),
    }
}
