//! The ways to run it as one template: the base as it is, and where a way differs from it, that way under its condition.

use serde_json::{Map, Value};

use super::template::{Entry, Node, negated};

/// A way to run it: the condition under which a chart renders it, and the object as that way has it.
pub(super) type Way<'a> = (&'a str, &'a Value);

/// The base, and the ways where they differ from it.
///
/// # Panics
///
/// Where two ways change the same place: which of them holds when both are chosen is nothing that a template could know.
pub(super) fn merge(base: &Value, ways: &[Way<'_>]) -> Node {
    if ways.iter().all(|(_, it)| *it == base) {
        return plain(base);
    }
    match base {
        Value::Object(map) if ways.iter().all(|(_, it)| it.is_object()) => Node::Map(merge_maps(map, ways)),
        Value::Array(items) if ways.iter().all(|(_, it)| it.as_array().is_some_and(|it| it.len() >= items.len())) => {
            Node::List(merge_lists(items, ways))
        }
        _ => panic!("a whole document differs: {base}"),
    }
}

/// The same where nothing differs.
fn plain(value: &Value) -> Node {
    let always = |node| Entry { key: (), node, when: None };
    match value {
        Value::Object(map) => {
            Node::Map(map.iter().map(|(key, it)| Entry { key: key.clone(), node: plain(it), when: None }).collect())
        }
        Value::Array(items) => Node::List(items.iter().map(|it| always(plain(it))).collect()),
        other => Node::Scalar(other.clone()),
    }
}

fn merge_maps(base: &Map<String, Value>, ways: &[Way<'_>]) -> Vec<Entry<String>> {
    let mut entries = Vec::new();
    for (key, value) in base {
        let theirs: Vec<_> = ways.iter().map(|(when, it)| (*when, it.get(key))).collect();
        entries.extend(at(value, &theirs).into_iter().map(|(node, when)| Entry { key: key.clone(), node, when }));
    }
    for (when, way) in ways {
        for (key, value) in way.as_object().into_iter().flatten().filter(|(key, _)| !base.contains_key(*key)) {
            assert!(!entries.iter().any(|it| it.key == *key), "two ways add {key}");
            entries.push(Entry { key: key.clone(), node: plain(value), when: Some((*when).to_owned()) });
        }
    }
    entries
}

/// Items that have names belong together by their names, others by their positions.
fn merge_lists(base: &[Value], ways: &[Way<'_>]) -> Vec<Entry<()>> {
    let same = |mine: (usize, &Value), theirs: (usize, &Value)| match (mine.1.get("name"), theirs.1.get("name")) {
        (Some(mine), Some(theirs)) => mine == theirs,
        _ => mine.0 == theirs.0,
    };
    let (mut first, mut entries, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for mine in base.iter().enumerate() {
        let of = |way: &'_ Value| {
            way.as_array().into_iter().flatten().cloned().enumerate().find(|(at, it)| same(mine, (*at, it)))
        };
        let found: Vec<_> = ways.iter().map(|(when, way)| (*when, of(way).map(|it| it.1))).collect();
        let theirs: Vec<_> = found.iter().map(|(when, it)| (*when, it.as_ref())).collect();
        entries.extend(at(mine.1, &theirs).into_iter().map(|(node, when)| Entry { key: (), node, when }));
    }
    for (when, way) in ways {
        let mut is_behind = false;
        for theirs in way.as_array().into_iter().flatten().enumerate() {
            if base.iter().enumerate().any(|mine| same(mine, theirs)) {
                is_behind = true;
            } else {
                let side = if is_behind { &mut last } else { &mut first };
                side.push(Entry { key: (), node: plain(theirs.1), when: Some((*when).to_owned()) });
            }
        }
    }
    [first, entries, last].concat()
}

/// What is to be written at one place: what the base has, unless the way that differs is chosen.
fn at(base: &Value, ways: &[(&str, Option<&Value>)]) -> Vec<(Node, Option<String>)> {
    let same_shape = |it: &Value| match (base, it) {
        (Value::Object(_), Value::Object(_)) => true,
        (Value::Array(base), Value::Array(it)) => it.len() >= base.len(),
        _ => it == base,
    };
    if ways.iter().all(|(_, it)| it.is_some_and(same_shape)) {
        let there: Vec<_> = ways.iter().filter_map(|(when, it)| Some((*when, (*it)?))).collect();
        return vec![(merge(base, &there), None)];
    }
    let different: Vec<_> = ways.iter().filter(|(_, it)| *it != Some(base)).collect();
    let [(when, theirs)] = different.as_slice() else { panic!("two ways change the same place: {base}") };
    let ours = (plain(base), Some(negated(when)));
    match theirs {
        Some(theirs) => vec![(plain(theirs), Some((*when).to_owned())), ours],
        None => vec![ours],
    }
}
