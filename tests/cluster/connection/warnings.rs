//! Warning headers of the real API server: shown once each, counted, and an error for those who want one.

use std::time::Duration;

use profile_sandbox::Run;
use serde_json::{Value, json};

use super::{administrator, file};
use crate::{
    sandbox::shared,
    world::{SHOP, World, assert_run},
};

/// A policy that warns of each write of a cluster in a namespace of its own.
pub(super) struct Policy {
    world: World,
    name: String,
}

impl Policy {
    /// Installs a policy whose warning is an expression in CEL, and waits until the API server warns.
    pub(super) fn start(prefix: &str, message: &str) -> Self {
        let world = World::with_shop(prefix);
        let name = world.namespace.clone();
        let documents = [
            json!({
                "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
                "metadata": {"name": name},
                "spec": {
                    "failurePolicy": "Fail",
                    "matchConstraints": {
                        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}},
                        "resourceRules": [{
                            "apiGroups": ["cluster.spectrocloud.com"], "apiVersions": ["*"],
                            "operations": ["UPDATE"], "resources": ["spectroclusters"],
                        }],
                    },
                    "validations": [{"expression": "false", "messageExpression": message}],
                },
            }),
            json!({
                "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
                "metadata": {"name": name}, "spec": {"policyName": name, "validationActions": ["Warn"]},
            }),
        ];
        documents.iter().for_each(|it| shared().apply(&it.to_string()).unwrap());
        let policy = Self { world, name };
        let label = ["label", "spectrocluster", SHOP, "seen=yes", "--dry-run=server", "--overwrite"];
        let warned = shared().wait_until("the policy to warn", Duration::from_secs(60), || {
            let run = policy.world.kubectl(&label);
            if run.stderr.contains("Warning: ") { Ok(()) } else { Err(run.to_string()) }
        });
        warned.unwrap();
        policy
    }

    pub(super) fn namespace(&self) -> &str {
        &self.world.namespace
    }

    /// Runs the plugin with a kubeconfig, and no namespace but the one among the arguments.
    pub(super) fn run(&self, kubeconfig: &Value, arguments: &[&str]) -> Run {
        let kubeconfig = file("kubeconfig", &kubeconfig.to_string());
        Run::of(shared().plugin_command().args(arguments).env("KUBECONFIG", kubeconfig)).unwrap()
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        for kind in ["validatingadmissionpolicybinding", "validatingadmissionpolicy"] {
            let _ = shared().run_kubectl(["delete", kind, &self.name, "--wait=false"]);
        }
    }
}

#[test]
fn a_warning_is_shown_once_as_kubectl_shows_it_and_is_an_error_on_demand() {
    let policy = Policy::start("warnings", r#"'mind the "quotes", the \\ and the , in here'"#);
    let switch = ["switch", SHOP, "hello-aws@1.1.0", "-n", policy.namespace()];
    let run = policy.run(&administrator(), &[&switch[..], &["--dry-run=server"]].concat());
    let text = r#"mind the "quotes", the \ and the , in here"#;
    assert_run(&run, 0, &[text]);
    let warned = policy.world.kubectl(&["label", "spectrocluster", SHOP, "a=b", "--dry-run=server"]);
    let kubectls: Vec<_> = warned.stderr.lines().filter(|it| it.starts_with("Warning: ")).collect();
    let ours: Vec<_> = run.stderr.lines().filter(|it| it.contains("mind the")).collect();
    assert_eq!(ours, kubectls, "{run} {warned}");
    assert_eq!(ours.len(), 1, "{run}");

    // The write is done, looked at more than once, and warned of once.
    let run = policy.run(&administrator(), &[&switch[..], &["--yes", "--warnings-as-errors"]].concat());
    assert_run(&run, 2, &["spectrocluster/shop-aws switched", text]);
    assert_eq!(run.stderr.matches("mind the").count(), 1, "{run}");
    assert_eq!(run.stderr.lines().last(), Some("error: 1 warning received"), "{run}");
    policy.world.assert_shop_is_at("1.1.0");
    let run = policy.run(&administrator(), &["list", "-n", policy.namespace(), "--warnings-as-errors"]);
    assert_run(&run, 0, &[]);
}
