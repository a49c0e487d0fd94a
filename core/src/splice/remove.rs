//! Takes an entry or an item away with the comments that belong to it.

use serde_json::Value;

use super::{
    Content, Node, Path, Shape, Tree,
    edit::Change,
    piece::Piece,
    place::Place,
    tree::{line_end, line_start},
};

impl Tree<'_> {
    /// The changes that remove what stands at a place; `parent` is the place of the collection around it.
    pub(super) fn remove(&self, path: &Path, place: &Place<'_>, parent: &Place<'_>) -> Result<Vec<Change>, String> {
        let at = parent.node.index_of(place.node).ok_or("it is no entry of its own")?;
        if parent.node.len() == 1 {
            let empty = match parent.node.content {
                Content::Mapping(_) => Value::Object(serde_json::Map::new()),
                _ => Value::Array(Vec::new()),
            };
            return Ok(self.replace(parent, &Piece::Value(empty)));
        }
        match parent.node.shape {
            Shape::Pair => Err("an entry without braces cannot be removed".into()),
            Shape::Flow => Ok(self.remove_flow(parent.node, at)),
            _ => Ok(vec![self.remove_block(path, place, parent.node, at)]),
        }
    }

    fn remove_flow(&self, parent: &Node, at: usize) -> Vec<Change> {
        let (start, _) = parent.child_at(at).unwrap_or((parent.span.start, parent));
        let end = parent.child_end(at);
        if let Some((next, _)) = parent.child_at(at + 1) {
            return vec![Change::new(start..next, "")];
        }
        // The last one takes the comma before it along.
        let before = parent.child_end(at - 1);
        if self.comments_in(&(before..start)).is_empty() {
            return vec![Change::new(before..end, "")];
        }
        let comma = self.text[before..start].find(',').map(|comma| before + comma);
        let comma = comma.map(|comma| Change::new(comma..comma + 1, ""));
        comma.into_iter().chain([Change::new(start..end, "")]).collect()
    }

    fn remove_block(&self, path: &Path, place: &Place<'_>, parent: &Node, at: usize) -> Change {
        let lead = parent.child_at(at).map_or(place.node.lead, |(lead, _)| lead);
        let extent = self.extent(path, lead, place.node);
        let end = extent.end.max(parent.child_end(at));
        if !self.leads_line(lead) {
            // The first of a collection that begins behind a dash: the next one takes its place there.
            let blanks = self.text[end..].len() - self.text[end..].trim_start().len();
            return Change::new(lead..end + blanks, "");
        }
        let start = line_start(self.text, extent.start);
        let line_end = line_end(self.text, end);
        let next = self.text[line_end..].find('\n').map(|line| line_end + line + 1);
        match next {
            Some(next) => Change::new(start..next, ""),
            // A text without a last line break keeps lacking it, unless a block scalar is last then and would lose its own.
            None if at > 0 && parent.child_at(at - 1).is_some_and(|(_, value)| value.ends_in_block_scalar()) => {
                Change::new(start..line_end, "")
            }
            None => {
                let before = self.text[..start].strip_suffix('\n').unwrap_or(&self.text[..start]);
                let before = before.strip_suffix('\r').unwrap_or(before);
                Change::new(before.len()..line_end, "")
            }
        }
    }
}

impl Node {
    fn index_of(&self, child: &Self) -> Option<usize> {
        match &self.content {
            Content::Mapping(entries) => entries.iter().position(|entry| std::ptr::eq(&raw const entry.value, child)),
            Content::Sequence(items) => items.iter().position(|item| std::ptr::eq(item, child)),
            _ => None,
        }
    }
}
