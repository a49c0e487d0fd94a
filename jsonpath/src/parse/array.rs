//! Reads what stands in square brackets: keys, indexes, slices, and several of them.

use super::Parser;
use crate::{
    error::Problem,
    node::{Node, Slice, Step},
};

impl Parser<'_> {
    /// The steps of `[…]`, of which the bracket is read already.
    pub(super) fn array(&mut self, at: usize, nodes: &mut Vec<Node>) -> Result<(), Problem> {
        let start = self.pos;
        let content = self.until(|it| matches!(it, ']' | '\n'));
        if !self.eat("]") {
            return Err(Problem::new(at, "unterminated array, a ] is missing"));
        }
        if content.contains(',') {
            let mut union = Vec::new();
            let mut from = start;
            for part in content.split(',') {
                let spaces = part.len() - part.trim_start_matches(' ').len();
                union.push(self.nested("[", part.trim_matches(' '), "]", from + spaces)?);
                from += part.len() + 1;
            }
            nodes.push(Node { at, step: Step::Union(union) });
        } else if let Some(key) = key(content) {
            // A key is read as a path: its dots part fields unless a backslash stands before them.
            nodes.extend(self.nested(".", key, "", start + 1)?);
        } else {
            nodes.push(Node { at, step: Step::Slice(slice(content, self.at_byte(start))?) });
        }
        Ok(())
    }
}

fn key(content: &str) -> Option<&str> {
    content.strip_prefix('\'')?.strip_suffix('\'').filter(|it| !it.contains('\''))
}

fn slice(content: &str, at: usize) -> Result<Slice, Problem> {
    let content = if content == "*" { ":" } else { content };
    let parts: Vec<&str> = content.split(':').collect();
    let is_part = |it: &&str| it.strip_prefix('-').unwrap_or(it).bytes().all(|it| it.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_part) {
        return Err(Problem::new(at, format!("invalid array index {content:?}")));
    }
    let mut place = at;
    let mut numbers = [None; 3];
    for (number, part) in numbers.iter_mut().zip(&parts) {
        if !part.is_empty() {
            let parsed: Result<i64, _> = part.parse();
            *number = Some(parsed.map_err(|_| Problem::new(place, format!("array index {part:?} is not a number")))?);
        }
        place += part.len() + 1;
    }
    let [start, end, step] = numbers;
    let is_index = parts.len() == 1;
    // `[]` is `[0]`.
    let end = if is_index { Some(start.unwrap_or(0).wrapping_add(1)) } else { end };
    Ok(Slice { start, end, is_index, step })
}
