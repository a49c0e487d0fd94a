//! With the webhook killed, what is no profile content goes on, and profile content is refused until it is back.

use std::sync::{OnceLock, PoisonError, RwLock};

use profile_sandbox::{Options, Sandbox, install};
use serde_json::{Value, json};

use crate::world::{DEADLINE, SHOP, World, assert_run};

/// A control plane of this file's own, whose webhook is dead, and the lock of those who bring it back.
struct Plane {
    sandbox: Sandbox,
    webhook: RwLock<()>,
}

fn plane() -> &'static Plane {
    static PLANE: OnceLock<Plane> = OnceLock::new();
    PLANE.get_or_init(|| {
        let sandbox = Sandbox::start(&Options::default().with_webhook().unwrap()).unwrap();
        install::crds(&sandbox).unwrap();
        install::guard(&sandbox).unwrap();
        sandbox.webhook().unwrap().kill().unwrap();
        Plane { sandbox, webhook: RwLock::new(()) }
    })
}

/// Runs a test in a namespace of its own while the webhook is dead.
fn while_dead(prefix: &str, test: impl FnOnce(&World)) {
    let plane = plane();
    let _dead = plane.webhook.read().unwrap_or_else(PoisonError::into_inner);
    test(&World::on(&plane.sandbox, prefix).and_shop());
}

/// Runs a test in a namespace of its own that may start the webhook and take the guard away; both are put back.
fn alone(prefix: &str, test: impl FnOnce(&World)) {
    let plane = plane();
    let _alone = plane.webhook.write().unwrap_or_else(PoisonError::into_inner);
    test(&World::on(&plane.sandbox, prefix).and_shop());
    plane.sandbox.webhook().unwrap().start().unwrap();
    install::guard(&plane.sandbox).unwrap();
    plane.sandbox.webhook().unwrap().kill().unwrap();
}

const CONTENT: &str = r#"{"spec":{"clusterProfileTemplates":[{"packs":[{"name":"other"}]}]}}"#;

fn write_content(world: &World) -> profile_sandbox::Run {
    // An add-on on top of what is there, which breaks no rule.
    let mut templates = world.cluster(SHOP)["spec"]["clusterProfileTemplates"].clone();
    templates.as_array_mut().unwrap().push(json!({"name": "more", "packs": [{"name": "extra", "layer": "addon"}]}));
    let patch = json!({"spec": {"clusterProfileTemplates": templates}}).to_string();
    world.kubectl(&["patch", "spc", SHOP, "--type=merge", "-p", &patch])
}

fn passes(world: &World, arguments: &[&str]) {
    assert_run(&world.kubectl(arguments), 0, &[]);
}

#[test]
fn rejects_profile_content() {
    while_dead("content", |world| {
        let before = world.cluster(SHOP);
        for run in [write_content(world), world.kubectl(&["patch", "spc", SHOP, "--type=merge", "-p", CONTENT])] {
            assert_run(&run, 1, &["failed calling webhook", "guard.kubectl-profile.dev"]);
        }
        assert_eq!(world.cluster(SHOP), before);
    });
}

#[test]
fn accepts_labels() {
    while_dead("labels", |world| {
        passes(world, &["label", "spc", SHOP, "team=blue"]);
        passes(world, &["label", "spectroclusters.v1alpha1.cluster.spectrocloud.com", SHOP, "team=red", "--overwrite"]);
        assert_eq!(world.cluster(SHOP)["metadata"]["labels"]["team"], "red");
    });
}

#[test]
fn accepts_annotations() {
    while_dead("annotations", |world| {
        passes(world, &["annotate", "spc", SHOP, "note=mine"]);
        assert_eq!(world.cluster(SHOP)["metadata"]["annotations"]["note"], "mine");
    });
}

#[test]
fn accepts_the_removal_of_the_last_finalizer_of_a_deleted_cluster() {
    while_dead("finalizers", |world| {
        passes(
            world,
            &["patch", "spc", SHOP, "--type=merge", "-p", r#"{"metadata":{"finalizers":["example.com/hold"]}}"#],
        );
        passes(world, &["delete", "spc", SHOP, "--wait=false"]);
        assert_ne!(world.cluster(SHOP)["metadata"]["deletionTimestamp"], Value::Null);
        passes(world, &["patch", "spc", SHOP, "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#]);
        passes(world, &["wait", "--for=delete", &format!("spc/{SHOP}"), "--timeout=60s"]);
    });
}

#[test]
fn accepts_status() {
    while_dead("status", |world| {
        let patch = r#"{"status":{"state":"Error"}}"#;
        passes(world, &["patch", "spc", SHOP, "--subresource=status", "--type=merge", "-p", patch]);
        assert_eq!(world.cluster(SHOP)["status"]["state"], "Error");
    });
}

#[test]
fn accepts_deletion() {
    while_dead("deletion", |world| {
        passes(world, &["delete", "spc", SHOP, "--timeout=60s"]);
        assert_eq!(world.kubectl(&["get", "spc", "-o", "name"]).stdout, "");
    });
}

#[test]
fn a_namespace_with_a_cluster_goes_away() {
    while_dead("goes-away", |world| {
        let patch = r#"{"metadata":{"finalizers":["example.com/hold"]}}"#;
        passes(world, &["patch", "spc", SHOP, "--type=merge", "-p", patch]);
        let delete = ["delete", "namespace", &world.namespace, "--wait=false"];
        assert_run(&world.sandbox.run_kubectl(delete).unwrap(), 0, &[]);
        // Its owner lets the cluster go when the namespace's controller has marked it.
        let marked = world.sandbox.wait_until("the cluster to be marked as deleted", DEADLINE, || {
            let cluster = world.cluster(SHOP);
            if cluster["metadata"]["deletionTimestamp"].is_null() { Err(cluster.to_string()) } else { Ok(()) }
        });
        marked.unwrap();
        passes(world, &["patch", "spc", SHOP, "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#]);
        let wait = ["wait", "--for=delete", &format!("namespace/{}", world.namespace), "--timeout=60s"];
        assert_run(&world.sandbox.run_kubectl(wait).unwrap(), 0, &[]);
    });
}

#[test]
fn a_switch_is_refused_and_writes_nothing() {
    while_dead("switch", |world| {
        let before = world.cluster(SHOP);
        for flags in [&["--yes"][..], &["--dry-run=server"], &["--yes", "--no-history"]] {
            let run = world.profile(&[&["switch", SHOP, "hello-aws@1.1.0"], flags].concat());
            assert_run(
                &run,
                4,
                &["failed calling webhook", "hint: the guard cannot be reached", "nothing was written"],
            );
        }
        assert_eq!(world.cluster(SHOP), before);
        assert_eq!(world.revision_secrets(), [] as [Value; 0]);
    });
}

#[test]
fn profile_content_passes_when_the_webhook_is_back() {
    alone("back", |world| {
        assert_run(&write_content(world), 1, &["failed calling webhook"]);
        world.sandbox.webhook().unwrap().start().unwrap();
        assert_run(&write_content(world), 0, &[]);
        // And it judges again.
        assert_run(
            &world.kubectl(&["patch", "spc", SHOP, "--type=merge", "-p", CONTENT]),
            1,
            &["(CoreLayerRemovalNotSupported)"],
        );
        assert_run(&world.profile(&["switch", SHOP, "hello-aws@1.1.0", "--yes"]), 0, &["switched to hello-aws@1.1.0"]);
    });
}

#[test]
fn one_line_takes_the_guard_away() {
    alone("away", |world| {
        // The line that the README and the guard's own manifest give.
        let line = "delete validatingwebhookconfiguration kubectl-profile-guard";
        let manifest = include_str!("../../manifests/guard/validatingwebhookconfiguration.yaml");
        assert!(manifest.contains(&format!("#   kubectl {line}\n")), "{manifest}");
        assert_run(&world.sandbox.run_kubectl(line.split(' ')).unwrap(), 0, &["deleted"]);
        // The API server forgets a configuration some time after it is gone.
        let passed = world.sandbox.wait_until("a write without the guard", DEADLINE, || {
            let run = write_content(world);
            if run.is_success() { Ok(()) } else { Err(run) }
        });
        passed.unwrap();
    });
}
