//! The pairs that both judges are asked about: random ones, the same in every run, and some that chance would not find.

use profile_tests::random::{
    changes,
    choices::{Choices, seeded},
    repair::repair,
    spoiled::spoil,
    world::{World, text},
};
use serde_json::{Map, Value};

use super::by_hand;

/// What the corpus is drawn from.
const SEED: u64 = 20_261_127;

/// So many clusters, each with [`WRITES`] writes: to store a cluster costs more than to ask about a write.
const CLUSTERS: usize = 1_300;
const WRITES: usize = 8;

/// A cluster and the writes that are made to it.
pub(super) struct Case {
    /// Its `spec` and `status`, where it has any.
    pub(super) before: Map<String, Value>,
    pub(super) is_being_deleted: bool,
    /// What the `spec` becomes.
    pub(super) writes: Vec<Option<Value>>,
}

/// The whole corpus.
pub(super) fn corpus() -> Vec<Case> {
    let mut choices = seeded(SEED);
    let mut next = || choices.next().unwrap();
    let mut cases: Vec<_> = (0..CLUSTERS).map(|index| generated(index, &mut next)).collect();
    cases.extend(by_hand::cases());
    cases
}

fn generated(index: usize, next: &mut impl FnMut() -> Choices) -> Case {
    // Every fifth cluster has a Kubernetes version that it should not have, and the write that repairs it.
    let (before, first) = if index.is_multiple_of(5) { repair(&mut next()) } else { changes::pair(&mut next()) };
    let mut afters = vec![first];
    while afters.len() < WRITES {
        let mut choices = next();
        let mut after = before.clone();
        match (afters.len(), index % 3) {
            (7, 0 | 1) => changes::shuffle(&mut choices, &mut after),
            (6, 0) => changes::edit_around_kubernetes(&mut choices, &mut after),
            _ => after = changes::after(&mut choices, &before),
        }
        afters.push(after);
    }
    let mut case = case(&before, &afters);
    if index % 6 == 5 {
        spoil_case(&mut case, next);
    }
    case
}

/// Puts wrong things into wrong places, before the writes and by them.
fn spoil_case(case: &mut Case, next: &mut impl FnMut() -> Choices) {
    let mut choices = next();
    for part in case.before.values_mut() {
        for _ in 0..choices.below(3) {
            spoil(&mut choices, part);
        }
    }
    for (index, write) in case.writes.iter_mut().enumerate() {
        let mut choices = next();
        if index.is_multiple_of(2) {
            *write = case.before.get("spec").cloned();
        }
        write.iter_mut().for_each(|spec| spoil(&mut choices, spec));
    }
}

fn case(before: &World, afters: &[World]) -> Case {
    let Value::Object(mut document) = before.document() else { unreachable!("a cluster is an object") };
    document.remove("metadata");
    Case {
        before: document,
        is_being_deleted: text(&before.deletion_timestamp).is_some(),
        writes: afters.iter().map(|after| after.document().get("spec").cloned()).collect(),
    }
}
