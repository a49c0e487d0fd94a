//! The guard for loopback: the shipped configuration with a URL in the place of the Service, and with what the webhook adds.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
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
    let rendered = kustomize(sandbox, &directory("guard"))?;
    let mut configuration: Value = serde_saphyr::from_str(&rendered).map_err(SandboxError::document("guard"))?;
    complete(&mut configuration, &place.url, &files::read(&place.authority)?)?;
    sandbox.apply(&configuration.to_string())?;
    wait_until_it_denies(sandbox)
}

/// Replaces the Service of every webhook by the URL of a process, and adds the rules and the CA of a process that serves from
/// files and so adds neither.
fn complete(configuration: &mut Value, url: &str, authority: &str) -> Result<(), SandboxError> {
    let broken = |problem: &str| SandboxError::Document { what: "guard".into(), problem: problem.into() };
    let webhooks = configuration["webhooks"].as_array_mut().ok_or_else(|| broken("it has no list `webhooks`"))?;
    for webhook in webhooks {
        let client =
            webhook["clientConfig"].as_object_mut().ok_or_else(|| broken("a webhook has no `clientConfig`"))?;
        if client.remove("service").is_none() {
            return Err(broken("a webhook's `clientConfig` names no service"));
        }
        client.insert("url".into(), json!(url));
        client.insert("caBundle".into(), json!(BASE64_STANDARD.encode(authority)));
        webhook["rules"] = json!([{
            "apiGroups": ["cluster.spectrocloud.com"],
            "apiVersions": ["v1", "v1alpha1"],
            "operations": ["UPDATE"],
            "resources": ["spectroclusters"],
            "scope": "Namespaced",
        }]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_service_is_replaced_and_what_is_missing_added() {
        let mut configuration = json!({"webhooks": [{
            "name": "guard",
            "clientConfig": {"service": {"name": "x"}},
            "failurePolicy": "Fail",
        }]});
        complete(&mut configuration, "https://127.0.0.1:1/validate", "ca").unwrap();
        let rules = configuration["webhooks"][0]["rules"].take();
        assert_eq!(rules[0]["apiVersions"], json!(["v1", "v1alpha1"]));
        let expected = json!({"webhooks": [{
            "name": "guard",
            "clientConfig": {"caBundle": "Y2E=", "url": "https://127.0.0.1:1/validate"},
            "failurePolicy": "Fail",
            "rules": null,
        }]});
        assert_eq!(configuration, expected);
    }

    #[test]
    fn a_guard_of_another_shape_is_an_error() {
        for mut broken in [json!({}), json!({"webhooks": [{}]}), json!({"webhooks": [{"clientConfig": {"url": "x"}}]})]
        {
            assert!(complete(&mut broken, "https://127.0.0.1:1", "ca").is_err(), "{broken}");
        }
    }
}
