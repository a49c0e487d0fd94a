//! Small clusters and profiles, written as JSON, for what the sample hub does not have.

use serde_json::{Value, json};

use crate::folder::Folder;

/// Cluster demo, which runs hello@1.0.0, in `cluster.json`, and hello 1.0.0 and 1.1.0 beside it.
pub(crate) fn demo() -> Folder {
    let folder = Folder::empty().with("cluster.json", cluster(&packs("1.32.1", "replicas: 1\n")).to_string());
    add(&folder, "1.0.0", &packs("1.32.1", "replicas: 1\n"));
    add(&folder, "1.1.0", &packs("1.32.2", "replicas: 2\n"));
    folder
}

/// Writes hello at `version` as a profile object into `hello-VERSION.json`.
pub(crate) fn add(folder: &Folder, version: &str, packs: &Value) {
    folder.write(&format!("hello-{version}.json"), profile(version, packs).to_string());
}

pub(crate) fn cluster(packs: &Value) -> Value {
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster", "metadata": {"name": "demo"},
        "spec": {
            "cloudType": "aws",
            "clusterProfileTemplates": [{"name": "hello", "profileVersion": "1.0.0", "packs": packs}],
        },
        "status": {"state": "Running"},
    })
}

pub(crate) fn profile(version: &str, packs: &Value) -> Value {
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile", "metadata": {"name": format!("hello-{version}")},
        "spec": {"version": version, "published": {"name": "hello", "packs": packs}},
    })
}

pub(crate) fn packs(kubernetes: &str, values: &str) -> Value {
    json!([{"name": "kubernetes", "layer": "k8s", "version": kubernetes}, {"name": "app", "layer": "addon", "values": values}])
}
