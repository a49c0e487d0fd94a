//! Puts the planned edits into the target's text; an edit that is refused becomes a conflict.

use super::{decisions::Judge, tree::Planned};
use crate::splice::{self, Content, Edit, Path, SpliceError, Spliced, Tree};

/// After so many tries all that the untouched text refuses is refused. Before, each is given the chance that another edit
/// takes away what is in its way, such as the only alias of an anchor.
const TRIES_FOR_EACH: usize = 8;

/// So often is the rest tried without what was refused, before all of it counts as refused.
const TRIES: usize = 64;

/// The text after all edits that can be made.
pub(super) fn apply(judge: &mut Judge<'_>, target: &Tree<'_>, mut planned: Vec<Planned<'_>>) -> Spliced {
    // What is anchored can be edited once no alias repeats it, so that whatever replaces an alias comes first.
    planned.sort_by_key(|it| !is_alias(target, path(&it.edit)));
    for number in 0..TRIES {
        if number == TRIES_FOR_EACH {
            planned = without_refused(judge, target, planned);
        }
        if planned.is_empty() {
            return Spliced::unchanged(target);
        }
        let edits: Vec<_> = planned.iter().map(|it| it.edit.clone()).collect();
        let (place, reason) = match splice::apply_to(target, &edits) {
            Ok(spliced) => return spliced,
            Err(SpliceError::Place { path, reason }) => (path, reason),
            Err(error @ SpliceError::Guard { .. }) => {
                let reason = "the edited text does not read back as what was meant".to_owned();
                let SpliceError::Guard { path } = error else { break };
                (path, reason)
            }
            Err(SpliceError::Yaml(error)) => (Path::default(), error.to_string()),
        };
        // The root is everywhere: then it is not known which edit does not fit.
        let is_there = |it: &Planned<'_>| place.0.is_empty() || is_near(&place, path(&it.edit));
        let (refused, rest): (Vec<_>, Vec<_>) = planned.into_iter().partition(is_there);
        if refused.is_empty() {
            planned = rest;
            refuse(judge, planned, &reason);
            return Spliced::unchanged(target);
        }
        refuse(judge, refused, &reason);
        planned = rest;
    }
    refuse(judge, planned, "too many places around it cannot be edited");
    Spliced::unchanged(target)
}

fn without_refused<'e>(judge: &mut Judge<'_>, target: &Tree<'_>, planned: Vec<Planned<'e>>) -> Vec<Planned<'e>> {
    let edits: Vec<_> = planned.iter().map(|it| it.edit.clone()).collect();
    let mut rest = Vec::new();
    for (it, reason) in planned.into_iter().zip(splice::refusals(target, &edits)) {
        match reason {
            Some(reason) => refuse(judge, vec![it], &reason),
            None => rest.push(it),
        }
    }
    rest
}

fn refuse(judge: &mut Judge<'_>, refused: Vec<Planned<'_>>, reason: &str) {
    refused.into_iter().flat_map(|it| it.overrides).for_each(|at| judge.refuse(at, reason));
}

fn is_alias(target: &Tree<'_>, path: &Path) -> bool {
    target.node(path).is_some_and(|node| matches!(node.content, Content::Alias(_)))
}

fn path<'e>(edit: &'e Edit<'_>) -> &'e Path {
    match edit {
        Edit::Graft { path, .. } | Edit::Set { path, .. } | Edit::Remove { path } => path,
    }
}

/// Whether one path is the other one, or stands above it.
fn is_near(left: &Path, right: &Path) -> bool {
    left.0.iter().zip(&right.0).all(|(left, right)| left == right)
}
