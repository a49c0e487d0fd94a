//! One object as the text of a Helm template, whose entries may depend on conditions.

use std::fmt::Write as _;

use serde_json::Value;

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
