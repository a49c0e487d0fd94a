//! Pairs that chance seldom finds: versions that lie close together, renames, and what the policy cannot do.

use serde_json::{Map, Value, json};

use super::corpus::Case;

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    [pre_releases(), renames(), differences().into()].into_iter().flatten().collect()
}

fn case(status: Value, before: Value, writes: Vec<Value>) -> Case {
    let before = Map::from_iter([("spec".to_owned(), before), ("status".to_owned(), status)]);
    Case { before, is_being_deleted: false, writes: writes.into_iter().map(Some).collect() }
}

fn packs(packs: Value) -> Value {
    json!({"clusterProfileTemplates": [{"name": "infra", "packs": packs}]})
}

fn kubernetes(name: &str, version: &str) -> Value {
    json!({"name": name, "layer": "k8s", "version": version})
}

/// Every step from one stage of a release to another.
fn pre_releases() -> Vec<Case> {
    let versions =
        ["1.32.0-alpha.3", "1.32.0-beta.0", "1.32.0-rc.2", "1.32.0-rc.10", "1.32.0", "1.32", "1.32.0-rke2r1"];
    let spec = |version: &&str| packs(json!([kubernetes("kubernetes", version)]));
    let from = |version| case(json!({"state": "Running"}), spec(version), versions.iter().map(spec).collect());
    versions.iter().map(from).collect()
}

/// A pack that was renamed while what runs is reported under its old name, or under that of a pack of another kind.
fn renames() -> Vec<Case> {
    let spec = |name, version| packs(json!([kubernetes(name, version)]));
    let from = |reported: &str| {
        let writes = [("k2", "1.34.0"), ("k3", "1.34.0"), ("kubernetes", "1.32.8"), ("k2", "1.33.4"), ("k3", "1.32.7")];
        let status = json!({"state": "Running", "packs": [{"name": "gone", "version": reported}]});
        case(status, spec("k2", "1.33.0"), writes.map(|(name, version)| spec(name, version)).into())
    };
    ["1.32.8", "1.33.1", "1.34.2", "1.31.0", "1.35.0", "7.1.0"].into_iter().map(from).collect()
}

/// What the policy cannot do, so that each kind of difference occurs in every run.
fn differences() -> [Case; 3] {
    // A vendor's suffix that is longer than the policy reads.
    let long = case(
        json!({"state": "Running"}),
        packs(json!([kubernetes("kubernetes", "1.30.4")])),
        vec![packs(json!([kubernetes("kubernetes", &format!("1.30.5-{}", "build".repeat(20)))]))],
    );
    // Manifests are compared in their order.
    let manifests = |names: [&str; 2]| {
        let manifests: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
        packs(json!([{"name": "hello", "layer": "addon", "version": "1.0.0", "manifests": manifests}]))
    };
    let reordered = case(json!({"state": "Provisioning"}), manifests(["a", "b"]), vec![manifests(["b", "a"])]);
    // So many packs, each with its report, that a change of Kubernetes among them costs more than it may.
    let addon = |index| json!({"name": format!("pack-{index}"), "layer": "addon", "version": "1.0.0"});
    let many = |version| packs((0..2_000).map(addon).chain([kubernetes("kubernetes", version)]).collect());
    let reports: Vec<_> = (0..2_000).map(addon).collect();
    let too_many = case(json!({"state": "Running", "packs": reports}), many("1.30.4"), vec![many("1.31.4")]);
    [long, reordered, too_many]
}
