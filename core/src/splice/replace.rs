//! Puts a value where another one stands.

use super::{
    Content, Shape, Tree,
    edit::Change,
    piece::Piece,
    place::Place,
    tree::{line_end, line_start},
    write::{Form, indent},
};

impl Tree<'_> {
    /// The changes that put a piece in the place of what is there.
    pub(super) fn replace(&self, place: &Place<'_>, piece: &Piece<'_>) -> Vec<Change> {
        let node = place.node;
        let needs_braces = place.is_in_flow || place.entry.is_some_and(|entry| entry.question.is_some());
        if needs_braces {
            return vec![self.put_inline(place, &piece.flow())];
        }
        match piece.form(place.base(self), place.entry.is_some()) {
            Form::Inline(text) if node.is_block() => self.inline_for_block(place, &text),
            Form::Inline(text) => self.inline_for_inline(place, &text),
            Form::Block { text, column } if node.is_block() => self.block_for_block(place, &text, column),
            Form::Block { text, column } => self.block_for_inline(place, piece, &text, column),
        }
    }

    /// Text in the very place of the node.
    fn put_inline(&self, place: &Place<'_>, text: &str) -> Change {
        let span = &place.node.span;
        if !span.is_empty() {
            return Change::new(span.clone(), text);
        }
        let at = place.mark_end();
        let colon = if place.entry.is_some_and(|entry| entry.colon.is_none()) { ":" } else { "" };
        let blank = if place.parent.is_some() { " " } else { "" };
        Change::new(at..at, &format!("{colon}{blank}{text}"))
    }

    fn inline_for_inline(&self, place: &Place<'_>, text: &str) -> Vec<Change> {
        let node = place.node;
        let end = line_end(self.text, node.span.end);
        if brings_comment(text) {
            // One comment fits on the line of `|`: its own.
            let start = self.put_inline(place, "").range.start;
            let end = if node.shape == Shape::Block { node.span.end } else { end };
            return vec![Change::new(start..end, &self.put_inline(place, text).text)];
        }
        if node.shape == Shape::Block {
            // The comment on the line of `|` is inside the span and stays.
            let header = node.span.start..line_end(self.text, node.span.start);
            let comment = self.comments_in(&header).first().map(|comment| &self.text[comment.clone()]);
            return match comment {
                Some(comment) => vec![Change::new(node.span.clone(), &behind_first_line(text, comment))],
                None => vec![Change::new(node.span.clone(), text)],
            };
        }
        let (first, more) = text.split_once('\n').unwrap_or((text, ""));
        let is_block_scalar = text.starts_with(['|', '>']) && !more.is_empty();
        let behind = &self.text[node.span.end..end];
        if is_block_scalar && !behind.trim().is_empty() {
            return vec![self.put_inline(place, first), Change::new(end..end, &format!("\n{more}"))];
        }
        if is_block_scalar && !behind.is_empty() {
            return vec![Change::new(self.put_inline(place, "").range.start..end, &self.put_inline(place, text).text)];
        }
        vec![self.put_inline(place, text)]
    }

    fn inline_for_block(&self, place: &Place<'_>, text: &str) -> Vec<Change> {
        let node = place.node;
        let end = self.end_of(place);
        let mark = place.mark_end();
        let first = node.first_child().unwrap_or(node.span.start);
        if place.parent.is_none() || line_end(self.text, node.head) > first {
            let start = if place.parent.is_none() { first } else { node.span.start };
            return vec![Change::new(start..end, text)];
        }
        let head_end = line_end(self.text, node.head);
        if brings_comment(text) {
            return vec![Change::new(mark..end, &format!(" {text}"))];
        }
        let (first, more) = text.split_once('\n').unwrap_or((text, ""));
        let more = if more.is_empty() { String::new() } else { format!("\n{more}") };
        vec![Change::new(mark..node.head, &format!(" {first}")), Change::new(head_end..end, &more)]
    }

    fn block_for_block(&self, place: &Place<'_>, text: &str, column: usize) -> Vec<Change> {
        let node = place.node;
        let end = self.end_of(place);
        let first = node.first_child().unwrap_or(node.span.start);
        let head_end = line_end(self.text, node.head);
        if place.parent.is_none() {
            return vec![Change::new(first..end, text)];
        }
        let mark = place.mark_end();
        if head_end > first {
            let gap = indent(column.saturating_sub(self.column(mark)).max(1));
            return vec![Change::new(mark..end, &format!("{gap}{text}"))];
        }
        let below = Change::new(head_end..end, &format!("\n{}{text}", indent(column)));
        if node.head > mark { vec![Change::new(mark..node.head, ""), below] } else { vec![below] }
    }

    fn block_for_inline(&self, place: &Place<'_>, piece: &Piece<'_>, text: &str, column: usize) -> Vec<Change> {
        let node = place.node;
        let end = line_end(self.text, node.span.end);
        let behind = self.text[node.span.end..end].trim();
        if place.parent.is_none() {
            let is_first = self.leads_line(node.span.start);
            let start = if is_first { line_start(self.text, node.span.start) } else { node.span.start };
            // A comment behind the root would be inside the last entry.
            let line = if is_first && behind.is_empty() { "" } else { "\n" };
            return vec![Change::new(start..end, &format!("{behind}{line}{text}"))];
        }
        let mark = place.mark_end();
        if self.text[mark..node.span.start.max(mark)].contains('\n') {
            // Comments may stand between the key and its value, so that it stays where it is.
            return vec![self.put_inline(place, &piece.flow())];
        }
        let header = node.span.start..line_end(self.text, node.span.start);
        let inner = match &node.content {
            Content::Scalar(_) if node.shape == Shape::Block => self.comments_in(&header).first(),
            _ => None,
        };
        let comment = inner.map_or(behind, |inner| &self.text[inner.clone()]);
        if place.entry.is_none() && comment.is_empty() {
            let gap = indent(column.saturating_sub(self.column(mark)).max(1));
            return vec![Change::new(mark..end, &format!("{gap}{text}"))];
        }
        let comment = if comment.is_empty() { String::new() } else { format!(" {comment}") };
        vec![Change::new(mark..end, &format!("{comment}\n{}{text}", indent(column)))]
    }

    /// The end of a value with all that belongs to it.
    fn end_of(&self, place: &Place<'_>) -> usize {
        self.end(place.base(self).unwrap_or(0), place.node.span.start, place.node)
    }
}

/// Whether a text is a block scalar with a comment on its first line.
fn brings_comment(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    text.starts_with(['|', '>']) && first.contains([' ', '\t']) && first.contains('#')
}

/// The text with a comment at the end of its first line, or behind it where its first line does not end.
fn behind_first_line(text: &str, comment: &str) -> String {
    match text.split_once('\n') {
        Some((first, more)) if text.starts_with(['|', '>']) => format!("{first} {comment}\n{more}"),
        _ => format!("{text} {comment}"),
    }
}
