//! Hides in a text what its YAML tells to be secret and its lines did not.

use serde_json::Value;

use super::{MASK, values};
use crate::yaml;

/// Longer texts are not looked through again: the work grows with their secrets, too.
const LONGEST: usize = 256 * 1024;

/// Shorter values, such as `80`, are found everywhere and tell nothing.
const SHORTEST: usize = 4;

/// Hides each secret value of `text` that its lines show more often than its other values hold it.
pub(super) fn hide(text: &str, lines: &mut [String]) {
    if text.len() > LONGEST {
        return;
    }
    let Ok(documents) = yaml::parse_all(text) else { return };
    let (mut secrets, mut rest) = (Vec::new(), String::new());
    for document in &documents {
        let masked = values::masked(document);
        collect(document, &masked, &mut secrets);
        rest.push_str(&masked.to_string());
    }
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    for secret in secrets {
        let shown: usize = lines.iter().map(|line| line.matches(secret.as_str()).count()).sum();
        if shown > rest.matches(secret.as_str()).count() {
            lines.iter_mut().for_each(|line| *line = line.replace(&secret, MASK));
        }
    }
}

/// The lines of all texts and numbers that are hidden as a whole.
fn collect(value: &Value, masked: &Value, secrets: &mut Vec<String>) {
    match (value, masked) {
        (Value::Object(fields), Value::Object(others)) => {
            fields.iter().for_each(|(key, value)| collect(value, others.get(key).unwrap_or(&Value::Null), secrets));
        }
        (Value::Array(items), Value::Array(others)) => {
            items.iter().zip(others).for_each(|(item, other)| collect(item, other, secrets));
        }
        (value, Value::String(mask)) if mask == MASK => leaves(value, secrets),
        _ => {}
    }
}

fn leaves(value: &Value, secrets: &mut Vec<String>) {
    let mut add = |text: &str| {
        secrets.extend(
            text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST && *line != MASK).map(str::to_owned),
        );
    };
    match value {
        Value::Object(fields) => fields.values().for_each(|value| leaves(value, secrets)),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, secrets)),
        Value::String(text) => add(text),
        Value::Number(number) => add(&number.to_string()),
        _ => {}
    }
}
