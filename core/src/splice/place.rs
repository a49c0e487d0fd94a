//! Finds where an edit lands, and refuses where none may.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Content, Entry, Node, Path, Shape, Step, Tree};

/// A node with what is around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'n> {
    pub(super) node: &'n Node,
    pub(super) parent: Option<&'n Node>,
    /// Its entry, where the parent is a mapping.
    pub(super) entry: Option<&'n Entry>,
    /// Whether a collection around it is in braces.
    pub(super) is_in_flow: bool,
}

/// Where a path leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Landing<'n> {
    /// Something stands there.
    There(Place<'n>),
    /// The last thing on the way that is there, and how many steps lead to it.
    Missing(Place<'n>, usize),
    /// The text holds nothing at all.
    Empty,
}

impl Place<'_> {
    /// The column of the key or the dash that leads to it; `None` at the root.
    pub(super) fn base(&self, tree: &Tree<'_>) -> Option<usize> {
        self.parent.map(|_| tree.column(self.node.lead))
    }

    /// The end of the colon or of the dash before it.
    pub(super) fn mark_end(&self) -> usize {
        match (self.parent, self.entry) {
            (None, _) => self.node.span.start,
            (_, Some(entry)) => entry.colon.map_or(entry.key_span.end, |colon| colon + 1),
            (Some(parent), None) if parent.shape == Shape::Block => self.node.lead + 1,
            _ => self.node.span.start,
        }
    }
}

impl Tree<'_> {
    /// Follows a path as far as it leads.
    pub(super) fn land(&self, path: &Path) -> Result<Landing<'_>, String> {
        let Some(root) = &self.parts.root else { return Ok(Landing::Empty) };
        let used: BTreeSet<usize> = self.parts.aliases.iter().map(|(id, _)| *id).collect();
        let mut place = Place { node: root, parent: None, entry: None, is_in_flow: false };
        for (at, step) in path.0.iter().enumerate() {
            let here = || place_name(&path.0[..at]);
            let node = place.node;
            if node.anchor.is_some_and(|anchor| used.contains(&anchor)) {
                return Err(format!("{} is anchored, and an alias repeats it: edit it by hand", here()));
            }
            let is_missing = matches!(node.content, Content::Scalar(Value::Null));
            let next = match (&node.content, step) {
                (Content::Alias(_), _) => {
                    return Err(format!("{} is an alias of a value that stands elsewhere: edit it by hand", here()));
                }
                _ if is_missing => None,
                (Content::Mapping(entries), Step::Key(key)) => {
                    let entry = entries.iter().rfind(|entry| entry.key == *key && !entry.is_merge);
                    if entry.is_some_and(|entry| entry.is_duplicate) {
                        return Err(format!("the key {key:?} stands there more than once: leave one of them"));
                    }
                    if entry.is_none() && at + 1 < path.0.len() && node.value().get(key).is_some() {
                        return Err(format!("{key:?} comes from a merge key: edit it by hand"));
                    }
                    entry.map(|entry| (&entry.value, Some(entry)))
                }
                (Content::Sequence(items), Step::Index(index)) if *index > items.len() => {
                    return Err(format!("{} has {} items only", here(), items.len()));
                }
                (Content::Sequence(items), Step::Index(_) | Step::Named { .. }) => {
                    node.position(step).map(|index| (&items[index], None))
                }
                (content, _) => return Err(format!("{} is {}", here(), kind(content))),
            };
            let Some((child, entry)) = next else { return Ok(Landing::Missing(place, at)) };
            place = Place { node: child, parent: Some(node), entry, is_in_flow: place.is_in_flow || node.is_flow() };
        }
        Ok(Landing::There(place))
    }

    /// Refuses to replace or to remove what an alias elsewhere needs.
    pub(super) fn check_anchors(&self, node: &Node) -> Result<(), String> {
        let mut anchors = BTreeSet::new();
        collect(node, &mut anchors);
        let is_needed = |(id, at): &&(usize, usize)| anchors.contains(id) && !node.span.contains(at);
        match self.parts.aliases.iter().find(is_needed) {
            Some((_, at)) => {
                let line = self.text[..*at].matches('\n').count() + 1;
                Err(format!("it holds an anchor that the alias on line {line} needs: edit it by hand"))
            }
            None => Ok(()),
        }
    }

    /// The column of the key or the dash that leads to a node and that stands in a block; `None` at the root.
    pub(super) fn base(&self, path: &Path) -> Option<usize> {
        let mut node = self.parts.root.as_ref()?;
        let mut base = None;
        for step in &path.0 {
            let child = node.child(step)?;
            if node.shape == Shape::Block {
                base = Some(self.column(child.lead));
            }
            node = child;
        }
        base
    }
}

impl Node {
    /// Where the first key or the first dash of a block stands.
    pub(super) fn first_child(&self) -> Option<usize> {
        match &self.content {
            Content::Mapping(entries) => entries.first().map(Entry::start),
            Content::Sequence(items) => items.first().map(|item| item.lead),
            _ => None,
        }
    }

    /// Whether it is a collection by indentation.
    pub(super) fn is_block(&self) -> bool {
        self.shape == Shape::Block && matches!(self.content, Content::Mapping(_) | Content::Sequence(_))
    }

    /// How many entries or items it has.
    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Mapping(entries) => entries.len(),
            Content::Sequence(items) => items.len(),
            _ => 0,
        }
    }
}

fn collect(node: &Node, anchors: &mut BTreeSet<usize>) {
    anchors.extend(node.anchor);
    match &node.content {
        Content::Mapping(entries) => entries.iter().for_each(|entry| collect(&entry.value, anchors)),
        Content::Sequence(items) => items.iter().for_each(|item| collect(item, anchors)),
        Content::Scalar(_) | Content::Alias(_) => {}
    }
}

fn place_name(steps: &[Step]) -> String {
    if steps.is_empty() { "the whole".into() } else { Path(steps.to_vec()).to_string() }
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Mapping(_) => "a mapping and no list",
        Content::Sequence(_) => "a list and no mapping",
        Content::Scalar(_) | Content::Alias(_) => "neither a mapping nor a list",
    }
}
