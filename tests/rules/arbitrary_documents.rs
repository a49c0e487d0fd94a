//! No document makes the rules panic, whatever stands in it.

use std::panic;

use profile_core::rules::Verdict;
use serde_json::Value;

use crate::{
    changes,
    choices::{Choices, for_random_choices},
    spoiled::{spoil, tree},
    verdict::verdict,
};

#[test]
fn no_document_makes_the_rules_panic() {
    for_random_choices(10_000, |choices| {
        let (before, after) = pair(choices);
        let judged = |before: &Value, after: &Value| -> Result<Verdict, String> {
            let verdict = panic::catch_unwind(|| verdict(before, after));
            verdict.map_err(|_| format!("a panic\nbefore: {before}\nafter: {after}"))
        };
        let verdict = judged(&before, &after)?;
        if verdict.violations().any(|it| it.message.is_empty() || !it.field.starts_with("spec.clusterProfileTemplates"))
        {
            return Err(format!("{verdict:?} does not say what is wrong and where\nbefore: {before}\nafter: {after}"));
        }
        for unchanged in [&before, &after] {
            if judged(unchanged, unchanged)? != Verdict::default() {
                return Err(format!("denied or warned, though nothing changes: {unchanged}"));
            }
        }
        Ok(())
    });
}

/// Two clusters with wrong things in wrong places, or two trees without any sense.
fn pair(choices: &mut Choices) -> (Value, Value) {
    if choices.chance(25) {
        return (tree(choices, 6), tree(choices, 6));
    }
    let (before, after) = changes::pair(choices);
    let (mut before, mut after) = (before.document(), after.document());
    for _ in 0..choices.below(4) {
        spoil(choices, &mut before);
        spoil(choices, &mut after);
    }
    (before, after)
}
