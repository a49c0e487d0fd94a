//! Replaces the smallest differing parts of a block-style node. Where a part is not understood it is written anew, unless a
//! comment would be lost by that.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{lines, scalar};

/// A place that cannot be changed by its own lines: the steps to it, from below.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fixed(Vec<String>);

impl Fixed {
    fn below(mut self, step: String) -> Self {
        self.0.push(step);
        self
    }

    /// The path of it below the node, such as `.packs[1]`.
    pub(super) fn path(&self) -> String {
        self.0.iter().rev().map(String::as_str).collect()
    }
}

/// The lines of a node that holds `old`, changed where `new` differs.
fn replaced(lines: &[&str], old: &Value, new: &Value) -> Result<String, Fixed> {
    match (old, new) {
        _ if old == new => Ok(lines.concat()),
        (Value::Object(old), Value::Object(new)) => mapping(lines, old, new),
        (Value::Array(old), Value::Array(new)) => list(lines, old, new),
        _ => Err(Fixed::default()),
    }
}

fn mapping(lines: &[&str], old: &Map<String, Value>, new: &Map<String, Value>) -> Result<String, Fixed> {
    let entries = lines::entries(lines);
    let keys: Vec<_> = entries.iter().map(|range| lines::key(lines[range.start]).map(|(key, ..)| key)).collect();
    if !keys.iter().copied().eq(old.keys().map(|key| Some(key.as_str()))) {
        return Err(Fixed::default());
    }
    let first = entries.first().ok_or_else(Fixed::default)?.start;
    let level = lines::indent(lines[first]);
    let added = added(old, new);
    let mut text = lines[..first].concat();
    for (at, range) in entries.iter().enumerate() {
        let key = keys[at].ok_or_else(Fixed::default)?;
        if let Some(value) = new.get(key) {
            let own = &lines[range.clone()];
            text.push_str(&entry(key, own, &old[key], value).map_err(|fixed| fixed.below(format!(".{key}")))?);
        }
        let is_last = at + 1 == entries.len();
        for (name, value, after) in &added {
            if *after == Some(key) || (is_last && after.is_none()) {
                text.push_str(&entry_text(name, value, level).ok_or_else(Fixed::default)?);
            }
        }
        let gap = &lines[range.end..entries.get(at + 1).map_or(lines.len(), |next| next.start)];
        lines::follow(&mut text, &gap.concat());
    }
    Ok(text)
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

fn entry(key: &str, own: &[&str], old: &Value, new: &Value) -> Result<String, Fixed> {
    if old == new {
        return Ok(own.concat());
    }
    let (_, head, rest) = lines::key(own[0]).ok_or_else(Fixed::default)?;
    let is_nested = own.len() > 1 && (rest.trim().is_empty() || rest.starts_with('#'));
    if is_nested && let Some(empty) = empty(new) {
        // What stood in it goes with all that was said about it.
        let behind = if rest.starts_with('#') { format!(" {rest}") } else { rest.to_owned() };
        return Ok(format!("{} {empty}{behind}", head.trim_end()));
    }
    let finer = if is_nested {
        replaced(&own[1..], old, new).map(|text| format!("{}{text}", own[0]))
    } else {
        scalar::replaced(own, new).ok_or_else(Fixed::default)
    };
    finer.or_else(|fixed| anew(own, fixed, entry_text(key, new, lines::indent(own[0]))))
}

/// What is written of a collection without anything in it, which block style cannot express.
fn empty(value: &Value) -> Option<&'static str> {
    match value {
        Value::Array(items) if items.is_empty() => Some("[]"),
        Value::Object(fields) if fields.is_empty() => Some("{}"),
        _ => None,
    }
}

/// The lines `own` written anew as `text`, where no comment is lost by that. Else `fixed` is what stays.
fn anew(own: &[&str], fixed: Fixed, text: Option<String>) -> Result<String, Fixed> {
    let (value, behind) = own.split_at(lines::value_end(own));
    match text {
        Some(mut text) if !lines::hold_comment(value) => {
            lines::follow(&mut text, &behind.concat());
            Ok(text)
        }
        _ => Err(fixed),
    }
}

fn list(lines: &[&str], old: &[Value], new: &[Value]) -> Result<String, Fixed> {
    let items = lines::items(lines);
    let (Some(first), Some(last), true) = (items.first(), items.last(), items.len() == old.len() && !new.is_empty())
    else {
        return Err(Fixed::default());
    };
    let level = lines::indent(lines[first.start]);
    let mut text = String::new();
    for (index, (new, pair)) in new.iter().zip(pairs(old, new)).enumerate() {
        let Some(at) = pair else {
            text.push_str(&item_text(new, level).ok_or_else(Fixed::default)?);
            continue;
        };
        // What stands between two items, such as a comment, is about the second one and moves with it.
        let gap = at.checked_sub(1).map_or(0, |before| items[before].end);
        lines::follow(&mut text, &lines[gap..items[at].start].concat());
        let own = &lines[items[at].clone()];
        text.push_str(&item(own, &old[at], new).map_err(|fixed| fixed.below(format!("[{index}]")))?);
    }
    lines::follow(&mut text, &lines[last.end..].concat());
    Ok(text)
}

/// For each item of `new` the one of `old` that it stands for: by name where all have one of their own, by position where
/// as many are there as before, and else by which of those with its name it is.
fn pairs(old: &[Value], new: &[Value]) -> Vec<Option<usize>> {
    let is_named = [old, new].iter().all(|items| has_own_names(items));
    if !is_named && old.len() == new.len() {
        return (0..new.len()).map(Some).collect();
    }
    let numbered = |items: &[Value], at: usize| {
        let name = name(&items[at]).map(ToOwned::to_owned);
        let nth = items[..at].iter().filter(|it| self::name(it) == name.as_deref()).count();
        (name, nth)
    };
    let partner = |at: usize| (0..old.len()).find(|other| numbered(old, *other) == numbered(new, at));
    (0..new.len()).map(partner).collect()
}

fn name(item: &Value) -> Option<&str> {
    item.get("name")?.as_str()
}

/// Whether each has a name of its own.
fn has_own_names(items: &[Value]) -> bool {
    let names: BTreeSet<_> = items.iter().filter_map(name).collect();
    names.len() == items.len()
}

/// The lines of a list's item that holds `old`, changed where `new` differs.
pub(super) fn item(own: &[&str], old: &Value, new: &Value) -> Result<String, Fixed> {
    if old == new {
        return Ok(own.concat());
    }
    finer_item(own, old, new).or_else(|fixed| anew(own, fixed, item_text(new, lines::indent(own[0]))))
}

/// Looks at the item without its dash: what is left is a node like any other.
fn finer_item(own: &[&str], old: &Value, new: &Value) -> Result<String, Fixed> {
    let dash = lines::indent(own[0]);
    let first = own[0].replacen('-', " ", 1);
    let bare: Vec<_> = std::iter::once(first.as_str()).chain(own[1..].iter().copied()).collect();
    let mut text = replaced(&bare, old, new)?;
    let is_free = text.get(..=dash).is_some_and(|lead| lead.chars().all(|letter| letter == ' '));
    if !is_free {
        return Err(Fixed::default());
    }
    text.replace_range(dash..=dash, "-");
    Ok(text)
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
