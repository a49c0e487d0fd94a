//! Which fields of a review are read, so that a plain walk finds the one that stands twice.

use crate::json::Json;

/// What is read of a value.
#[derive(Debug)]
pub enum Shape {
    /// The value itself, or nothing.
    Leaf,
    /// These fields.
    Object(&'static [(&'static str, Self)]),
    /// Each item.
    List(&'static Self),
}

use Shape::{Leaf, List, Object};

/// What the rules look at of a cluster.
pub const CLUSTER: Shape = Object(&[("metadata", METADATA), ("spec", SPEC), ("status", STATUS)]);

/// What they look at of a cluster as a write would leave it: the status is not the write's, and nothing in it counts.
const PENDING: Shape = Object(&[("metadata", METADATA), ("spec", SPEC), ("status", Leaf)]);

const METADATA: Shape = Object(&[
    ("name", Leaf),
    ("deletionTimestamp", Leaf),
    ("annotations", Object(&[("kubectl-profile.dev/allow", Leaf)])),
]);

const SPEC: Shape = Object(&[("cloudType", Leaf), ("clusterType", Leaf), ("clusterProfileTemplates", List(&PROFILE))]);

const STATUS: Shape = Object(&[("state", Leaf), ("packs", List(&REPORTED))]);

const PROFILE: Shape = Object(&[("uid", Leaf), ("packs", List(&PACK))]);

const PACK: Shape = Object(&[("name", Leaf), ("layer", Leaf), ("version", Leaf), ("tag", Leaf)]);

const REPORTED: Shape = Object(&[
    ("name", Leaf),
    ("version", Leaf),
    ("profileUid", Leaf),
    ("condition", Object(&[("type", Leaf), ("status", Leaf)])),
]);

/// What a decision looks at of a review.
pub const REVIEW: Shape = Object(&[
    ("apiVersion", Leaf),
    ("kind", Leaf),
    (
        "request",
        Object(&[
            ("uid", Leaf),
            ("resource", Object(&[("group", Leaf), ("resource", Leaf)])),
            ("subResource", Leaf),
            ("name", Leaf),
            ("namespace", Leaf),
            ("operation", Leaf),
            ("userInfo", Object(&[("username", Leaf), ("groups", Leaf)])),
            ("dryRun", Leaf),
            ("object", PENDING),
            ("oldObject", CLUSTER),
        ]),
    ),
]);

impl Shape {
    /// Whether a field that is read stands twice in its object.
    pub fn repeats(&self, json: &Json) -> bool {
        match (self, json) {
            (Object(read), Json::Object(fields)) => read.iter().any(|(name, shape)| {
                let mut found = fields.iter().filter(|(it, _)| it == name);
                found.next().is_some_and(|(_, value)| shape.repeats(value)) || found.next().is_some()
            }),
            (List(shape), Json::List(items)) => items.iter().any(|item| shape.repeats(item)),
            _ => false,
        }
    }
}
