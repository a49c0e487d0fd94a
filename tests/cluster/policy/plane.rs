//! The control plane of these tests: the guard and the policy side by side, each asked only about the objects it is meant for.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use profile_sandbox::{Options, Run, Sandbox, install};
use serde_json::{Value, json};

use crate::world::{DEADLINE, World, assert_run};

/// The label that says who judges a write: `guard` or `policy`. The policy as it is shipped judges all of them.
pub(super) const JUDGE: &str = "judge";

/// Runs a test that has the control plane to itself, and no policy in it.
pub(super) fn alone(prefix: &str, test: impl FnOnce(&World)) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let world = World::on(plane(), prefix);
    // Where a test before this one has failed, its policy is still there.
    kubectl(&world, &["delete", "--ignore-not-found", "-k", &shipped()]);
    wait_until(&world, "without a policy", Run::is_success);
    test(&world);
}

/// Runs a test with the policy as it is shipped.
pub(super) fn with_the_policy(prefix: &str, test: impl FnOnce(&World)) {
    alone(prefix, |world| {
        kubectl(world, &["apply", "-k", &shipped()]);
        wait_until_it_denies(world);
        test(world);
    });
}

/// The folder that is shipped.
pub(super) fn shipped() -> String {
    folder().display().to_string()
}

/// The objects of the folder that is shipped, for a test that changes them.
pub(super) fn objects(world: &World) -> Vec<Value> {
    let rendered = kubectl(world, &["kustomize", &shipped()]);
    serde_saphyr::from_multiple(&rendered.stdout).unwrap()
}

/// Waits until the policy denies what breaks a rule.
pub(super) fn wait_until_it_denies(world: &World) {
    wait_until(world, "with the policy", |run| run.stderr.contains("'kubectl-profile-policy' denied request: "));
}

/// Waits until the policy is gone and denies nothing.
pub(super) fn wait_until_it_is_gone(world: &World) {
    wait_until(world, "once the policy is deleted", Run::is_success);
}

/// Runs kubectl, which must succeed.
pub(super) fn kubectl(world: &World, arguments: &[&str]) -> Run {
    let run = world.sandbox.run_kubectl(arguments).unwrap();
    assert_run(&run, 0, &[]);
    run
}

/// The API server takes up a policy, or its end, some time after it was stored: asks for a write that breaks a rule, as a
/// dry run, until the answer is the one that is expected.
fn wait_until(world: &World, when: &str, is_expected: impl Fn(&Run) -> bool) {
    let probe = json!({
        "apiVersion": "cluster.spectrocloud.com/v1",
        "kind": "SpectroCluster",
        "metadata": {"name": "probe", "namespace": world.namespace},
        "spec": {"clusterProfileTemplates": [{"packs": [{"name": "kubernetes", "layer": "k8s", "version": "1.30.0"}]}]},
    });
    world.sandbox.apply(&probe.to_string()).unwrap();
    let patch = json!({
        "metadata": {"labels": {JUDGE: "policy"}},
        "spec": {"clusterProfileTemplates": [{"packs": [{"name": "kubernetes", "layer": "k8s", "version": "banana"}]}]},
    });
    let patch = patch.to_string();
    let patch = ["patch", "spc", "probe", "--type=merge", "--dry-run=server", "-p", &patch];
    let what = format!("the answer to a write that breaks a rule, {when}");
    let answer = world.sandbox.wait_until(&what, DEADLINE, || {
        let run = world.kubectl(&patch);
        if is_expected(&run) { Ok(()) } else { Err(run.to_string()) }
    });
    answer.unwrap();
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests/policy")
}

fn plane() -> &'static Sandbox {
    static PLANE: OnceLock<Sandbox> = OnceLock::new();
    PLANE.get_or_init(|| {
        let sandbox = Sandbox::start(&Options::default().with_webhook().unwrap()).unwrap();
        install::crds(&sandbox).unwrap();
        install::guard(&sandbox).unwrap();
        let selector =
            json!([{"op": "add", "path": "/webhooks/0/objectSelector", "value": {"matchLabels": {JUDGE: "guard"}}}]);
        let guard = ["validatingwebhookconfiguration", "kubectl-profile-guard"];
        let patch = ["--type=json", "-p", &selector.to_string()];
        let run = sandbox.run_kubectl([&["patch"][..], &guard, &patch].concat()).unwrap();
        assert_run(&run, 0, &[]);
        sandbox
    })
}
