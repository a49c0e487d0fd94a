//! The install as it is shipped: the objects of `manifests/`, rendered as `kubectl apply -k` renders them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{Run, SandboxError};

/// The namespace of the install.
pub(crate) const NAMESPACE: &str = "kubectl-profile-system";
/// The ServiceAccount that the webhook's pods run as.
pub(crate) const ACCOUNT: &str = "profile-webhook";
/// The Secret in which the webhook keeps its authority.
pub(crate) const SECRET: &str = "profile-webhook-certificates";

/// What the webhook has to find when it starts. In a cluster it waits for what is applied after it; here nobody would.
const NEEDED: [&str; 8] =
    ["Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "Secret", "Lease"];

/// What a process on loopback is given instead of the shipped flags: its ports, its file, and no wait for endpoints.
const OWN_FLAGS: [&str; 4] = ["--listen=", "--health-listen=", "--config=", "--shutdown-delay="];

/// The objects of `manifests/`, in the order in which they are shipped.
pub(crate) struct Shipped(Vec<Value>);

/// A directory below `manifests/`; of none, the install itself.
pub(crate) fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests").join(name)
}

/// Renders a directory with this kubectl.
pub(crate) fn kustomize(mut kubectl: Command, dir: &Path) -> Result<String, SandboxError> {
    let run = Run::of(kubectl.arg("kustomize").arg(dir))?;
    Ok(run.success(&format!("kubectl kustomize {}", dir.display()))?.stdout)
}

impl Shipped {
    /// Renders the install with this kubectl.
    pub(crate) fn render(kubectl: Command) -> Result<Self, SandboxError> {
        let rendered = kustomize(kubectl, &directory(""))?;
        serde_saphyr::from_multiple(&rendered).map(Self).map_err(SandboxError::document("manifests"))
    }

    /// The guard's configuration.
    pub(crate) fn guard(&self) -> Result<Value, SandboxError> {
        self.one("ValidatingWebhookConfiguration").cloned()
    }

    /// All but the guard, as one list.
    pub(crate) fn webhook(&self) -> String {
        list(self.0.iter().filter(|it| it["kind"] != "ValidatingWebhookConfiguration"))
    }

    /// What the webhook has to find when it starts, as one list.
    pub(crate) fn needed(&self) -> String {
        list(self.0.iter().filter(|it| it["kind"].as_str().is_some_and(|kind| NEEDED.contains(&kind))))
    }

    /// The flags of the shipped Deployment that hold on loopback as well.
    pub(crate) fn flags(&self) -> Result<Vec<String>, SandboxError> {
        let containers = &self.one("Deployment")?["spec"]["template"]["spec"]["containers"];
        let flags = containers[0]["args"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let kept = flags.filter(|flag| !OWN_FLAGS.iter().any(|own| flag.starts_with(own)));
        Ok(kept.map(str::to_owned).collect())
    }

    fn one(&self, kind: &str) -> Result<&Value, SandboxError> {
        let missing = || SandboxError::Document { what: "manifests".into(), problem: format!("they have no {kind}") };
        self.0.iter().find(|it| it["kind"] == kind).ok_or_else(missing)
    }
}

/// Replaces the Service of every webhook by the URL of a process.
pub(crate) fn point_at(configuration: &mut Value, url: &str) -> Result<(), SandboxError> {
    let broken = |problem: &str| SandboxError::Document { what: "guard".into(), problem: problem.into() };
    let webhooks = configuration["webhooks"].as_array_mut().ok_or_else(|| broken("it has no list `webhooks`"))?;
    for webhook in webhooks {
        let client =
            webhook["clientConfig"].as_object_mut().ok_or_else(|| broken("a webhook has no `clientConfig`"))?;
        if client.remove("service").is_none() {
            return Err(broken("a webhook's `clientConfig` names no service"));
        }
        client.insert("url".into(), url.into());
    }
    Ok(())
}

fn list<'a>(items: impl Iterator<Item = &'a Value>) -> String {
    let items: Vec<_> = items.collect();
    serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_service_is_replaced() {
        let mut configuration = json!({"webhooks": [{
            "name": "guard",
            "clientConfig": {"service": {"name": "x"}},
            "failurePolicy": "Fail",
        }]});
        point_at(&mut configuration, "https://127.0.0.1:1/validate").unwrap();
        let expected = json!({"webhooks": [{
            "name": "guard",
            "clientConfig": {"url": "https://127.0.0.1:1/validate"},
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

    #[test]
    fn the_shipped_flags_are_taken_but_for_those_of_the_place() {
        let args = ["--listen=a", "--lease=b", "--config=c", "--configuration=d"];
        let containers = json!([{ "args": args }]);
        let deployment = json!({"kind": "Deployment", "spec": {"template": {"spec": {"containers": containers}}}});
        assert_eq!(Shipped(vec![deployment]).flags().unwrap(), ["--lease=b", "--configuration=d"]);
    }
}
