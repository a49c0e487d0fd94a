//! Clusters for tests, written fluently.

use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    rules::{Code, Policy, Verdict, check},
};

/// A cluster document under construction.
#[derive(Clone)]
pub(crate) struct Fixture(Value);

/// An AWS cluster that runs, with one profile and no packs.
pub(crate) fn aws() -> Fixture {
    Fixture(json!({
        "metadata": {"name": "demo", "uid": "c1"},
        "spec": {"cloudType": "aws", "clusterType": "PureManage", "clusterProfileTemplates": [{"name": "p", "uid": "u1", "packs": []}]},
        "status": {"state": "Running", "packs": []},
    }))
}

/// An Edge cluster that runs.
pub(crate) fn edge() -> Fixture {
    aws().with("/spec/cloudType", json!("edge-native"))
}

impl Fixture {
    /// The same with `value` at the JSON pointer, whose parent exists.
    pub(crate) fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        self.0.pointer_mut(parent).unwrap()[key] = value;
        self
    }

    /// The same in another state.
    pub(crate) fn state(self, state: &str) -> Self {
        self.with("/status/state", json!(state))
    }

    /// The same with one more pack in the first profile.
    pub(crate) fn pack(mut self, layer: &str, name: &str, version: impl Into<Value>) -> Self {
        let pack = json!({"name": name, "layer": layer, "version": version.into()});
        self.list("/spec/clusterProfileTemplates/0/packs").push(pack);
        self
    }

    /// The same with a Kubernetes pack named `kubernetes`.
    pub(crate) fn k8s(self, version: impl Into<Value>) -> Self {
        self.pack("k8s", "kubernetes", version)
    }

    /// The same with an entry of `status.packs`.
    pub(crate) fn runs(mut self, name: &str, version: &str, condition: &str) -> Self {
        let entry = json!({"name": name, "version": version, "condition": {"type": condition, "status": "True"}});
        self.list("/status/packs").push(entry);
        self
    }

    /// The document itself.
    pub(crate) fn json(&self) -> &Value {
        &self.0
    }

    fn list(&mut self, pointer: &str) -> &mut Vec<Value> {
        self.0.pointer_mut(pointer).and_then(Value::as_array_mut).unwrap()
    }
}

/// What the rules say about the change.
pub(crate) fn verdict(before: &Fixture, after: &Fixture) -> Verdict {
    check(&Cluster::new(before.json()), &Cluster::new(after.json()), &Policy::default())
}

/// Asserts that exactly `codes` are broken, and gives the messages.
pub(crate) fn assert_denied(before: &Fixture, after: &Fixture, codes: &[Code]) -> Vec<String> {
    let denied = verdict(before, after).denied;
    assert_eq!(denied.iter().map(|it| it.code).collect::<Vec<_>>(), codes, "{denied:?}");
    denied.into_iter().map(|it| it.message).collect()
}

/// Asserts that no rule is broken.
pub(crate) fn assert_accepted(before: &Fixture, after: &Fixture) {
    assert_denied(before, after, &[]);
}
