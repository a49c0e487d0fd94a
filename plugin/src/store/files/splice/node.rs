//! Replaces the smallest differing parts of a block-style node.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{lines, scalar};

/// The lines of a node that holds `old`, changed where `new` differs. `None` where they are not understood.
pub(super) fn replaced(lines: &[&str], old: &Value, new: &Value) -> Option<String> {
    match (old, new) {
        _ if old == new => Some(lines.concat()),
        (Value::Object(old), Value::Object(new)) => mapping(lines, old, new),
        (Value::Array(old), Value::Array(new)) => list(lines, old, new),
        _ => None,
    }
}

fn mapping(lines: &[&str], old: &Map<String, Value>, new: &Map<String, Value>) -> Option<String> {
    let entries = lines::entries(lines);
    let keys: Vec<_> = entries.iter().map(|range| lines::key(lines[range.start]).map(|(key, ..)| key)).collect();
    if !keys.iter().copied().eq(old.keys().map(|key| Some(key.as_str()))) {
        return None;
    }
    let first = entries.first()?.start;
    let level = lines::indent(lines[first]);
    let added = added(old, new);
    let mut text = lines[..first].concat();
    for (at, range) in entries.iter().enumerate() {
        let key = keys[at]?;
        if let Some(value) = new.get(key) {
            text.push_str(&entry(key, &lines[range.clone()], &old[key], value)?);
        }
        let is_last = at + 1 == entries.len();
        for (name, value, after) in &added {
            if *after == Some(key) || (is_last && after.is_none()) {
                text.push_str(&entry_text(name, value, level)?);
            }
        }
        text.push_str(&lines[range.end..entries.get(at + 1).map_or(lines.len(), |next| next.start)].concat());
    }
    Some(text)
}

/// The entries that only `new` has, and the one of `old` that each follows.
fn added<'v>(old: &Map<String, Value>, new: &'v Map<String, Value>) -> Vec<(&'v str, &'v Value, Option<&'v str>)> {
    let mut before = None;
    let mut added = Vec::new();
    for (key, value) in new {
        if old.contains_key(key) {
            before = Some(key.as_str());
        } else {
            added.push((key.as_str(), value, before));
        }
    }
    added
}

fn entry(key: &str, own: &[&str], old: &Value, new: &Value) -> Option<String> {
    if old == new {
        return Some(own.concat());
    }
    let (_, _, rest) = lines::key(own[0])?;
    let is_nested = own.len() > 1 && (rest.trim().is_empty() || rest.starts_with('#'));
    let finer = if is_nested {
        replaced(&own[1..], old, new).map(|text| format!("{}{text}", own[0]))
    } else {
        scalar::replaced(own, new)
    };
    finer.or_else(|| entry_text(key, new, lines::indent(own[0])))
}

fn list(lines: &[&str], old: &[Value], new: &[Value]) -> Option<String> {
    let items = lines::items(lines);
    if items.len() != old.len() || new.is_empty() {
        return None;
    }
    let pairs = pairs(old, new)?;
    let level = lines::indent(lines[items.first()?.start]);
    let mut text = String::new();
    for (new, pair) in new.iter().zip(pairs) {
        let Some(at) = pair else {
            text.push_str(&item_text(new, level)?);
            continue;
        };
        // What stands between two items, such as a comment, is about the second one and moves with it.
        let gap = at.checked_sub(1).map_or(0, |before| items[before].end);
        text.push_str(&lines[gap..items[at].start].concat());
        text.push_str(&item(&lines[items[at].clone()], &old[at], new)?);
    }
    text.push_str(&lines[items.last()?.end..].concat());
    Some(text)
}

/// For each item of `new` the one of `old` that it stands for: by name where all have one, else by position.
fn pairs(old: &[Value], new: &[Value]) -> Option<Vec<Option<usize>>> {
    match (names(old), names(new)) {
        (Some(old), Some(new)) => Some(new.iter().map(|name| old.iter().position(|it| it == name)).collect()),
        _ => (old.len() == new.len()).then(|| (0..new.len()).map(Some).collect()),
    }
}

/// The names of all items, when each has one of its own.
fn names(items: &[Value]) -> Option<Vec<&str>> {
    let names: Option<Vec<_>> = items.iter().map(|item| item.get("name")?.as_str()).collect();
    names.filter(|names| names.iter().collect::<BTreeSet<_>>().len() == names.len())
}

/// The lines of a list's item that holds `old`, changed where `new` differs.
pub(super) fn item(own: &[&str], old: &Value, new: &Value) -> Option<String> {
    if old == new {
        return Some(own.concat());
    }
    finer_item(own, old, new).or_else(|| item_text(new, lines::indent(own[0])))
}

/// Looks at the item without its dash: what is left is a node like any other.
fn finer_item(own: &[&str], old: &Value, new: &Value) -> Option<String> {
    let dash = lines::indent(own[0]);
    let first = own[0].replacen('-', " ", 1);
    let bare: Vec<_> = std::iter::once(first.as_str()).chain(own[1..].iter().copied()).collect();
    let mut text = replaced(&bare, old, new)?;
    let is_free = text.get(..=dash)?.chars().all(|letter| letter == ' ');
    is_free.then(|| text.replace_range(dash..=dash, "-"))?;
    Some(text)
}

fn entry_text(key: &str, value: &Value, level: usize) -> Option<String> {
    let entry = Map::from_iter([(key.to_owned(), value.clone())]);
    indented(&serde_saphyr::to_string(&entry).ok()?, level, "")
}

/// `value` as an item of a list whose dashes stand at `level`.
pub(super) fn item_text(value: &Value, level: usize) -> Option<String> {
    indented(&serde_saphyr::to_string(value).ok()?, level, "- ")
}

fn indented(yaml: &str, level: usize, lead: &str) -> Option<String> {
    let margin = " ".repeat(level);
    let hanging = " ".repeat(lead.len());
    let mut text = String::new();
    for (at, line) in yaml.lines().enumerate() {
        if !line.is_empty() {
            text.push_str(&margin);
            text.push_str(if at == 0 { lead } else { &hanging });
            text.push_str(line);
        }
        text.push('\n');
    }
    Some(text)
}
