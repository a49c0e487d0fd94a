//! Creates the nodes that kwok plays and waits until pods can be created.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Node, ServiceAccount};
use kube::{Api, Client, api::PostParams};
use serde_json::json;

use crate::{SandboxError, wait};

const NAMES: [&str; 2] = ["node-1", "node-2"];
const DEADLINE: Duration = Duration::from_secs(60);

/// Creates the nodes, if there are to be any, and waits for them and for the first service account.
pub(super) async fn create(client: Client, nodes: bool) -> Result<(), SandboxError> {
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), "default");
    if nodes {
        let api: Api<Node> = Api::all(client);
        for name in NAMES {
            api.create(&PostParams::default(), &node(name)?).await?;
        }
        for name in NAMES {
            wait::until(&format!("{name} to be ready"), DEADLINE, || async { ready(api.get(name).await) }).await?;
        }
    }
    wait::until("the first service account", DEADLINE, || accounts.get("default")).await?;
    Ok(())
}

fn node(name: &str) -> Result<Node, SandboxError> {
    let node = json!({
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux"}},
    });
    serde_json::from_value(node).map_err(SandboxError::document("node"))
}

/// Whether a node is Ready and no longer tainted as not ready.
fn ready(node: Result<Node, kube::Error>) -> Result<(), String> {
    let node = node.map_err(|error| error.to_string())?;
    let conditions = node.status.and_then(|status| status.conditions).unwrap_or_default();
    let is_ready = conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True");
    let taints = node.spec.and_then(|spec| spec.taints).unwrap_or_default();
    if is_ready && taints.is_empty() {
        return Ok(());
    }
    let taints: Vec<_> = taints.into_iter().map(|taint| taint.key).collect();
    Err(format!("ready: {is_ready}, taints: {taints:?}"))
}
