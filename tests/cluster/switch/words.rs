//! The plugin and the webhook say the same about the same change, word for word.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    gate::Gate,
    rules::sample,
    world::{SHOP, World, assert_run, json_of},
};

/// For every shipped rejected sample: the pending side as a published profile version, judged by `check` and by a write.
#[test]
fn check_prints_the_causes_of_the_denial() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests/samples/rejects");
    let mut codes = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let (current, pending) = sample(&format!("rejects/{file}"));
        let world = World::new("words");
        world.create(&current);
        let mut target = pending["spec"]["clusterProfileTemplates"][0].clone();
        target["profileVersion"] = json!("9.9.9");
        let name = target["name"].as_str().unwrap();
        world.create(&json!({
            "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile",
            "metadata": {"name": "target"}, "spec": {"version": "9.9.9", "published": target},
        }));
        let run = world.profile(&["check", &format!("{name}@9.9.9"), "-o", "json"]);
        assert_run(&run, 4, &[]);
        let said: Vec<_> = json_of(&run)["violations"].as_array().unwrap().iter().map(as_cause).collect();

        let path = world.cluster_path(current["metadata"]["name"].as_str().unwrap());
        let patch = json!({"spec": {"clusterProfileTemplates": [target]}});
        let (code, denial) = world.ask("PATCH", &path, "application/merge-patch+json", &patch);
        assert_eq!(code, 422, "{file}: {denial}");
        assert_eq!(json!(said), denial["details"]["causes"], "{file}: {run}");
        codes.extend(said.iter().map(|it| it["reason"].to_string()));
    }
    assert_eq!(codes.len(), 6, "{codes:?}");
}

/// A violation as a cause; a cause carries its code in the message too, because kubectl prints nothing else of it.
fn as_cause(violation: &Value) -> Value {
    let (code, message) = (violation["code"].as_str().unwrap(), violation["message"].as_str().unwrap());
    json!({"reason": code, "message": format!("{message} ({code})"), "field": violation["field"]})
}

/// The gate shows the plugin a cluster that is Running, so that only the webhook knows better.
#[test]
fn what_only_the_webhook_sees_is_printed_with_its_sentence() {
    let world = World::with_shop("webhook-sees");
    world.patch_status(SHOP, &json!({"state": "Provisioning"}));
    let gate = Gate::open(&world);
    gate.lie(r#""state":"Provisioning""#, r#""state":"Running""#);
    let before = world.cluster(SHOP);
    let sentence = "the profiles of cluster \"shop-aws\" cannot be updated while its state is Provisioning; wait until it \
                    is Running (ClusterProvisioning)";
    for flag in ["--yes", "--dry-run=server"] {
        let run = world.profile_as(gate.kubeconfig(), &["switch", SHOP, "hello-aws@1.1.0", flag]);
        assert_run(&run, 4, &["Error from server (Invalid): the write is denied", "nothing was written"]);
        let line = format!("  spec.clusterProfileTemplates: {sentence}");
        assert!(run.stderr.lines().any(|it| it == line), "{line:?} is no line: {run}");
    }
    assert_eq!(world.cluster(SHOP), before);
    assert_eq!(world.revision_secrets(), [] as [Value; 0]);
}
