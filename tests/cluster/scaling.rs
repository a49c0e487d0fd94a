//! Orphans of every kind go to zero and come back, whatever happens meanwhile.

use std::{path::PathBuf, process::Child, sync::OnceLock, time::Duration};

use profile_sandbox::Run;
use serde_json::{Value, json};

use crate::{
    gate::{Gate, Held, Point, Side},
    orphans::World,
    sandbox::shared,
};

mod changed;
mod documents;
mod edited;
mod faults;
mod interrupted;
mod killed;
mod kinds;
mod restarted;
mod returning;

const DEADLINE: Duration = Duration::from_secs(90);
const RECORD: &str = "kubectl-profile.dev/scaled-down";
const PAUSED: &str = "autoscaling.keda.sh/paused-replicas";

/// A ScaledObject of KEDA that scales a Deployment.
pub(crate) fn scaled_object(name: &str, target: &str) -> Value {
    json!({
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": name},
        "spec": {"scaleTargetRef": {"name": target}, "maxReplicaCount": 5, "triggers": [{"type": "cpu"}]},
    })
}

/// A custom resource with a `/scale`, whose size is `spec.workers.count`.
pub(crate) fn widget(name: &str, count: u32) -> Value {
    json!({
        "apiVersion": "widgets.example.com/v1", "kind": "Widget", "metadata": {"name": name},
        "spec": {"workers": {"count": count}, "colour": "blue"},
    })
}

fn cron_job(name: &str, schedule: &str) -> Value {
    let pod = json!({"restartPolicy": "Never", "containers": [{"name": "main", "image": "example.com/none:1"}]});
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name},
        "spec": {"schedule": schedule, "jobTemplate": {"spec": {"template": {"spec": pod}}}},
    })
}

/// Serves the two kinds above, once for all tests.
pub(crate) fn serve_custom_kinds() {
    static SERVED: OnceLock<()> = OnceLock::new();
    let definition = |group: &str, kind: &str, version: &str, subresources: Value| {
        let plural = format!("{}s", kind.to_ascii_lowercase());
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{plural}.{group}")},
            "spec": {
                "group": group, "scope": "Namespaced",
                "names": {"kind": kind, "plural": plural, "singular": kind.to_ascii_lowercase()},
                "versions": [{
                    "name": version, "served": true, "storage": true, "subresources": subresources,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                }],
            },
        })
    };
    SERVED.get_or_init(|| {
        let scale = json!({"specReplicasPath": ".spec.workers.count", "statusReplicasPath": ".status.count"});
        for (definition, name) in [
            (
                definition("widgets.example.com", "Widget", "v1", json!({"status": {}, "scale": scale})),
                "widgets.widgets.example.com",
            ),
            (definition("keda.sh", "ScaledObject", "v1alpha1", json!({"status": {}})), "scaledobjects.keda.sh"),
        ] {
            shared().apply(&definition.to_string()).unwrap();
            let wait = ["wait", "--for=condition=Established", "--timeout=60s", "crd", name];
            shared().run_kubectl(wait).unwrap().success("kubectl wait").unwrap();
        }
        // Discovery follows some moments later.
        let served = shared().wait_until("the custom kinds", DEADLINE, || {
            let run = shared().run_kubectl(["get", "widgets.widgets.example.com,scaledobjects.keda.sh", "-A"]).unwrap();
            if run.is_success() { Ok(()) } else { Err(run) }
        });
        served.unwrap();
    });
}

impl World {
    fn annotation(&self, kind: &str, name: &str, annotation: &str) -> Value {
        self.get(kind, name)["metadata"]["annotations"][annotation].clone()
    }

    /// The record on an object, without what it keeps of the specification.
    fn record(&self, kind: &str, name: &str) -> Value {
        let text = self.annotation(kind, name, RECORD);
        serde_json::from_str(text.as_str().unwrap_or("null")).unwrap()
    }

    fn down(&self, arguments: &[&str]) -> Run {
        self.profile(&[&["scale-down", "demo", "--yes"], arguments].concat())
    }

    fn back(&self, arguments: &[&str]) -> Run {
        self.profile(&[&["scale-back", "demo", "--yes"], arguments].concat())
    }

    /// Merges a patch into an object.
    fn patch(&self, kind: &str, name: &str, patch: &Value) {
        let run = self.kubectl(&["patch", kind, name, "--type=merge", "-p", &patch.to_string()]);
        assert!(run.is_success(), "{run}");
    }

    fn gate(&self) -> Gate {
        Gate::before(self.sandbox, &self.namespace)
    }

    /// Starts a command through a gate.
    fn start(&self, gate: &Gate, arguments: &[&str]) -> Child {
        let mut command = self.sandbox.plugin_command();
        command.args(arguments).args(["-n", &self.namespace]).env("KUBECONFIG", gate.kubeconfig());
        let piped = std::process::Stdio::piped;
        command.stdin(std::process::Stdio::null()).stdout(piped()).stderr(piped()).spawn().unwrap()
    }

    /// The same, held at a point.
    fn held(&self, gate: &Gate, arguments: &[&str], point: Point, side: Side) -> (Child, Held) {
        let held = gate.hold(point, side);
        let child = self.start(gate, arguments);
        held.reached();
        (child, held)
    }

    /// A user who may read everything and do what `rules` say in this namespace.
    fn user(&self, rules: &[Value]) -> PathBuf {
        let user = format!("user-of-{}", self.namespace);
        let rbac = "rbac.authorization.k8s.io";
        let subjects = json!([{"apiGroup": rbac, "kind": "User", "name": user}]);
        let reader = format!("reader-{}", self.namespace);
        let read = json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]});
        let role = |kind: &str, name: &str, rules: Value| json!({"apiVersion": format!("{rbac}/v1"), "kind": kind, "metadata": {"name": name}, "rules": rules});
        let binding = |kind: &str, role: &str, name: &str| {
            json!({
                "apiVersion": format!("{rbac}/v1"), "kind": kind, "metadata": {"name": name}, "subjects": subjects,
                "roleRef": {"apiGroup": rbac, "kind": role, "name": name},
            })
        };
        for object in
            [role("ClusterRole", &reader, json!([read])), binding("ClusterRoleBinding", "ClusterRole", &reader)]
        {
            self.sandbox.apply(&object.to_string()).unwrap();
        }
        self.apply(&role("Role", "writer", json!(rules)));
        self.apply(&binding("RoleBinding", "Role", "writer"));
        let kubeconfig = self.sandbox.kubeconfig_for(&user, None).unwrap();
        let can = ["auth", "can-i", "list", "deployments", "-A", "--as", &user];
        let bound = self.sandbox.wait_until("the bindings", DEADLINE, || {
            let run = self.sandbox.run_kubectl(can).unwrap();
            if run.is_success() { Ok(()) } else { Err(run) }
        });
        bound.unwrap();
        kubeconfig
    }

    fn profile_as(&self, kubeconfig: &PathBuf, arguments: &[&str]) -> Run {
        let mut command = self.sandbox.plugin_command();
        let command = command.args(arguments).args(["-n", &self.namespace]).env("KUBECONFIG", kubeconfig);
        let run = Run::of(command).unwrap();
        profile_tests::schema::hold(&run);
        run
    }
}
