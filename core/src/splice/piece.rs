//! What an edit puts into a text, in its own words where it has some.

use serde_json::{Map, Value};

use super::{
    Content, Node, Path, Shape, Step, Tree,
    tree::{line_end, line_start},
    write::{self, Form, entry_text, indent, item_text},
};

/// A value to be put somewhere.
#[derive(Clone, Debug)]
pub(super) enum Piece<'s> {
    /// It is written anew.
    Value(Value),
    /// It is written as it stands in another text.
    Words { tree: &'s Tree<'s>, from: Path, node: &'s Node },
    /// It is written anew, on one line.
    Plain(Value),
    /// A collection of this one entry.
    Wrap(Step, Box<Self>),
    /// A mapping of a name and of what else is in it.
    Named { key: String, value: String, inner: Box<Self> },
}

impl<'s> Piece<'s> {
    /// The node at a path of a text; anchors and aliases lose their meaning elsewhere, so that their value is written.
    pub(super) fn graft(tree: &'s Tree<'s>, from: &Path) -> Option<Self> {
        let node = tree.node(from)?;
        Some(if has_references(node) {
            Self::Value(node.value())
        } else {
            Self::Words { tree, from: from.clone(), node }
        })
    }

    /// The piece below the steps that lead to it.
    pub(super) fn below(self, steps: &[Step]) -> Self {
        let Some((step, rest)) = steps.split_first() else { return self };
        let inner = self.below(rest).with_name(step, rest.is_empty());
        Self::Wrap(if matches!(step, Step::Key(_)) { step.clone() } else { Step::Index(0) }, Box::new(inner))
    }

    /// What stands under a step; an item that is named by the way to something in it gets that name.
    pub(super) fn with_name(self, step: &Step, is_last: bool) -> Self {
        match step {
            Step::Named { key, value } if !is_last => {
                Self::Named { key: key.clone(), value: value.clone(), inner: Box::new(self) }
            }
            _ => self,
        }
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::Value(value) | Self::Plain(value) => value.clone(),
            Self::Words { node, .. } => node.value(),
            Self::Wrap(Step::Key(key), inner) => Value::Object(Map::from_iter([(key.clone(), inner.value())])),
            Self::Wrap(_, inner) => Value::Array(vec![inner.value()]),
            Self::Named { key, value, inner } => {
                let mut item = Map::from_iter([(key.clone(), value.as_str().into())]);
                if let Value::Object(more) = inner.value() {
                    item.extend(more);
                }
                Value::Object(item)
            }
        }
    }

    /// On one line, fit for a collection in braces.
    pub(super) fn flow(&self) -> String {
        match self {
            Self::Words { tree, node, .. } => flow_words(tree, node),
            Self::Wrap(Step::Key(key), inner) => format!("{{{}: {}}}", write::string(key), inner.flow()),
            Self::Wrap(_, inner) => format!("[{}]", inner.flow()),
            _ => write::flow(&self.value()),
        }
    }

    /// An entry of a mapping in braces.
    pub(super) fn flow_entry(&self, key: &str) -> String {
        format!("{}: {}", self.key_words(key), self.flow())
    }

    /// The form below a key or a dash at `base`.
    pub(super) fn form(&self, base: Option<usize>, is_key: bool) -> Form {
        match self {
            Self::Value(value) => write::form(value, base),
            Self::Plain(value) => Form::Inline(write::flow(value)),
            Self::Words { tree, from, node } => words_form(tree, from, node, base, is_key),
            Self::Wrap(step, inner) => {
                let column = base.map_or(0, |base| base + 2);
                let text = match step {
                    Step::Key(key) => inner.entry(key, column),
                    _ => inner.item(column),
                };
                Form::Block { text, column }
            }
            Self::Named { key, value, inner } => {
                let name = format!("{}: {}", write::string(key), write::string(value));
                match inner.form(base, is_key) {
                    Form::Block { text, column } => {
                        Form::Block { text: format!("{name}\n{}{text}", indent(column)), column }
                    }
                    Form::Inline(_) => Form::Block { text: name, column: base.map_or(0, |base| base + 2) },
                }
            }
        }
    }

    /// An entry of a block mapping at `column`, with its comments where it keeps its words; the first line lacks its
    /// indentation.
    pub(super) fn entry(&self, key: &str, column: usize) -> String {
        if let Self::Words { tree, from, node } = self
            && from.0.last() == Some(&Step::Key(key.to_owned()))
            && is_in_block(tree, from)
        {
            return whole(tree, from, node, column);
        }
        entry_text(&self.key_words(key), self.form(Some(column), true))
    }

    /// An item of a block sequence whose dash stands at `column`.
    pub(super) fn item(&self, column: usize) -> String {
        if let Self::Words { tree, from, node } = self
            && matches!(from.0.last(), Some(Step::Index(_) | Step::Named { .. }))
            && is_in_block(tree, from)
        {
            return whole(tree, from, node, column);
        }
        item_text(self.form(Some(column), false), column)
    }

    /// The key as the source writes it, if that is the same key.
    fn key_words(&self, key: &str) -> String {
        if let Self::Words { tree, from, .. } = self
            && let Some((parent, Step::Key(last))) = from.split_last()
            && last == key
            && let Some(entries) = tree.node(&parent).and_then(Node::entries)
            && let Some(entry) = entries.iter().rfind(|entry| entry.key == key)
            && is_flow_safe(&tree.text[entry.key_span.clone()])
        {
            return tree.text[entry.key_span.clone()].to_owned();
        }
        write::string(key)
    }

    /// Whether the last thing in it is a block scalar, which reads differently when no line break follows.
    pub(super) fn ends_in_block_scalar(&self) -> bool {
        match self {
            Self::Value(value) => last_text(value).is_some_and(|text| text.contains('\n')),
            Self::Words { node, .. } => node.ends_in_block_scalar(),
            Self::Plain(_) => false,
            Self::Wrap(_, inner) | Self::Named { inner, .. } => inner.ends_in_block_scalar(),
        }
    }
}

impl Node {
    pub(super) fn ends_in_block_scalar(&self) -> bool {
        match &self.content {
            Content::Scalar(_) => self.shape == Shape::Block,
            Content::Alias(_) => false,
            Content::Sequence(_) | Content::Mapping(_) if self.is_flow() => false,
            Content::Sequence(items) => items.last().is_some_and(Self::ends_in_block_scalar),
            Content::Mapping(entries) => entries.last().is_some_and(|entry| entry.value.ends_in_block_scalar()),
        }
    }
}

fn last_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(items) => items.last().and_then(last_text),
        Value::Object(entries) => entries.values().next_back().and_then(last_text),
        _ => None,
    }
}

fn has_references(node: &Node) -> bool {
    node.anchor.is_some()
        || match &node.content {
            Content::Scalar(_) => false,
            Content::Alias(_) => true,
            Content::Sequence(items) => items.iter().any(has_references),
            Content::Mapping(entries) => entries.iter().any(|entry| entry.is_merge || has_references(&entry.value)),
        }
}

fn is_in_block(tree: &Tree<'_>, path: &Path) -> bool {
    path.split_last().and_then(|(parent, _)| tree.node(&parent)).is_some_and(|parent| parent.shape == Shape::Block)
}

/// An entry or an item with all that belongs to it, moved to another column.
fn whole(tree: &Tree<'_>, from: &Path, node: &Node, column: usize) -> String {
    let extent = tree.extent(from, node.lead, node);
    let text = tree.text[extent].trim_start_matches([' ', '\t']);
    shift(text, tree.column(node.lead), column)
}

/// The lines of a text moved from a column to another, except for the first one.
fn shift(text: &str, from: usize, to: usize) -> String {
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut moved = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        moved.push('\n');
        if line.is_empty() {
            continue;
        }
        if let Some(more) = to.checked_sub(from) {
            moved.push_str(&indent(more));
            moved.push_str(line);
        } else {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            moved.push_str(&line[blanks.min(from - to)..]);
        }
    }
    moved
}

fn words_form(tree: &Tree<'_>, from: &Path, node: &Node, base: Option<usize>, is_key: bool) -> Form {
    let source = tree.base(from);
    // A root has no parent to be deeper than, which counts as one column less than the first.
    let (from_base, to_base) = (source.map_or(0, |it| it + 1), base.map_or(0, |it| it + 1));
    let is_block = node.shape == Shape::Block && !matches!(node.content, Content::Scalar(_));
    if !is_block {
        return Form::Inline(shift(&tree.text[node.span.clone()], from_base, to_base));
    }
    let first = node.first_child().unwrap_or(node.span.start);
    let old = tree.column(first);
    let step = (old + 1).saturating_sub(from_base);
    let is_indentless = step == 0 && is_key && matches!(node.content, Content::Sequence(_));
    let column = match base {
        None => 0,
        Some(base) if is_indentless => base,
        Some(base) => base + if step == 0 || source.is_none() { 2 } else { step },
    };
    // The comments between the key's line and the first entry are inside.
    let below = (line_end(tree.text, node.head) < first).then(|| line_end(tree.text, node.head));
    let comment = below.and_then(|below| tree.comments_in(&(below..first)).first());
    let start = comment.map_or(first, |comment| line_start(tree.text, comment.start));
    let end = source.map_or_else(|| tree.end(0, node.span.start, node), |base| tree.end(base, node.lead, node));
    let text = tree.text[start..end].trim_start_matches([' ', '\t']);
    Form::Block { text: shift(text, old, column), column }
}

/// A node on one line in braces, in its own words where they mean the same there.
fn flow_words(tree: &Tree<'_>, node: &Node) -> String {
    let words = &tree.text[node.span.clone()];
    let fits = !words.contains(['\n', '\r']);
    match &node.content {
        Content::Mapping(entries) if node.shape != Shape::Flow || !fits => {
            let entry = |entry: &super::Entry| {
                let key = &tree.text[entry.key_span.clone()];
                let key = if is_flow_safe(key) { key.to_owned() } else { write::string(&entry.key) };
                format!("{key}: {}", flow_words(tree, &entry.value))
            };
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Content::Sequence(items) if node.shape != Shape::Flow || !fits => {
            format!("[{}]", items.iter().map(|item| flow_words(tree, item)).collect::<Vec<_>>().join(", "))
        }
        Content::Mapping(_) | Content::Sequence(_) => words.to_owned(),
        _ if !words.is_empty() && fits && (is_flow_safe(words) || node.shape == Shape::Quoted) => words.to_owned(),
        content => write::flow(match content {
            Content::Scalar(value) | Content::Alias(value) => value,
            _ => &Value::Null,
        }),
    }
}

/// Whether words without quotes mean in braces what they mean outside.
fn is_flow_safe(words: &str) -> bool {
    let is_quoted = |quote: char| {
        words.len() > 1 && words.starts_with(quote) && words.ends_with(quote) && !words.contains(['\n', '\r'])
    };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | '~' | '+');
    let is_dash = words.starts_with('-') && !words[1..].starts_with(|c: char| c.is_ascii_digit());
    is_quoted('"') || is_quoted('\'') || (!words.is_empty() && words.chars().all(is_word) && !is_dash)
}
