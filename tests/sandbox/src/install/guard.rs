//! The guard's overlay for loopback: the same configuration with a URL in the place of the Service.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};

use super::{directory, kustomize};
use crate::{Sandbox, SandboxError, files};

const DEADLINE: Duration = Duration::from_secs(60);

/// An update that the guard must deny: a Kubernetes version that nobody can read.
const PROBE_PATCH: &str = r#"{"spec":{"clusterProfileTemplates":[{"packs":[{"layer":"k8s","version":"banana"}]}]}}"#;

pub(super) fn install(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let Some(place) = sandbox.webhook_place() else {
        return Err(SandboxError::Supervisor("this sandbox was started without a webhook".into()));
    };
    let dir = sandbox.dir().join("guard");
    copy(&directory("guard"), &dir)?;
    files::write(&dir.join("ca.crt"), &files::read(&place.authority)?)?;
    let rendered = kustomize(sandbox, &dir)?;
    let mut configuration: Value = serde_saphyr::from_str(&rendered).map_err(SandboxError::document("guard"))?;
    point_at(&mut configuration, &place.url)?;
    sandbox.apply(&configuration.to_string())?;
    wait_until_it_denies(sandbox)
}

/// Replaces the Service of every webhook by the URL of a process.
fn point_at(configuration: &mut Value, url: &str) -> Result<(), SandboxError> {
    let broken = |problem: &str| SandboxError::Document { what: "guard".into(), problem: problem.into() };
    let webhooks = configuration["webhooks"].as_array_mut().ok_or_else(|| broken("it has no list `webhooks`"))?;
    for webhook in webhooks {
        let client =
            webhook["clientConfig"].as_object_mut().ok_or_else(|| broken("a webhook has no `clientConfig`"))?;
        if client.remove("service").is_none() {
            return Err(broken("a webhook's `clientConfig` names no service"));
        }
        client.insert("url".into(), json!(url));
    }
    Ok(())
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

fn copy(from: &Path, to: &Path) -> Result<(), SandboxError> {
    let reading = || SandboxError::io(format!("read the directory {}", from.display()));
    for entry in fs::read_dir(from).map_err(reading())? {
        let path = entry.map_err(reading())?.path();
        if let Some(name) = path.file_name().filter(|_| path.extension().is_some_and(|it| it == "yaml")) {
            files::write(&to.join(name), &files::read(&path)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_service_is_replaced() {
        let mut configuration = json!({"webhooks": [{
            "name": "guard",
            "clientConfig": {"service": {"name": "x"}, "caBundle": "Y2E="},
            "failurePolicy": "Fail",
        }]});
        point_at(&mut configuration, "https://127.0.0.1:1/validate").unwrap();
        let expected = json!({"webhooks": [{
            "name": "guard",
            "clientConfig": {"caBundle": "Y2E=", "url": "https://127.0.0.1:1/validate"},
            "failurePolicy": "Fail",
        }]});
        assert_eq!(configuration, expected);
    }

    #[test]
    fn a_guard_of_another_shape_is_an_error() {
        for mut broken in [json!({}), json!({"webhooks": [{}]}), json!({"webhooks": [{"clientConfig": {"url": "x"}}]})]
        {
            assert!(point_at(&mut broken, "https://127.0.0.1:1").is_err(), "{broken}");
        }
    }
}
