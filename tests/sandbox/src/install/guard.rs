//! The guard for loopback: the shipped configuration with a URL in the place of the Service. The webhook completes it.

use std::time::Duration;

use serde_json::json;

use crate::{
    Sandbox, SandboxError,
    shipped::{Shipped, point_at},
};

const DEADLINE: Duration = Duration::from_secs(60);

/// An update that the guard must deny: a Kubernetes version that nobody can read.
const PROBE_PATCH: &str = r#"{"spec":{"clusterProfileTemplates":[{"packs":[{"layer":"k8s","version":"banana"}]}]}}"#;

pub(super) fn install(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let Some(place) = sandbox.webhook_place() else {
        return Err(SandboxError::Supervisor("this sandbox was started without a webhook".into()));
    };
    let mut configuration = Shipped::render(sandbox.kubectl_command())?.guard()?;
    point_at(&mut configuration, &place.url)?;
    sandbox.apply(&configuration.to_string())?;
    wait_until_it_denies(sandbox)
}

/// The API server takes up a configuration some time after it stored it: asks it to deny something, as a dry run.
fn wait_until_it_denies(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let namespace = sandbox.namespace("guard-probe")?;
    sandbox.apply(
        &json!({
            "apiVersion": "cluster.spectrocloud.com/v1",
            "kind": "SpectroCluster",
            "metadata": {"name": "probe", "namespace": namespace},
            "spec": {"clusterProfileTemplates": [{"packs": [{"layer": "k8s", "version": "1.30.0"}]}]},
        })
        .to_string(),
    )?;
    let patch = ["patch", "spc", "probe", "-n", &namespace, "--type=merge", "--dry-run=server", "-p", PROBE_PATCH];
    sandbox.wait_until("the guard to deny a Kubernetes version that cannot be read", DEADLINE, || {
        let run = sandbox.run_kubectl(patch).map_err(|error| error.to_string())?;
        if !run.is_success() && run.stderr.contains("K8sVersionUnreadable") { Ok(()) } else { Err(run.to_string()) }
    })?;
    let delete = ["delete", "namespace", &namespace, "--wait=false"];
    sandbox.run_kubectl(delete)?.success("kubectl delete namespace")?;
    Ok(())
}
