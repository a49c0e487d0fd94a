//! What users try in order to get around the guard, through the real API server: what does not work, and what does and is
//! answered by rights alone.

use std::path::PathBuf;

use profile_sandbox::Run;
use serde_json::{Value, json};

use crate::{
    rules::sample,
    world::{DEADLINE, World},
};

mod created;
mod metadata;
mod replaced;
mod status;

/// A namespace with the cluster of a sample; what the sample writes, which must be denied with the code that its name begins
/// with.
struct Scene {
    world: World,
    code: &'static str,
    current: Value,
    pending: Value,
}

const MERGE: &str = "application/merge-patch+json";

impl Scene {
    fn new(prefix: &str, code: &'static str) -> Self {
        let world = World::new(prefix);
        let (current, pending) = sample(&format!("rejects/{code}.yaml"));
        world.create(&current);
        Self { world, code, current, pending }
    }

    fn name(&self) -> &str {
        self.current["metadata"]["name"].as_str().unwrap()
    }

    fn path(&self) -> String {
        self.world.cluster_path(self.name())
    }

    /// Merges a patch into the cluster; the code and what the API server says.
    fn merge(&self, query: &str, patch: &Value) -> (u16, String) {
        let (code, answer) = self.world.ask("PATCH", &format!("{}{query}", self.path()), MERGE, patch);
        (code, answer.to_string())
    }

    /// Asserts that it is denied to merge a patch, as a dry run and for real, and that nothing was stored.
    #[track_caller]
    fn denies(&self, patch: &Value) {
        let before = self.world.cluster(self.name());
        for query in ["?dryRun=All", ""] {
            let (code, said) = self.merge(query, patch);
            assert!(code == 422 && said.contains(self.code), "{patch}: {code} {said}");
        }
        assert_eq!(self.world.cluster(self.name()), before, "{patch}");
    }

    /// The write that must be denied, alone.
    fn bad(&self) -> Value {
        json!({"spec": self.pending["spec"]})
    }

    /// Asserts that the cluster's spec is as it was.
    #[track_caller]
    fn assert_spec_is_as_it_was(&self) {
        assert_eq!(self.world.cluster(self.name())["spec"], self.current["spec"]);
    }
}

/// A user of a namespace's own who may do this alone, as resources of clusters and verbs, and the first of whose rights is one
/// to `get`.
fn user(world: &World, name: &str, rights: &[(&str, &[&str])]) -> PathBuf {
    let rbac = "rbac.authorization.k8s.io";
    let user = format!("{name}-of-{}", world.namespace);
    let rule = |(resource, verbs): &(&str, &[&str])| json!({"apiGroups": ["cluster.spectrocloud.com"], "resources": [resource], "verbs": verbs});
    for (plural, object) in [
        ("roles", json!({"metadata": {"name": name}, "rules": rights.iter().map(rule).collect::<Vec<_>>()})),
        (
            "rolebindings",
            json!({
                "metadata": {"name": name}, "roleRef": {"apiGroup": rbac, "kind": "Role", "name": name},
                "subjects": [{"apiGroup": rbac, "kind": "User", "name": user}],
            }),
        ),
    ] {
        let path = format!("/apis/{rbac}/v1/namespaces/{}/{plural}", world.namespace);
        let (code, answer) = world.ask("POST", &path, "application/json", &object);
        assert_eq!(code, 201, "{answer}");
    }
    let kubeconfig = world.sandbox.kubeconfig_for(&user, None).unwrap();
    // The API server takes up a binding some time after it stored it.
    let ready = world.sandbox.wait_until("the role binding", DEADLINE, || {
        let run = kubectl_as(world, &kubeconfig, &["get", "spc"], "");
        if run.is_success() { Ok(()) } else { Err(run) }
    });
    ready.unwrap();
    kubeconfig
}

/// Runs kubectl as a user.
fn kubectl_as(world: &World, kubeconfig: &PathBuf, arguments: &[&str], input: &str) -> Run {
    let mut command = world.sandbox.kubectl_command();
    command.args(arguments).args(["-n", &world.namespace]).env("KUBECONFIG", kubeconfig);
    Run::with_input(&mut command, input).unwrap()
}
