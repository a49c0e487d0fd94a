//! The overlays and the Helm chart on a real control plane: their pods are admitted, and neither an upgrade nor a removal takes from
//! the guard what it needs.

use std::{path::Path, process::Command};

use profile_sandbox::{Options, Run, Sandbox, binaries};
use serde_json::{Value, json};

use crate::world::{DEADLINE, assert_run};

const NAMESPACE: &str = "kubectl-profile-system";
const GUARD: &str = "kubectl-profile-guard";

fn place(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path).display().to_string()
}

fn get(sandbox: &Sandbox, kind: &str, name: &str) -> Value {
    sandbox.get_json(kind, NAMESPACE, name).unwrap_or_else(|error| panic!("{error}"))
}

/// Waits until so many pods run, and none besides: what is refused by pod security or by a quota never does.
#[track_caller]
fn runs(sandbox: &Sandbox, replicas: u64) {
    let waited = sandbox.wait_until("the webhook's pods", DEADLINE, || {
        let status = &get(sandbox, "deployment", "profile-webhook")["status"];
        let is = |field: &str| status[field].as_u64() == Some(replicas);
        let is_seen =
            status["observedGeneration"] == get(sandbox, "deployment", "profile-webhook")["metadata"]["generation"];
        if is_seen && is("replicas") && is("updatedReplicas") && is("availableReplicas") {
            Ok(())
        } else {
            Err(status.to_string())
        }
    });
    waited.unwrap();
}

/// Each way is installed over the one before it.
#[test]
fn the_pods_of_each_overlay_run_and_it_all_goes_away() {
    let sandbox = Sandbox::start(&Options::default().with_nodes()).unwrap();
    for (folder, replicas) in [
        ("manifests", 2),
        ("manifests/overlays/single-node", 1),
        ("manifests/overlays/palette-managed", 2),
        ("manifests/overlays/single-node", 1),
    ] {
        assert_run(
            &sandbox.run_kubectl(["apply", "-k", &place(folder)]).unwrap(),
            0,
            &["deployment.apps/profile-webhook"],
        );
        runs(&sandbox, replicas);
    }
    let delete = ["delete", "-k", &place("manifests"), "--ignore-not-found", "--timeout=60s"];
    let run = sandbox.run_kubectl(delete).unwrap();
    assert_run(&run, 0, &[]);
    assert!(
        run.stdout.starts_with(&format!("validatingwebhookconfiguration.admissionregistration.k8s.io \"{GUARD}\"")),
        "{run}"
    );
    let left = "validatingwebhookconfiguration,clusterrole,clusterrolebinding,namespace";
    let left =
        sandbox.run_kubectl(["get", left, "-o", "name", "-l", "app.kubernetes.io/part-of=kubectl-profile"]).unwrap();
    assert_eq!(left.stdout, "", "{left}");
}

/// Helm in a sandbox.
struct Helm {
    sandbox: Sandbox,
    home: tempfile::TempDir,
}

impl Helm {
    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(binaries::helm().unwrap());
        command.env_clear().env("HOME", self.home.path()).env("KUBECONFIG", self.sandbox.kubeconfig());
        Run::of(command.args(arguments).args(["--namespace", NAMESPACE])).unwrap()
    }

    /// What the webhook wrote into the objects that are shipped without it.
    fn written(&self) -> [Value; 3] {
        let guard = get(&self.sandbox, "validatingwebhookconfiguration", GUARD)["webhooks"][0].take();
        [
            json!([guard["rules"], guard["clientConfig"]["caBundle"]]),
            get(&self.sandbox, "secret", "profile-webhook-certificates")["data"].take(),
            get(&self.sandbox, "lease", "profile-webhook")["spec"].take(),
        ]
    }
}

#[test]
fn a_helm_upgrade_keeps_what_the_webhook_wrote_and_an_uninstall_takes_the_guard_first() {
    let helm = Helm { sandbox: Sandbox::start(&Options::default()).unwrap(), home: tempfile::tempdir().unwrap() };
    let chart = place("charts/profile-webhook");
    assert_run(&helm.run(&["install", "profile-webhook", &chart, "--create-namespace"]), 0, &["STATUS: deployed"]);
    assert_eq!(helm.written(), [json!([null, null]), Value::Null, json!({})]);
    write_as_the_webhook(&helm.sandbox);
    let written = helm.written();
    assert!(written[0][0].is_array() && written[1].is_object() && written[2]["holderIdentity"] == "one", "{written:?}");
    for more in [&["--set", "replicas=3"][..], &["--set", "singleNode=true"], &["--reset-values"]] {
        let run = helm.run(&[&["upgrade", "profile-webhook", &chart], more].concat());
        assert_run(&run, 0, &["STATUS: deployed"]);
        assert_eq!(helm.written(), written, "{more:?}");
    }
    let strategy = get(&helm.sandbox, "deployment", "profile-webhook")["spec"]["strategy"].take();
    assert_eq!(strategy["type"], "RollingUpdate");
    let run = helm.run(&["uninstall", "profile-webhook", "--debug"]);
    assert_run(&run, 0, &["uninstalled"]);
    let mut deleted = run.stderr.lines().chain(run.stdout.lines()).filter(|it| it.contains("Starting delete for"));
    assert!(deleted.next().is_some_and(|it| it.contains(GUARD)), "{run}");
    let left = [
        "get",
        "validatingwebhookconfiguration,clusterrole",
        "-o",
        "name",
        "-l",
        "app.kubernetes.io/part-of=kubectl-profile",
    ];
    assert_eq!(helm.sandbox.run_kubectl(left).unwrap().stdout, "");
}

/// As the program does it: under a field manager of its own, and nothing but what is its.
fn write_as_the_webhook(sandbox: &Sandbox) {
    let uid = get(sandbox, "validatingwebhookconfiguration", GUARD)["metadata"]["uid"].take();
    let rule = json!({
        "apiGroups": ["cluster.spectrocloud.com"],
        "apiVersions": ["v1", "v1alpha1"],
        "operations": ["UPDATE"],
        "resources": ["spectroclusters"],
        "scope": "Namespaced",
    });
    let authority = profile_sandbox::certificates::Authority::create().unwrap();
    let bundle = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, authority.certificate());
    for object in [
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": GUARD, "uid": uid},
            "webhooks": [{"name": "guard.kubectl-profile.dev", "rules": [rule], "clientConfig": {"caBundle": bundle}}],
        }),
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "profile-webhook-certificates", "namespace": NAMESPACE},
            "stringData": {"tls.crt": "certificate", "tls.key": "key"},
        }),
        json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "profile-webhook", "namespace": NAMESPACE},
            "spec": {"holderIdentity": "one", "leaseDurationSeconds": 15},
        }),
    ] {
        let mut apply = sandbox.kubectl_command();
        apply.args(["apply", "--server-side", "--field-manager=kubectl-profile-webhook", "-f", "-"]);
        assert_run(&Run::with_input(&mut apply, &object.to_string()).unwrap(), 0, &["serverside-applied"]);
    }
}
