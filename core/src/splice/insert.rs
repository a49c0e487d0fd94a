//! Puts an entry or an item where none stands yet.

use super::{
    Content, Node, Path, Shape, Step, Tree,
    edit::Change,
    piece::Piece,
    place::Place,
    write::{Form, indent},
};

impl Tree<'_> {
    /// The changes that add the piece under a step; `before` are the siblings that should stand before it, nearest first.
    pub(super) fn insert(
        &self,
        place: &Place<'_>,
        step: &Step,
        piece: &Piece<'_>,
        before: &[Step],
    ) -> Result<Vec<Change>, String> {
        let node = place.node;
        let in_place = |step: &Step| {
            // The piece has the name of its step already.
            let wrapped = piece.clone().below(std::slice::from_ref(step));
            Ok(self.replace(place, &wrapped))
        };
        match node.shape {
            Shape::Pair => Err("an entry without braces has no room for another one".into()),
            _ if matches!(node.content, Content::Scalar(_)) => in_place(step),
            Shape::Flow if node.len() == 0 && !place.is_in_flow && !has_props(self, node) => in_place(step),
            Shape::Flow => Ok(vec![self.insert_flow(node, step, piece, before)]),
            _ => Ok(vec![self.insert_block(node, step, piece, before)?]),
        }
    }

    fn insert_flow(&self, node: &Node, step: &Step, piece: &Piece<'_>, before: &[Step]) -> Change {
        let text = match step {
            Step::Key(key) => piece.flow_entry(key),
            _ => piece.flow(),
        };
        let Some(at) = node.predecessor(before) else {
            let open = node.span.end - 1;
            return Change::new(open..open, &text);
        };
        let end = node.child_end(at);
        // A colon with a comma directly behind it is read in two ways.
        let blank = if self.text[..end].ends_with(':') { " " } else { "" };
        Change::new(end..end, &format!("{blank}, {text}"))
    }

    fn insert_block(&self, node: &Node, step: &Step, piece: &Piece<'_>, before: &[Step]) -> Result<Change, String> {
        let first = node.first_child().unwrap_or(node.span.start);
        let column = self.column(first);
        let text = match step {
            Step::Key(key) => piece.entry(key, column),
            _ => piece.item(column),
        };
        // A block has one entry at least.
        let at = node.predecessor(before).unwrap_or(0);
        let (lead, value) = node.child_at(at).unwrap_or((first, node));
        let end = self.end(column, lead, value).max(node.child_end(at));
        let is_cut = end == self.text.len() && value.ends_in_block_scalar();
        if !is_cut {
            return Ok(Change::new(end..end, &format!("\n{}{text}", indent(column))));
        }
        // A block scalar at the end of a text without a line break would gain one. What is put before it keeps no order.
        if !matches!(step, Step::Key(_)) {
            return Err("no item can be put behind a block scalar that ends the text without a line break".into());
        }
        let start = if self.leads_line(lead) { self.above(lead) + column } else { lead };
        Ok(Change::new(start..start, &format!("{text}\n{}", indent(column))))
    }

    /// The changes that make the piece the whole of a text that holds nothing but comments.
    pub(super) fn append(&self, piece: &Piece<'_>) -> Change {
        let end = self.text.len();
        let line = if self.text.is_empty() || self.text.ends_with(['\n', '\u{feff}']) { "" } else { "\n" };
        let text = match piece.form(None, false) {
            Form::Inline(text) | Form::Block { text, .. } => text,
        };
        Change::new(end..end, &format!("{line}{text}\n"))
    }

    /// The siblings before a node in its source, the nearest first.
    pub(super) fn siblings_before(&self, path: &Path) -> Vec<Step> {
        let Some((parent, step)) = path.split_last() else { return Vec::new() };
        let Some(parent) = self.node(&parent) else { return Vec::new() };
        match (&parent.content, step) {
            (Content::Mapping(entries), Step::Key(key)) => {
                let at = entries.iter().rposition(|entry| entry.key == *key).unwrap_or(0);
                entries[..at].iter().rev().map(|entry| Step::Key(entry.key.clone())).collect()
            }
            (Content::Sequence(items), Step::Named { key, .. }) => {
                let at = parent.position(step).unwrap_or(0);
                let name = |item: &Node| item.value().get(key).and_then(|it| it.as_str().map(str::to_owned));
                let step = |value| Step::Named { key: key.clone(), value };
                items[..at].iter().rev().filter_map(name).map(step).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Node {
    /// The child behind which a new one goes: the first of the named siblings that is here, else the last child.
    fn predecessor(&self, before: &[Step]) -> Option<usize> {
        let last = self.len().checked_sub(1)?;
        let found = before.iter().find_map(|step| match (&self.content, step) {
            (Content::Mapping(entries), Step::Key(key)) => entries.iter().rposition(|entry| entry.key == *key),
            _ => self.position(step),
        });
        // What stands before a merge key is overwritten by it.
        let merge = self.entries().and_then(|entries| entries.iter().rposition(|entry| entry.is_merge));
        Some(found.filter(|at| merge.is_none_or(|merge| *at >= merge)).unwrap_or(last))
    }

    /// Where the key or the dash of a child stands, and its value.
    pub(super) fn child_at(&self, at: usize) -> Option<(usize, &Self)> {
        match &self.content {
            Content::Mapping(entries) => entries.get(at).map(|entry| (entry.start(), &entry.value)),
            Content::Sequence(items) => items.get(at).map(|item| (item.lead, item)),
            _ => None,
        }
    }

    /// The end of a child, without the comments that belong to it.
    pub(super) fn child_end(&self, at: usize) -> usize {
        let colon = match &self.content {
            Content::Mapping(entries) => {
                entries.get(at).map_or(0, |entry| entry.colon.map_or(entry.key_span.end, |colon| colon + 1))
            }
            _ => 0,
        };
        self.child_at(at).map_or(self.span.end, |(_, value)| value.span.end.max(colon))
    }
}

fn has_props(tree: &Tree<'_>, node: &Node) -> bool {
    node.has_tag || node.anchor.is_some() || !tree.text[node.span.clone()].starts_with(['{', '['])
}
