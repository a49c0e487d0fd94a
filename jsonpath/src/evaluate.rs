//! Finds what a template asks for.

use serde_json::Value;

use crate::{
    error::Problem,
    item::Item,
    node::{Node, Slice, Step},
};

/// Values that are looked at for one template. A few recursive descents in a row would find more than anyone reads.
const MAX_VALUES: usize = 20_000_000;

/// Ranges in ranges.
const MAX_RANGES: usize = 128;

/// What became of a template so far. One that asks several documents in turn, as a custom column does, goes on where the
/// last one left it, as in kubectl; it matters to those with a `range` alone.
pub(crate) struct Evaluator<'a> {
    parts: &'a [Node],
    allows_missing: bool,
    /// The part that the next document starts from.
    from: usize,
    begun: usize,
    inside: usize,
    ended: usize,
    last_end: Option<usize>,
    budget: usize,
}

/// Why a step went no further.
pub(crate) struct Failure<'a> {
    pub(crate) problem: Problem,
    /// What it had found: a filter that asks whether there is anything looks at these alone. `None` is the end of it all.
    pub(crate) found: Option<Vec<Item<'a>>>,
}

type Found<'a> = Result<Vec<Item<'a>>, Failure<'a>>;

impl<'a> Evaluator<'a> {
    pub(crate) fn new(parts: &'a [Node], allows_missing: bool) -> Self {
        Self { parts, allows_missing, from: 0, begun: 0, inside: 0, ended: 0, last_end: None, budget: MAX_VALUES }
    }

    /// The results of each part that is neither a `range` nor an `end`.
    pub(crate) fn find(&mut self, document: Item<'a>) -> Result<Vec<Vec<Item<'a>>>, Problem> {
        let mut all = Vec::new();
        self.block(document.root(), &mut all)?;
        Ok(all)
    }

    fn block(&mut self, document: Item<'a>, all: &mut Vec<Vec<Item<'a>>>) -> Result<(), Problem> {
        let parts = self.parts;
        let mut index = self.from;
        while let Some(part) = parts.get(index) {
            let results = self.step(&[document], part).map_err(|failure| failure.problem)?;
            if self.ended > 0 && self.ended <= self.inside {
                self.ended -= 1;
                self.last_end = Some(index);
                break;
            }
            if self.begun > 0 {
                self.begun -= 1;
                self.inside += 1;
                if self.inside > MAX_RANGES {
                    return Err(Problem::new(part.at, format!("more than {MAX_RANGES} ranges in one another")));
                }
                for &result in &results {
                    self.from = index + 1;
                    self.block(result.root(), all)?;
                }
                if results.is_empty() {
                    // Only to learn where the range ends.
                    self.from = index + 1;
                    self.block(Item::Nothing, &mut Vec::new())?;
                }
                self.inside -= 1;
                index = self.last_end.filter(|&end| end > index).unwrap_or(index);
            } else {
                all.push(results);
            }
            index += 1;
        }
        Ok(())
    }

    /// One step after the other.
    pub(crate) fn steps(&mut self, items: &[Item<'a>], nodes: &'a [Node]) -> Found<'a> {
        let Some((first, more)) = nodes.split_first() else { return Ok(items.to_vec()) };
        let mut items = self.step(items, first)?;
        for node in more {
            items = self.step(&items, node)?;
        }
        Ok(items)
    }

    fn step(&mut self, items: &[Item<'a>], node: &'a Node) -> Found<'a> {
        self.spend(items.len() + 1, node.at)?;
        match &node.step {
            Step::Action(nodes) => self.steps(items, nodes),
            Step::Text(text) => Ok(vec![Item::Value(text)]),
            Step::Constant(value) => Ok(vec![Item::Value(value); items.len()]),
            Step::Field(name) => self.field(items, name, node.at),
            Step::Slice(slice) => self.slice(items, slice, node.at),
            Step::Union(union) => self.union(items, union),
            Step::Filter(filter) => self.filter(items, filter, node.at),
            Step::Wildcard => self.children(items, node.at),
            Step::Descent => self.descent(items, node.at),
            Step::Word(word) => self.word(items, word, node.at),
        }
    }

    /// Counts values that were looked at.
    fn spend(&mut self, values: usize, at: usize) -> Result<(), Failure<'a>> {
        match self.budget.checked_sub(values) {
            Some(left) => self.budget = left,
            None => {
                let problem = Problem::new(at, format!("more than {MAX_VALUES} values would be looked at"));
                return Err(Failure { problem, found: None });
            }
        }
        Ok(())
    }

    fn field(&self, items: &[Item<'a>], name: &str, at: usize) -> Found<'a> {
        let field = |item: &Item<'a>| match item {
            Item::Value(Value::Object(map)) => map.get(name).map(Item::Value),
            _ => None,
        };
        let found: Vec<_> = items.iter().filter_map(field).collect();
        if found.is_empty() && !items.is_empty() && !self.allows_missing {
            return Err(failure(at, format!("{name} is not found"), found));
        }
        Ok(found)
    }

    fn slice(&mut self, items: &[Item<'a>], slice: &Slice, at: usize) -> Found<'a> {
        let refuse = |what: String| Err(failure(at, what, items.to_vec()));
        let mut found = Vec::new();
        for &item in items {
            let list = match item {
                Item::Value(Value::Array(list)) => list,
                Item::Value(Value::Null) => continue,
                other => return refuse(format!("{} is not a list", other.kind())),
            };
            let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
            let from_end = |it: i64| if it < 0 { it + length } else { it };
            let start = from_end(slice.start.unwrap_or(0));
            let end = slice.end.unwrap_or(length);
            // The end of the index -1 is the end of the list.
            let end = if end == 0 && slice.is_index { length } else { from_end(end) };
            if start == end {
                // Lists after an empty one are passed over, in kubectl too.
                return Ok(found);
            }
            if !(0..length).contains(&start) {
                return refuse(format!("array index out of bounds: index {start}, length {length}"));
            }
            if !(0..=length).contains(&end) {
                return refuse(format!("array index out of bounds: index {}, length {length}", end - 1));
            }
            if start > end {
                return refuse(format!("starting index {start} is greater than ending index {end}"));
            }
            let step = match slice.step {
                Some(step) if step <= 0 => return refuse("a step must be greater than 0".to_owned()),
                Some(step) => usize::try_from(step).unwrap_or(usize::MAX),
                None => 1,
            };
            // Both are within the list.
            let part = &list[start as usize..end as usize];
            self.spend(part.len(), at)?;
            found.extend(part.iter().step_by(step).map(Item::Value));
        }
        Ok(found)
    }

    fn children(&mut self, items: &[Item<'a>], at: usize) -> Found<'a> {
        let mut found = Vec::new();
        for item in items {
            let children = item.children();
            self.spend(children.len(), at)?;
            found.extend(children);
        }
        Ok(found)
    }

    fn union(&mut self, items: &[Item<'a>], union: &'a [Vec<Node>]) -> Found<'a> {
        let mut all = Vec::new();
        for nodes in union {
            match self.steps(items, nodes) {
                Ok(found) => all.extend(found),
                Err(failure) => return Err(Failure { found: failure.found.map(|_| items.to_vec()), ..failure }),
            }
        }
        Ok(all)
    }

    /// Everything with something in it, and a text is something with letters in it.
    fn descent(&mut self, items: &[Item<'a>], at: usize) -> Found<'a> {
        let mut found = Vec::new();
        let mut stack: Vec<Item<'a>> = items.iter().rev().copied().collect();
        while let Some(item) = stack.pop() {
            match item {
                Item::Value(Value::String(text)) if !text.is_empty() => found.push(item),
                Item::Value(Value::Array(_) | Value::Object(_)) => {
                    let children = item.children();
                    if !children.is_empty() {
                        self.spend(children.len(), at)?;
                        found.push(item);
                        stack.extend(children.into_iter().rev());
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn word(&mut self, items: &[Item<'a>], word: &str, at: usize) -> Found<'a> {
        match word {
            "range" => {
                self.begun += 1;
                Ok(items.to_vec())
            }
            "end" if self.inside > 0 => {
                self.ended += 1;
                Ok(Vec::new())
            }
            "end" => Err(failure(at, "no range to end", Vec::new())),
            _ => Err(failure(at, format!("unrecognized word {word:?}"), items.to_vec())),
        }
    }
}

/// A failure that a filter may pass over.
pub(crate) fn failure(at: usize, what: impl Into<String>, found: Vec<Item<'_>>) -> Failure<'_> {
    Failure { problem: Problem::new(at, what), found: Some(found) }
}

#[cfg(test)]
mod tests;
