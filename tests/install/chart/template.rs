//! One object as the text of a Helm template: the base as it is, and where a way to run it differs, that way under its condition.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// What a template says of one place.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A scalar.
    Scalar(Value),
    /// An expression of Helm's that prints a scalar.
    Printed(String),
    /// An expression of Helm's that is printed as YAML, below its key.
    Yaml(String),
    /// Lines of a text, some of which may be expressions.
    Text(Vec<String>),
    /// A map, in order.
    Map(Vec<Entry<String>>),
    /// A list.
    List(Vec<Entry<()>>),
}

/// One entry of a map or a list, and when it is there.
#[derive(Clone, Debug)]
pub(super) struct Entry<K> {
    pub(super) key: K,
    pub(super) node: Node,
    /// An expression that must hold; `None` where the entry is always there.
    pub(super) when: Option<String>,
}

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

/// The opposite of a condition.
pub(super) fn negated(condition: &str) -> String {
    format!("not ({condition})")
}

impl Node {
    /// The place below, by keys and by positions of list entries.
    pub(super) fn at_mut(&mut self, path: &str) -> &mut Self {
        let mut node = self;
        for step in path.split('/') {
            node = match node {
                Self::Map(entries) => {
                    &mut entries
                        .iter_mut()
                        .find(|it| it.key == step)
                        .unwrap_or_else(|| panic!("no {step} of {path}"))
                        .node
                }
                Self::List(entries) => &mut entries[step.parse::<usize>().unwrap()].node,
                other => panic!("nothing below {other:?} on the way to {path}"),
            };
        }
        node
    }

    /// Adds an entry to a map.
    pub(super) fn push(&mut self, key: &str, node: Self, when: Option<&str>) {
        let Self::Map(entries) = self else { panic!("{key} belongs into a map") };
        entries.push(Entry { key: key.to_owned(), node, when: when.map(str::to_owned) });
    }

    /// Changes every text.
    pub(super) fn each_text(&mut self, change: &impl Fn(&str) -> Option<Self>) {
        match self {
            Self::Scalar(Value::String(text)) => {
                if let Some(node) = change(text) {
                    *self = node;
                }
            }
            Self::Map(entries) => entries.iter_mut().for_each(|it| it.node.each_text(change)),
            Self::List(entries) => entries.iter_mut().for_each(|it| it.node.each_text(change)),
            _ => {}
        }
    }

    /// The text of a template.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    /// Writes it as a block that begins on a line of its own.
    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        match self {
            Self::Map(entries) => each(out, entries, |out, entry| {
                let _ = write!(out, "{indent}{}:", scalar(&Value::from(entry.key.as_str())));
                entry.node.write_after_key(out, depth);
            }),
            Self::List(entries) => each(out, entries, |out, entry| match &entry.node {
                Self::Map(entries) => {
                    // The first line stands behind the dash, where no condition can stand.
                    let (always, sometimes): (Vec<_>, Vec<_>) =
                        entries.iter().cloned().partition(|it| it.when.is_none());
                    let mut block = String::new();
                    Self::Map([always, sometimes].concat()).write(&mut block, depth + 1);
                    let _ = write!(out, "{indent}- {}", block.trim_start());
                }
                other => {
                    let _ = write!(out, "{indent}-");
                    other.write_after_key(out, depth);
                }
            }),
            other => panic!("{other:?} is no block"),
        }
    }

    fn write_after_key(&self, out: &mut String, depth: usize) {
        let _ = match self {
            Self::Scalar(value) => writeln!(out, " {}", scalar(value)),
            Self::Printed(text) => writeln!(out, " {text}"),
            Self::Yaml(expression) => {
                writeln!(out, "\n{}{{{{- toYaml {expression} | nindent {} }}}}", "  ".repeat(depth + 1), 2 * depth + 2)
            }
            Self::Text(lines) => {
                let indent = "  ".repeat(depth + 1);
                writeln!(out, " |\n{indent}{}", lines.join(&format!("\n{indent}")))
            }
            Self::Map(entries) if entries.is_empty() => writeln!(out, " {{}}"),
            Self::List(entries) if entries.is_empty() => writeln!(out, " []"),
            block => {
                out.push('\n');
                block.write(out, depth + 1);
                Ok(())
            }
        };
    }
}

/// Writes entries, those that depend on one condition between its `if`, its `else` and its `end`.
fn each<K>(out: &mut String, entries: &[Entry<K>], write: impl Fn(&mut String, &Entry<K>)) {
    let condition = |entry: &Entry<K>| {
        let when = entry.when.as_deref()?;
        let opposite = when.strip_prefix("not (").and_then(|it| it.strip_suffix(')'));
        Some(opposite.unwrap_or(when).to_owned())
    };
    for run in entries.chunk_by(|a, b| condition(a) == condition(b)) {
        let Some(condition) = condition(&run[0]) else {
            run.iter().for_each(|it| write(out, it));
            continue;
        };
        let (holds, not): (Vec<_>, Vec<_>) = run.iter().partition(|it| it.when.as_ref() == Some(&condition));
        let when = if holds.is_empty() { negated(&condition) } else { condition };
        let _ = writeln!(out, "{{{{- if {when} }}}}");
        holds.iter().for_each(|it| write(out, it));
        if !holds.is_empty() && !not.is_empty() {
            out.push_str("{{- else }}\n");
        }
        not.iter().for_each(|it| write(out, it));
        out.push_str("{{- end }}\n");
    }
}

/// A scalar as YAML has it on one line; a text in quotes, unless it cannot be taken for anything else.
fn scalar(value: &Value) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let is_plain = text.starts_with(|it: char| it.is_ascii_alphabetic() || "-/".contains(it))
        && text.len() > 1
        && !text.starts_with("- ")
        && text.chars().all(|it| it.is_ascii_alphanumeric() || "./-_=:".contains(it))
        && !text.ends_with(':')
        && !["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.clone() } else { value.to_string() }
}
