//! No document makes the rules panic, whatever stands in it.

use std::panic;

use profile_core::rules::Verdict;
use serde_json::{Map, Value, json};

use crate::{
    changes,
    choices::{Choices, for_random_choices},
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

/// Puts a random tree at a random place.
fn spoil(choices: &mut Choices, document: &mut Value) {
    let mut place = document;
    loop {
        let count = match place {
            Value::Object(fields) => fields.len(),
            Value::Array(items) => items.len(),
            _ => 0,
        };
        if count == 0 || choices.chance(12) {
            break;
        }
        let child = choices.below(count);
        place = match place {
            Value::Object(fields) => fields.values_mut().nth(child).expect("below the count"),
            Value::Array(items) => &mut items[child],
            _ => unreachable!("it has children"),
        };
    }
    *place = tree(choices, 3);
}

/// Keys that mean something somewhere.
const KEYS: [&str; 22] = [
    "spec",
    "status",
    "metadata",
    "clusterProfileTemplates",
    "packs",
    "name",
    "layer",
    "version",
    "tag",
    "values",
    "manifests",
    "state",
    "condition",
    "type",
    "cloudType",
    "clusterType",
    "deletionTimestamp",
    "uid",
    "profileUid",
    "profileVersion",
    "",
    "unknown",
];

const TEXTS: [&str; 20] = [
    "k8s",
    "cni",
    "os",
    "csi",
    "edge",
    "Provisioning",
    "Ready",
    "1.30.0",
    "1.31.0",
    "1.35.0",
    "v",
    "-",
    "1.31.0-rc",
    "",
    " ",
    "é.é",
    "1.31.0-é",
    "1.99999999999999999999",
    "\u{0}",
    "1.31.0-rc.99999999999999999999",
];

fn tree(choices: &mut Choices, depth: usize) -> Value {
    let kinds = if depth == 0 { 7 } else { 14 };
    match choices.below(kinds) {
        0 => Value::Null,
        1 => json!(choices.one_of(&[true, false])),
        2 => json!(choices.one_of(&[0, 1, -1, i64::MIN, i64::MAX])),
        3 => json!(choices.one_of(&[1.31, 1.3, -0.0, 1e300, 1e-300, 0.1])),
        4..=6 => json!(choices.one_of(&TEXTS)),
        7..=9 => (0..choices.below(4)).map(|_| tree(choices, depth - 1)).collect(),
        _ => {
            let mut fields = Map::new();
            for _ in 0..choices.below(5) {
                fields.insert(choices.one_of(&KEYS).to_owned(), tree(choices, depth - 1));
            }
            Value::Object(fields)
        }
    }
}
