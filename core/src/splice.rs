//! Edits YAML in its own bytes: what is not edited survives byte for byte.

use std::{cell::RefCell, ops::Range, rc::Rc};

use serde_json::{Map, Value};

use crate::{
    beside::{LARGE, beside},
    memory::Memory,
    yaml::{self, YamlError},
};

mod comments;
mod edit;
mod guard;
mod insert;
mod path;
mod piece;
mod place;
mod remove;
mod replace;
mod scalar;
mod tree;
mod write;
mod written;

pub use comments::Comments;
pub use path::{Path, Step};

/// A text of one YAML document as a tree whose nodes know their bytes.
#[derive(Clone, Debug)]
pub struct Tree<'t> {
    text: &'t str,
    parts: Rc<tree::Parts>,
}

thread_local! {
    /// A version is merged with one cluster after another.
    static READ: RefCell<Memory<tree::Parts>> = const { RefCell::new(Memory::new(1024 * 1024)) };
}

/// One node and the bytes that it takes.
#[derive(Clone, Debug)]
pub struct Node {
    /// The bytes of the value in its text: from its anchor or tag, if any, to its end, without a last line break. A block
    /// scalar begins at its `|` or `>`, a block sequence at its first dash. A value that is left out is empty.
    pub span: Range<usize>,
    /// What it holds.
    pub content: Content,
    shape: Shape,
    /// Where the dash of an item is, or where the key of a value begins.
    lead: usize,
    /// The end of what leads to the content: of the colon, the dash, the anchor or the tag.
    head: usize,
    anchor: Option<usize>,
    has_tag: bool,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// A scalar: what Go's `sigs.k8s.io/yaml` reads it as. The text as it is written is in the span.
    Scalar(Value),
    /// A mapping in its written order.
    Mapping(Vec<Entry>),
    /// A sequence.
    Sequence(Vec<Node>),
    /// An alias, and the value that it stands for.
    Alias(Value),
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// A scalar without quotes, or an alias.
    Plain,
    /// A scalar in quotes.
    Quoted,
    /// A block scalar, or a collection by indentation.
    Block,
    /// A collection in braces or brackets.
    Flow,
    /// A mapping of one entry without braces, as an item of a flow sequence.
    Pair,
}

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// The bytes of the key.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
    /// Where the colon is; flow mappings and explicit keys may do without.
    colon: Option<usize>,
    /// Where the `?` of an explicit key is.
    question: Option<usize>,
    is_merge: bool,
    is_duplicate: bool,
}

impl<'t> Tree<'t> {
    /// Reads `text`.
    ///
    /// # Errors
    /// When it is not YAML, holds several documents, is nested too deep, or holds what JSON cannot say.
    pub fn parse(text: &'t str) -> Result<Self, YamlError> {
        Ok(Self { text, parts: Rc::new(tree::read(text)?) })
    }

    /// As [`Tree::parse`], but the last texts that were read so are not read again: of large ones, the value is remembered
    /// for the comparison that comes after a merge.
    ///
    /// # Errors
    /// As [`Tree::parse`].
    pub(crate) fn parse_once(text: &'t str) -> Result<Self, YamlError> {
        if let Some(parts) = READ.with_borrow_mut(|read| read.get(text)) {
            return Ok(Self { text, parts });
        }
        let tree = Self::parse(text)?;
        if text.len() <= LARGE {
            READ.with_borrow_mut(|read| read.put(text, &tree.parts));
        } else if let Some(value) = tree.as_written() {
            yaml::remember(text, value);
        }
        Ok(tree)
    }

    /// Reads `text` as [`Tree::parse_once`] does, and meanwhile the two others, where they are large. The values of these are
    /// not remembered: they are the sides of a merge, and what it comes to is compared with `text` alone.
    pub(crate) fn parse_beside(
        text: &'t str,
        others: [&'t str; 2],
    ) -> (Result<Self, YamlError>, [Result<Self, YamlError>; 2]) {
        if others.iter().all(|it| it.len() <= LARGE) {
            return (Self::parse_once(text), others.map(Self::parse_once));
        }
        let read = |text| move || tree::read(text);
        let [first, second] = others;
        let (one, (two, own)) = beside(read(first), || beside(read(second), || Self::parse_once(text)));
        (own, [(first, one), (second, two)].map(|(text, parts)| Ok(Self { text, parts: Rc::new(parts?) })))
    }

    /// The text that was read.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The root; `None` where the text holds no value.
    pub fn root(&self) -> Option<&Node> {
        self.parts.root.as_ref()
    }

    /// The whole as JSON; null where the text holds no value.
    pub fn value(&self) -> Value {
        self.parts.root.as_ref().map_or(Value::Null, Node::value)
    }

    /// The node at `path`, as it is written there: what an alias or a merge key brings has no node.
    pub fn node(&self, path: &Path) -> Option<&Node> {
        path.0.iter().try_fold(self.parts.root.as_ref()?, Node::child)
    }

    /// The source of a node, as it is written.
    pub fn slice(&self, node: &Node) -> &'t str {
        &self.text[node.span.clone()]
    }
}

impl Node {
    /// Whether it has an anchor, or is an alias of one.
    pub fn is_reference(&self) -> bool {
        self.anchor.is_some() || matches!(self.content, Content::Alias(_))
    }

    /// The node as JSON, as Go's `sigs.k8s.io/yaml` reads it.
    pub fn value(&self) -> Value {
        match &self.content {
            Content::Scalar(value) | Content::Alias(value) => value.clone(),
            Content::Sequence(items) => items.iter().map(Self::value).collect(),
            Content::Mapping(entries) => {
                let mut merged = Map::new();
                for entry in entries {
                    // As go-yaml does: what comes later wins, also over what a merge key brought, and the other way round.
                    match (entry.is_merge, entry.value.value()) {
                        (false, value) => drop(merged.insert(entry.key.clone(), value)),
                        (true, Value::Object(from)) => merged.extend(from),
                        (true, Value::Array(from)) => {
                            merged.extend(
                                from.into_iter()
                                    .rev()
                                    .filter_map(|it| match it {
                                        Value::Object(from) => Some(from),
                                        _ => None,
                                    })
                                    .flatten(),
                            );
                        }
                        (true, _) => {}
                    }
                }
                Value::Object(merged)
            }
        }
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        if let Content::Mapping(entries) = &self.content { Some(entries) } else { None }
    }

    /// The items of a sequence.
    pub fn items(&self) -> Option<&[Self]> {
        if let Content::Sequence(items) = &self.content { Some(items) } else { None }
    }

    fn child(&self, step: &Step) -> Option<&Self> {
        match step {
            // The last of several wins, as for Go.
            Step::Key(key) => {
                self.entries()?.iter().rfind(|entry| entry.key == *key && !entry.is_merge).map(|entry| &entry.value)
            }
            Step::Index(_) | Step::Named { .. } => self.items()?.get(self.position(step)?),
        }
    }

    /// Which item of a sequence a step means.
    fn position(&self, step: &Step) -> Option<usize> {
        match step {
            Step::Key(_) => None,
            Step::Index(at) => (*at < self.items()?.len()).then_some(*at),
            Step::Named { key, value } => self.items()?.iter().position(|item| item.is_named(key, value)),
        }
    }

    fn is_named(&self, key: &str, value: &str) -> bool {
        match &self.content {
            Content::Alias(Value::Object(entries)) => entries.get(key).is_some_and(|it| it.as_str() == Some(value)),
            _ => matches!(self.child(&Step::Key(key.to_owned())), Some(Self { content: Content::Scalar(it), .. })
                if it.as_str() == Some(value)),
        }
    }

    fn mark_duplicates(&mut self) {
        let Content::Mapping(entries) = &mut self.content else { return };
        let twice: Vec<String> = entries.iter().filter(|entry| entry.is_duplicate).map(|it| it.key.clone()).collect();
        for entry in entries.iter_mut().filter(|entry| twice.contains(&entry.key)) {
            entry.is_duplicate = true;
        }
    }
}

impl Entry {
    /// The first byte of the entry: of its key, or of the `?` before it.
    fn start(&self) -> usize {
        self.question.unwrap_or(self.key_span.start)
    }
}

/// One edit of a text.
#[derive(Clone, Debug)]
pub enum Edit<'s> {
    /// The value at the path becomes the one at `from` in the source, in the source's own words (quoting, comments inside,
    /// and the comments of its key where the key is new). Parents that are missing are created.
    Graft {
        /// Where.
        path: Path,
        /// The text that it comes from.
        source: &'s Tree<'s>,
        /// Where it stands there.
        from: Path,
    },
    /// The value at the path becomes this one.
    Set {
        /// Where.
        path: Path,
        /// The value.
        value: Value,
    },
    /// The key or the item at the path goes, with the comments that belong to it.
    Remove {
        /// Where.
        path: Path,
    },
}

/// Why an edit is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// The text cannot be read.
    #[error(transparent)]
    Yaml(#[from] YamlError),
    /// The text cannot be edited there, such as inside an anchored value.
    #[error("{path}: {reason}")]
    Place {
        /// Where.
        path: Path,
        /// Why.
        reason: String,
    },
    /// The edited text does not read as it should: nothing of it may be used.
    #[error("{path}: the edited text does not read back as what was meant")]
    Guard {
        /// The first place that differs.
        path: Path,
    },
}

/// The text after the edits, read back and compared with what was meant. What is not edited keeps its bytes.
///
/// # Errors
/// See [`SpliceError`].
pub fn apply(text: &str, edits: &[Edit<'_>]) -> Result<String, SpliceError> {
    apply_to(&Tree::parse(text)?, edits).map(Spliced::into_text)
}

/// As [`apply`], for a text that is read already, and with what the result was read back as.
pub(crate) fn apply_to(tree: &Tree<'_>, edits: &[Edit<'_>]) -> Result<Spliced, SpliceError> {
    edit::apply(tree, edits)
}

/// A text after its edits, and what it was read back as.
#[derive(Clone, Debug)]
pub(crate) struct Spliced {
    text: String,
    parts: Rc<tree::Parts>,
}

impl Spliced {
    /// The text of a tree, without any edit.
    pub(crate) fn unchanged(tree: &Tree<'_>) -> Self {
        Self { text: tree.text.to_owned(), parts: Rc::clone(&tree.parts) }
    }

    /// The text as a tree.
    pub(crate) fn tree(&self) -> Tree<'_> {
        Tree { text: &self.text, parts: Rc::clone(&self.parts) }
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// Of each edit, why a text refuses it before any other edit is made.
pub fn refusals(tree: &Tree<'_>, edits: &[Edit<'_>]) -> Vec<Option<String>> {
    edit::refusals(tree, edits)
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod properties;
