//! Puts things without any sense into documents, with keys and texts that mean something somewhere.

use serde_json::{Map, Value, json};

use super::choices::Choices;

/// Puts a random tree at a random place.
pub fn spoil(choices: &mut Choices, document: &mut Value) {
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

/// A random tree, no deeper than this.
pub fn tree(choices: &mut Choices, depth: usize) -> Value {
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
