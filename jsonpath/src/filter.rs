//! Keeps the items of lists that a filter is true for.

use serde_json::Value;

use crate::{
    compare::holds,
    evaluate::{Evaluator, Failure, failure},
    item::Item,
    node::{Filter, Operator},
};

type Found<'a> = Result<Vec<Item<'a>>, Failure<'a>>;

impl<'a> Evaluator<'a> {
    pub(crate) fn filter(&mut self, items: &[Item<'a>], filter: &'a Filter, at: usize) -> Found<'a> {
        let mut kept = Vec::new();
        for &item in items {
            let Item::Value(Value::Array(list)) = item else {
                let what = format!("{} is not a list and cannot be filtered", item.kind());
                return Err(failure(at, what, items.to_vec()));
            };
            for element in list {
                match self.keeps(Item::Value(element), filter, at) {
                    Ok(true) => kept.push(Item::Value(element)),
                    Ok(false) => {}
                    Err(Kept::All(problem)) => {
                        return Err(Failure { found: problem.found.map(|_| items.to_vec()), ..problem });
                    }
                    Err(Kept::SoFar(what)) => return Err(failure(at, what, kept)),
                }
            }
        }
        Ok(kept)
    }

    fn keeps(&mut self, element: Item<'a>, filter: &'a Filter, at: usize) -> Result<bool, Kept<'a>> {
        let left = self.steps(&[element], &filter.left);
        if matches!(filter.operator, Operator::Exists) {
            // What went wrong on the way does not matter: an index out of bounds leaves the list, which exists.
            return match left {
                Ok(found) | Err(Failure { found: Some(found), .. }) => Ok(!found.is_empty()),
                Err(failure) => Err(Kept::All(failure)),
            };
        }
        let Some(left) = only(left.map_err(Kept::All)?, at)? else { return Ok(false) };
        let right = self.steps(&[element], &filter.right).map_err(Kept::All)?;
        let Some(right) = only(right, at)? else { return Ok(false) };
        holds(left, &filter.operator, right).map_err(Kept::SoFar)
    }
}

/// How a filter fails, by what counts as found then.
enum Kept<'a> {
    /// All that it was given.
    All(Failure<'a>),
    /// What it had kept by then.
    SoFar(String),
}

fn only<'a>(found: Vec<Item<'a>>, at: usize) -> Result<Option<Item<'a>>, Kept<'a>> {
    match found[..] {
        [] => Ok(None),
        [item] => Ok(Some(item)),
        _ => Err(Kept::All(failure(at, "can only compare one element at a time", Vec::new()))),
    }
}
