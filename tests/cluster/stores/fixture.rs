//! One profile in three versions, and a cluster that sets values, a manifest and a variable of its own.

use serde_json::{Value, json};

use crate::world::World;

/// What the edit in place makes of the values of hello@1.2.0.
pub(super) const EDITED: &str =
    "# app, third\nmanifests:\n  app:\n    replicas: 3 # more\n    image: a:3\n    port: 8080\n";

/// The values of the cluster after the rollback: as after the override and before the update.
pub(super) const AT_THE_END: &str = "# app, third\nmanifests:\n  app:\n    replicas: 5 # more\n    image: a:own\n";

/// The values of a version.
fn values(version: &str) -> &'static str {
    match version {
        "1.0.0" => "# app, first\nmanifests:\n  app:\n    replicas: 1 # few\n    image: a:1\n",
        "1.1.0" => "# app, second\nmanifests:\n  app:\n    replicas: 1 # few\n    image: a:2\n",
        _ => "# app, third\nmanifests:\n  app:\n    replicas: 3 # more\n    image: a:3\n",
    }
}

/// The manifest of a version, in the namespace that all stores share: the first one has a Deployment that goes away.
fn manifest(version: &str, namespace: &str) -> String {
    let settings = |more: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings, namespace: {namespace}}}\ndata:\n  color: blue\n{more}"
        )
    };
    match version {
        "1.0.0" => format!(
            "{}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: leftover, namespace: {namespace}}}\nspec: {{replicas: 1}}\n",
            settings("")
        ),
        "1.1.0" => settings("  size: s\n"),
        _ => settings("  size: m\n"),
    }
}

fn pack(version: &str, values: &str, manifest: &str) -> Value {
    json!({
        "name": "app", "layer": "addon", "type": "manifest", "version": version, "tag": version, "values": values,
        "manifests": [{"name": "app", "content": manifest}],
    })
}

/// The versions, each as a document.
pub(super) fn profiles(namespace: &str) -> Vec<Value> {
    let one = |version: &&str| {
        let number = version.replace('.', "");
        json!({
            "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile",
            "metadata": {"name": format!("hello-{version}"), "namespace": namespace},
            "spec": {
                "version": version,
                "published": {
                    "name": "hello", "uid": format!("6702000000000000000{number:0>5}"), "type": "add-on",
                    "packs": [pack(version, values(version), &manifest(version, namespace))],
                },
            },
        })
    };
    ["1.0.0", "1.1.0", "1.2.0"].iter().map(one).collect()
}

/// The cluster, which took the first version and changed it.
pub(super) fn cluster(namespace: &str) -> Value {
    let own = values("1.0.0").replace("replicas: 1", "replicas: 5");
    let manifest = manifest("1.0.0", namespace).replace("color: blue", "color: red");
    let uid = profiles(namespace)[0]["spec"]["published"]["uid"].clone();
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster",
        "metadata": {"name": "shop", "namespace": namespace},
        "spec": {
            "cloudType": "aws",
            "clusterProfileTemplates": [{
                "name": "hello", "uid": uid, "type": "add-on", "profileVersion": "1.0.0",
                "packs": [pack("1.0.0", &own, &manifest)],
            }],
        },
        "status": {"state": "Running"},
    })
}

/// Makes the Deployment that the first version renders and no later one does.
pub(super) fn leftover(world: &World) {
    let run = world.kubectl(&["create", "deployment", "leftover", "--image=hello"]);
    assert!(run.is_success(), "{run}");
}
