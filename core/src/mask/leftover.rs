//! Hides in a text what its YAML tells to be secret and its lines did not.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    MASK,
    context::Context,
    search::{self, Search},
    values,
};
use crate::yaml;

/// Longer texts are not looked through again: the work grows with their secrets, too.
const LONGEST: usize = 256 * 1024;

/// Shorter values, such as `80`, are found everywhere and tell nothing.
pub(super) const SHORTEST: usize = 4;

/// Hides each secret value of `text` that its lines show more often than its other values hold it. What an alias repeats is
/// one value, so that it is secret in all its places.
pub(super) fn hide(text: &str, lines: &mut [String], context: &Context) {
    if text.len() > LONGEST {
        return;
    }
    let Some((secrets, masked)) = look(text, context) else { return };
    if secrets.is_empty() {
        return;
    }
    let search = Search::new(secrets.iter().map(String::as_str).collect());
    let found = search.lines(lines);
    // As a rule the lines show nothing more, and then there is nothing to count.
    if found.iter().all(Vec::is_empty) {
        return;
    }
    let mut rest = Vec::new();
    masked.iter().for_each(|document| shown(document, &mut rest));
    let held = search.counts(&rest);
    let is_shared = has_aliases(text);
    let whole: HashSet<&str> = rest.iter().filter(|_| is_shared).map(String::as_str).collect();
    for ((secret, found), held) in secrets.iter().zip(&found).zip(held) {
        let shown: usize = found.iter().filter_map(|at| lines.get(*at)).map(|it| it.matches(secret).count()).sum();
        if shown > held || whole.contains(secret.as_str()) {
            search::hide(secret, lines, found);
        }
    }
}

/// Whether a text can hold aliases of YAML, `*name`, and what they name.
pub(super) fn has_aliases(text: &str) -> bool {
    let has = |sign: char| {
        text.match_indices(sign).any(|(at, _)| {
            text[..at].ends_with([' ', '[', ',', '\t'])
                && text[at + 1..].starts_with(|it: char| it.is_alphanumeric() || it == '_')
        })
    };
    has('&') && has('*')
}

/// The secret values of a text, line by line.
pub(super) fn secrets(text: &str, context: &Context) -> Vec<String> {
    look(text, context).map(|(secrets, _)| secrets).unwrap_or_default()
}

/// The secret values of a text line by line, longest first, and its documents without them.
fn look(text: &str, context: &Context) -> Option<(Vec<String>, Vec<Value>)> {
    let known = yaml::remembered(text);
    let all = if known.is_none() { yaml::parse_all(text).ok()? } else { Vec::new() };
    let (mut secrets, mut shown) = (Vec::new(), Vec::new());
    for document in known.as_deref().into_iter().chain(&all).filter(|it| !it.is_null()) {
        let masked = values::masked(document, "", context);
        collect(document, &masked, &mut secrets);
        shown.push(masked);
    }
    secrets.sort_unstable_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
    secrets.dedup();
    Some((secrets, shown))
}

/// All keys, texts and numbers.
fn shown(value: &Value, rest: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            rest.push(key.clone());
            shown(value, rest);
        }),
        Value::Array(items) => items.iter().for_each(|item| shown(item, rest)),
        Value::String(text) => rest.push(text.clone()),
        Value::Number(number) => rest.push(number.to_string()),
        _ => {}
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
