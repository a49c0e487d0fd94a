//! The control plane of these tests: empty at the start of each, with one cluster to write.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_sandbox::{Options, Run, Sandbox, install, samples};
use serde_json::{Value, json};

use super::{Load, Replica};
use crate::world::{DEADLINE, SHOP, World, assert_run};

/// The namespace of the install.
pub(super) const NAMESPACE: &str = "kubectl-profile-system";
pub(super) const SECRET: &str = "profile-webhook-certificates";
pub(super) const GUARD: &str = "kubectl-profile-guard";
pub(super) const LEASE: &str = "--lease=profile-webhook";

/// A control plane without an install, in the hands of one test.
pub(super) struct Plane {
    pub(super) sandbox: &'static Sandbox,
    pub(super) world: World,
}

/// Runs a test that has the control plane to itself, with nothing installed.
pub(super) fn alone(prefix: &str, test: impl FnOnce(&Plane)) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    static PLANE: OnceLock<Sandbox> = OnceLock::new();
    let sandbox = PLANE.get_or_init(|| {
        let sandbox = Sandbox::start(&Options::default()).unwrap();
        install::crds(&sandbox).unwrap();
        sandbox
    });
    // Where a test before this one has failed, its install is still there.
    let delete = ["delete", "--ignore-not-found", "-k", &manifests().display().to_string()];
    assert_run(&sandbox.run_kubectl(delete).unwrap(), 0, &[]);
    let world = World::on(sandbox, prefix);
    world.create(&samples::object("SpectroCluster", SHOP).unwrap());
    let plane = Plane { sandbox, world };
    plane.comes_to_pass();
    test(&plane);
}

impl Plane {
    /// An overlay of the install as it is shipped, with a URL in the place of the Service. A folder to apply.
    pub(super) fn overlay(&self, url: &str) -> String {
        self.overlay_of("", url, &[])
    }

    /// The same of another way to install it, a folder of `manifests/`, with more patches: what each is for, and its operations.
    pub(super) fn overlay_of(&self, way: &str, url: &str, more: &[(Value, Value)]) -> String {
        let folder = self.sandbox.dir().join("self-managed");
        std::fs::create_dir_all(&folder).unwrap();
        let up: PathBuf = folder.canonicalize().unwrap().components().skip(1).map(|_| "..").collect();
        let base = up.join(manifests().join(way).strip_prefix("/").unwrap());
        let address = (
            json!({"kind": "ValidatingWebhookConfiguration"}),
            json!([
                {"op": "remove", "path": "/webhooks/0/clientConfig/service"},
                {"op": "add", "path": "/webhooks/0/clientConfig/url", "value": url},
            ]),
        );
        let patch = |(target, patch): &(Value, Value)| json!({"target": target, "patch": patch.to_string()});
        let patches: Vec<_> = [address].iter().chain(more).map(patch).collect();
        let overlay = json!({
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [base],
            "patches": patches,
            // As the install itself: kubectl deletes in this order.
            "sortOptions": {"order": "fifo"},
        });
        std::fs::write(folder.join("kustomization.yaml"), overlay.to_string()).unwrap();
        folder.display().to_string()
    }

    /// The objects of an overlay, in their order.
    pub(super) fn objects(&self, overlay: &str) -> Vec<Value> {
        serde_saphyr::from_multiple(&self.kubectl(&["kustomize", overlay]).stdout).unwrap()
    }

    /// Runs kubectl, which must succeed.
    #[track_caller]
    pub(super) fn kubectl(&self, arguments: &[&str]) -> Run {
        let run = self.sandbox.run_kubectl(arguments).unwrap();
        assert_run(&run, 0, &[]);
        run
    }

    /// A kubeconfig of the shipped ServiceAccount.
    pub(super) fn account(&self) -> PathBuf {
        self.sandbox.kubeconfig_of_account(NAMESPACE, "profile-webhook").unwrap()
    }

    /// A replica that runs as the shipped ServiceAccount.
    pub(super) fn replica(&self, pod: &str, flags: &[&str]) -> Replica {
        Replica::start(self.sandbox, &self.account(), pod, &[&[LEASE], flags].concat())
    }

    pub(super) fn load(&self) -> Load {
        Load::on(self.sandbox, &self.world.namespace, SHOP)
    }

    /// Writes what breaks a rule, as a dry run.
    pub(super) fn bad_write(&self) -> Run {
        let patch = r#"{"spec":{"clusterProfileTemplates":[{"packs":[{"layer":"k8s","version":"banana"}]}]}}"#;
        self.world.kubectl(&["patch", "spc", SHOP, "--type=merge", "--dry-run=server", "-p", patch])
    }

    /// Waits until what breaks a rule is denied by it.
    #[track_caller]
    pub(super) fn comes_to_deny(&self) {
        let come = self.sandbox.wait_until("the guard to deny", DEADLINE, || {
            let run = self.bad_write();
            if run.stderr.contains("(K8sVersionUnreadable)") { Ok(()) } else { Err(run.to_string()) }
        });
        come.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Waits until what breaks a rule passes: the API server forgets a configuration some time after it is gone.
    #[track_caller]
    pub(super) fn comes_to_pass(&self) {
        let come = self.sandbox.wait_until("a write without a guard", DEADLINE, || {
            let run = self.bad_write();
            if run.is_success() { Ok(()) } else { Err(run.to_string()) }
        });
        come.unwrap_or_else(|error| panic!("{error}"));
    }

    /// The webhook of the guard's configuration; `None` where there is no guard.
    pub(super) fn guard(&self) -> Option<Value> {
        let get = ["get", "validatingwebhookconfiguration", GUARD, "--ignore-not-found", "-o", "json"];
        let text = self.kubectl(&get).stdout;
        (!text.is_empty()).then(|| serde_json::from_str::<Value>(&text).unwrap()["webhooks"][0].clone())
    }

    /// What the Secret holds under a key; nothing where it does not.
    pub(super) fn kept(&self, key: &str) -> String {
        let secret = self.sandbox.get_json("secret", NAMESPACE, SECRET).unwrap();
        decoded(&secret["data"][key])
    }

    /// Whether the guard trusts an authority.
    pub(super) fn trusts(&self, authority: &str) -> bool {
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        plain(&self.bundle()).contains(&plain(authority))
    }

    /// The authorities that the guard trusts.
    pub(super) fn bundle(&self) -> String {
        decoded(&self.guard().unwrap()["clientConfig"]["caBundle"])
    }

    /// Has the guard trust this authority alone, and gives what then stands in its `caBundle`.
    pub(super) fn inject(&self, authority: &str) -> Value {
        let bundle = json!(BASE64_STANDARD.encode(authority));
        let patch = json!([{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": bundle}]).to_string();
        self.kubectl(&["patch", "validatingwebhookconfiguration", GUARD, "--type=json", "-p", &patch]);
        bundle
    }

    /// Puts something into the Secret by hand.
    pub(super) fn put(&self, texts: &[(&str, Option<&str>)]) {
        let data: serde_json::Map<_, _> = texts
            .iter()
            .map(|(key, text)| ((*key).to_owned(), json!(text.map(|it| BASE64_STANDARD.encode(it)))))
            .collect();
        let patch = json!({ "data": data }).to_string();
        self.kubectl(&["patch", "secret", SECRET, "-n", NAMESPACE, "--type=merge", "-p", &patch]);
    }

    /// Asserts that no key of the Secret was ever said.
    #[track_caller]
    pub(super) fn no_key_is_said(&self, replicas: &[&Replica]) {
        let mut said = String::new();
        for replica in replicas {
            write!(said, "{:?}{}{}", replica.lines(), replica.get("/metrics"), replica.get("/readyz?verbose")).unwrap();
        }
        for key in ["ca.key", "tls.key"] {
            let text = self.kept(key);
            let line = text.lines().nth(1).unwrap();
            assert!(!said.contains(line), "{key} is said");
        }
        assert!(!said.contains("PRIVATE KEY"));
    }
}

/// What base64 in an object stands for; nothing where nothing is there.
pub(super) fn decoded(text: &Value) -> String {
    String::from_utf8(BASE64_STANDARD.decode(text.as_str().unwrap_or_default()).unwrap()).unwrap()
}

fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests").canonicalize().unwrap()
}
