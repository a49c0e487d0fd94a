//! The reviews that are sent: updates of a cluster of ten packs as people make them, one in eight of which is denied.

use bytes::Bytes;
use serde_json::{Value, json};

/// Bodies with what the answer to each must say.
pub(crate) struct Reviews(Vec<(Bytes, bool)>);

impl Reviews {
    /// Reviews of about so many bytes, both objects together.
    pub(crate) fn of_bytes(bytes: usize) -> Self {
        // What is not values takes about 4 KB.
        let values = bytes.saturating_sub(4 * 1024) / 20;
        let review = |number: usize| {
            let (before, after) = match number {
                0 => (cluster("1.29.4", values, 0), cluster("1.31.0", values, 0)),
                1 => (cluster("1.30.1", values, 0), cluster("1.31.0", values, 1)),
                _ => (cluster("1.30.1", values, 0), cluster("1.30.1", values, number)),
            };
            (Bytes::from(update(number, &before, &after).to_string()), number != 0)
        };
        Self((0..8).map(review).collect())
    }

    /// The body with a number, and whether it is to be allowed.
    pub(crate) fn nth(&self, number: usize) -> (Bytes, bool) {
        let (body, is_allowed) = &self.0[number % self.0.len()];
        (body.clone(), *is_allowed)
    }
}

fn update(number: usize, before: &Value, after: &Value) -> Value {
    json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": format!("00000000-0000-4000-8000-{number:012}"),
            "kind": {"group": "cluster.spectrocloud.com", "version": "v1", "kind": "SpectroCluster"},
            "resource": {"group": "cluster.spectrocloud.com", "version": "v1", "resource": "spectroclusters"},
            "requestKind": {"group": "cluster.spectrocloud.com", "version": "v1", "kind": "SpectroCluster"},
            "requestResource": {"group": "cluster.spectrocloud.com", "version": "v1", "resource": "spectroclusters"},
            "name": "demo", "namespace": "cluster-1", "operation": "UPDATE",
            "userInfo": {"username": "jane", "uid": "7", "groups": ["platform", "system:authenticated"]},
            "object": after, "oldObject": before, "dryRun": false,
            "options": {"kind": "UpdateOptions", "apiVersion": "meta.k8s.io/v1", "fieldManager": "kubectl-edit"},
        },
    })
}

fn cluster(kubernetes: &str, values: usize, edit: usize) -> Value {
    let pack = |(index, layer): (usize, &&str)| {
        let version = if *layer == "k8s" { kubernetes } else { "1.4.2" };
        let edited = if index == 7 { edit } else { 0 };
        json!({
            "name": format!("pack-{index}"), "layer": layer, "type": "spectro", "version": version, "tag": version,
            "uid": format!("{index:024}"), "values": text(values, edited),
        })
    };
    let layers = ["os", "k8s", "cni", "csi", "addon", "addon", "addon", "addon", "addon", "addon"];
    let packs: Vec<_> = layers.iter().enumerate().map(pack).collect();
    let reported = |it: &Value| json!({"name": it["name"], "version": it["version"], "profileUid": "u", "condition": {"type": "Ready", "status": "True"}});
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster",
        "metadata": {"name": "demo", "namespace": "cluster-1", "uid": "c", "resourceVersion": "7", "generation": 3},
        "spec": {
            "cloudType": "aws", "clusterType": "PureManage",
            "clusterProfileTemplates": [{"uid": "u", "name": "stack", "type": "cluster", "profileVersion": "1.0.0", "packs": packs}],
        },
        "status": {"state": "Running", "packs": packs.iter().map(reported).collect::<Vec<_>>()},
    })
}

/// YAML of so many bytes at least.
fn text(bytes: usize, edit: usize) -> String {
    let mut text = format!("edit: {edit}\n");
    let mut line = 0;
    while text.len() < bytes {
        line += 1;
        text.push_str(&format!("setting-{line}: \"value {line}\" # as it is\n"));
    }
    text
}
