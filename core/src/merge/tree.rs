//! Merges two YAML trees key by key, and lists whose items have names item by item.

use std::ops::Range;

use serde_json::{Map, Value};

use super::{
    Verdict, comments,
    decisions::{Found, Judge, Spot, Stands},
    edits, masked,
    named::{self, Items},
    presets::Presets,
    sides::{self, Base},
    texts::{Texts, Trees},
};
use crate::{
    mask,
    splice::{Content, Edit, Entry, Node, Path, Step, Tree},
};

/// The target's text with the overrides in it.
pub(super) fn merge(
    judge: &mut Judge<'_>,
    spot: &Spot,
    texts: &Texts<'_>,
    trees: &Trees<'_>,
    presets: &Presets,
) -> String {
    let shared = shared_secrets([trees.base.as_ref().known(), Some(&trees.own), Some(&trees.target)]);
    let mut walk = Walk { judge, spot, presets, own: &trees.own, shared, path: Path::default(), edits: Vec::new() };
    let base = trees.base.as_ref().and_then(Tree::root);
    let around = Around { is_gone: texts.target.is_none(), is_secret: false };
    walk.node(base, trees.own.root(), trees.target.root(), around);
    let edits = walk.edits;
    let spliced = edits::apply(judge, &trees.target, edits);
    if texts.target.is_none() { spliced.into_text() } else { comments::carry(judge, spot, trees, spliced) }
}

/// An edit of the target's text, and the overrides that it puts there.
pub(super) struct Planned<'t> {
    pub(super) edit: Edit<'t>,
    pub(super) overrides: Range<usize>,
}

/// What is around a node.
#[derive(Clone, Copy)]
struct Around {
    /// What holds it was published, and is gone in the target.
    is_gone: bool,
    /// A key above it says that it is secret.
    is_secret: bool,
}

struct Walk<'w, 'd, 't> {
    judge: &'w mut Judge<'d>,
    spot: &'w Spot,
    presets: &'w Presets,
    own: &'t Tree<'t>,
    /// What an anchor lends to a secret place, or takes from one.
    shared: Vec<Value>,
    path: Path,
    edits: Vec<Planned<'t>>,
}

impl<'t> Walk<'_, '_, 't> {
    fn node(&mut self, base: Base<&Node>, own: Option<&Node>, target: Option<&Node>, around: Around) {
        if let Some((base, own, target)) = self.mappings(base, own, target, around) {
            let is_gone = around.is_gone || (target.is_none() && base.known().is_some());
            self.mapping(base, own, target, Around { is_gone, ..around });
        } else if let Some(lists) = named::lists(base, own, target) {
            let is_gone = around.is_gone || target.is_none();
            self.list(base, target, &lists, Around { is_gone, ..around });
        } else {
            self.leaf(base, own, target, around);
        }
    }

    /// The sides as mappings, where they are to be merged key by key.
    #[expect(clippy::type_complexity, reason = "three sides of the same type")]
    fn mappings<'n>(
        &self,
        base: Base<&'n Node>,
        own: Option<&'n Node>,
        target: Option<&'n Node>,
        around: Around,
    ) -> Option<(Base<&'n [Entry]>, Option<&'n [Entry]>, Option<&'n [Entry]>)> {
        let entries = |node: Option<&'n Node>| match node.map(|node| &node.content) {
            // What a merge key brings has no place of its own: such a mapping is one value.
            Some(Content::Mapping(entries)) => {
                Some(entries.as_slice()).filter(|entries| entries.iter().all(|entry| entry.key != "<<"))
            }
            _ => None,
        };
        let (in_own, in_target) = (entries(own), entries(target));
        let in_base = base.and_then(|base| entries(Some(base)));
        // A null that becomes a mapping was as good as empty.
        let can_base = base.known().is_none_or(|base| in_base.known().is_some() || is_null(base));
        let is_root = self.path.0.is_empty();
        let is_empty = |node: Option<&Node>| is_root && node.is_none_or(is_null);
        let fits = can_base
            && match (in_own, in_target) {
                (Some(_), Some(_)) => true,
                (Some(_), None) => {
                    (target.is_none() && in_base.known().is_some())
                        || is_empty(target)
                        || (target.is_none() && !around.is_gone && own.is_some_and(hides))
                }
                (None, Some(_)) => is_empty(own) || (own.is_none() && base.is_absent() && target.is_some_and(hides)),
                (None, None) => false,
            };
        fits.then_some((in_base, in_own, in_target))
    }

    fn mapping(&mut self, base: Base<&[Entry]>, own: Option<&[Entry]>, target: Option<&[Entry]>, around: Around) {
        let in_base = base.and_then(|entries| Some(index(entries)));
        let (in_own, in_target) = (own.map(index).unwrap_or_default(), target.map(index).unwrap_or_default());
        let own_only = own.unwrap_or_default().iter().filter(|it| !in_target.contains_key(it.key.as_str()));
        let base_only = base
            .known()
            .unwrap_or_default()
            .iter()
            .filter(|it| !in_target.contains_key(it.key.as_str()) && !in_own.contains_key(it.key.as_str()));
        let facts = [base.known(), own, target].map(|entries| entries.map(facts));
        let mut last: Option<&str> = None;
        for entry in target.unwrap_or_default().iter().chain(own_only).chain(base_only) {
            let key = entry.key.as_str();
            if last == Some(key) {
                continue;
            }
            last = Some(key);
            let is_hidden = facts.iter().flatten().any(|facts| mask::is_hidden(key, facts));
            let around = Around { is_secret: around.is_secret || is_hidden, ..around };
            let base = in_base.as_ref().and_then(|index| index.get(key).copied());
            self.path.0.push(Step::Key(entry.key.clone()));
            self.node(base, in_own.get(key).copied(), in_target.get(key).copied(), around);
            self.path.0.pop();
        }
    }

    fn list(&mut self, base: Base<&Node>, target: Option<&Node>, lists: &Items<'_>, around: Around) {
        let (edits, overrides) = (self.edits.len(), self.judge.overrides.len());
        for name in lists.names() {
            let base = if base.is_unknown() { Base::Unknown } else { Base::Known(lists.base.get(name).copied()) };
            self.path.0.push(Step::Named { key: named::KEY.to_owned(), value: name.to_owned() });
            self.node(base, lists.own.get(name).copied(), lists.target.get(name).copied(), around);
            self.path.0.pop();
        }
        if !lists.inserts() || self.edits.len() == edits {
            return;
        }
        let added = self.judge.overrides.get(overrides..).unwrap_or_default();
        let is_all_kept = added.iter().all(|it| it.verdict == Verdict::Kept && it.resolution.is_none());
        let is_same =
            matches!((base, target), (Base::Known(Some(base)), Some(target)) if base.value() == target.value());
        if is_same && is_all_kept {
            // Item by item they could come to stand elsewhere: where nothing of the list is new its order is kept, too.
            self.edits.truncate(edits);
            let overrides = overrides..self.judge.overrides.len();
            let edit = Edit::Graft { path: self.path.clone(), source: self.own, from: self.path.clone() };
            self.edits.push(Planned { edit, overrides });
        }
    }

    /// A place that is merged as one value.
    fn leaf(&mut self, base: Base<&Node>, own: Option<&Node>, target: Option<&Node>, around: Around) {
        if let (Some(own), Some(target)) = (own, target)
            && is_same_scalar(own, target)
            && base.known().is_none_or(|base| is_same_scalar(base, own))
            && !base.is_absent()
        {
            return;
        }
        let value = |node: &Node| Some(node.value());
        let (base_value, own_value, target_value) = (base.and_then(value), own.and_then(value), target.and_then(value));
        let base_value = base_value.as_ref();
        let found =
            sides::of_key(base_value, own_value.as_ref(), target_value.as_ref(), around.is_gone, around.is_secret);
        let Some((verdict, clear)) = found else { return };
        let is_shared = |node: &Node| node.is_reference() && self.shared.contains(&node.value());
        let is_secret = around.is_secret || [base.known(), own, target].into_iter().flatten().any(is_shared);
        let (preset, by_preset) = self.presets.account(&self.path, own_value.as_ref()).unzip();
        let overrides = self.judge.overrides.len();
        let found = Found {
            clear,
            can_return: !around.is_gone,
            published: base_value.known().cloned(),
            own: own_value,
            target: target_value,
            preset,
            by_preset: by_preset.flatten(),
            is_secret,
            ..Found::new(self.path.to_string(), verdict)
        };
        let path = || self.path.clone();
        let edit = match self.judge.settle(self.spot, found) {
            Stands::Target => None,
            Stands::Own if own.is_some() => Some(Edit::Graft { path: path(), source: self.own, from: path() }),
            Stands::Own => target.map(|_| Edit::Remove { path: path() }),
            Stands::Value(value) => Some(Edit::Set { path: path(), value }),
        };
        self.edits.extend(edit.map(|edit| Planned { edit, overrides: overrides..overrides + 1 }));
    }
}

/// The values of anchors and aliases in secret places: in all of their places they are one value.
fn shared_secrets(trees: [Option<&Tree<'_>>; 3]) -> Vec<Value> {
    fn collect(node: &Node, is_secret: bool, found: &mut Vec<Value>) {
        if is_secret && node.is_reference() {
            found.push(node.value());
        }
        match &node.content {
            Content::Mapping(entries) => {
                let facts = facts(entries);
                let is_hidden = |entry: &Entry| is_secret || mask::is_hidden(&entry.key, &facts);
                entries.iter().for_each(|entry| collect(&entry.value, is_hidden(entry), found));
            }
            Content::Sequence(items) => items.iter().for_each(|item| collect(item, is_secret, found)),
            Content::Scalar(_) | Content::Alias(_) => {}
        }
    }
    let mut found = Vec::new();
    let with_aliases =
        trees.into_iter().flatten().filter(|tree| tree.text().contains('&') && tree.text().contains('*'));
    with_aliases.filter_map(Tree::root).for_each(|root| collect(root, false, &mut found));
    found
}

type Index<'n> = std::collections::HashMap<&'n str, &'n Node>;

/// The entries by key; of a key that stands twice the last one counts.
fn index(entries: &[Entry]) -> Index<'_> {
    entries.iter().map(|entry| (entry.key.as_str(), &entry.value)).collect()
}

/// What of a mapping says whether its entries are secret.
fn facts(entries: &[Entry]) -> Map<String, Value> {
    let tells = entries.iter().filter(|entry| matches!(entry.key.as_str(), "kind" | "name" | "key"));
    tells
        .filter_map(|entry| match &entry.value.content {
            Content::Scalar(value) => Some((entry.key.clone(), value.clone())),
            Content::Mapping(_) | Content::Sequence(_) | Content::Alias(_) => None,
        })
        .collect()
}

fn is_null(node: &Node) -> bool {
    matches!(&node.content, Content::Scalar(Value::Null))
}

fn is_same_scalar(left: &Node, right: &Node) -> bool {
    matches!((&left.content, &right.content), (Content::Scalar(left), Content::Scalar(right)) if left == right)
}

/// Whether a mask is somewhere in a node.
fn hides(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(value) | Content::Alias(value) => masked::hides(value),
        Content::Mapping(entries) => entries.iter().any(|entry| {
            let is_secret = || mask::is_secret_key(&entry.key) && masked::holds(&entry.value.value());
            hides(&entry.value) || is_secret()
        }),
        Content::Sequence(items) => items.iter().any(hides),
    }
}
