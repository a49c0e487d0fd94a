//! What moves under a write: the status does not matter, the content and the state do.

use serde_json::json;

use super::Scene;
use crate::{
    gate::{Point, Side},
    world::{SHOP, assert_run, finish},
};

#[test]
fn a_status_that_moved_is_no_reason_to_ask_again() {
    let scene = Scene::new("status");
    let (child, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::Before);
    scene.status_moves();
    assert_eq!(held.pass(), 409);
    assert_run(&finish(child), 0, &["switched to hello-aws@1.1.0"]);
    scene.world.assert_shop_is_at("1.1.0");
    assert_eq!(scene.world.cluster(SHOP)["status"]["conditions"][0]["type"], "Heartbeat");
    assert_eq!(scene.history(), ["1 deployed hello-aws@1.1.0"]);
}

#[test]
fn a_status_that_moves_again_and_again_is_outlasted() {
    let scene = Scene::new("restless");
    let (child, mut held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::Before);
    for round in 0..5 {
        scene.world.patch_status(SHOP, &json!({"round": round}));
        let next = scene.gate.hold(Point::WriteCluster, Side::Before);
        assert_eq!(held.pass(), 409, "round {round}");
        next.reached();
        held = next;
    }
    assert_eq!(held.pass(), 200);
    assert_run(&finish(child), 0, &["switched to hello-aws@1.1.0"]);
    assert_eq!(scene.history(), ["1 deployed hello-aws@1.1.0"]);
}

#[test]
fn labels_that_moved_stay() {
    let scene = Scene::new("labels");
    let (child, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::Before);
    scene.world.patch(SHOP, &json!({"metadata": {"labels": {"team": "blue"}}, "spec": {"location": "here"}}));
    assert_eq!(held.pass(), 409);
    assert_run(&finish(child), 0, &["switched to hello-aws@1.1.0"]);
    let cluster = scene.world.cluster(SHOP);
    assert_eq!(cluster["metadata"]["labels"]["team"], "blue");
    assert_eq!(cluster["spec"]["location"], "here");
}

/// Holds a write, moves something, and asserts that the switch stops with a decision to take.
fn stops(prefix: &str, said: &str, moves: impl FnOnce(&Scene)) {
    let scene = Scene::new(prefix);
    let (child, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::Before);
    moves(&scene);
    let spec = scene.spec();
    assert_eq!(held.pass(), 409);
    assert_run(&finish(child), 6, &["is not what was shown any more", said, "nothing was written"]);
    assert_eq!(scene.spec(), spec);
    assert_eq!(scene.history(), ["1 abandoned hello-aws@1.1.0"]);
}

#[test]
fn content_that_moved_needs_a_decision() {
    stops("content", "the profile content of the cluster changed", |scene| scene.somebody_switches_to("1.2.0"));
}

#[test]
fn a_state_that_moved_needs_a_decision() {
    stops("state", "the state of the cluster changed", |scene| {
        scene.world.patch_status(SHOP, &json!({"state": "Provisioning"}));
    });
}

#[test]
fn a_reported_kubernetes_that_moved_needs_a_decision() {
    stops("kubernetes", "the Kubernetes version that the cluster reports changed", |scene| {
        let mut packs = scene.world.cluster(SHOP)["status"]["packs"].clone();
        packs[1]["version"] = json!("1.32.9");
        scene.world.patch_status(SHOP, &json!({"packs": packs}));
    });
}

#[test]
fn a_target_that_was_edited_while_the_cluster_moved_needs_a_decision() {
    stops("target", "what the change takes over was edited", |scene| {
        let path = scene.world.cluster_path("").replace("spectroclusters/", "clusterprofiles/hello-aws-1.1.0");
        let patch = json!([{"op": "replace", "path": "/spec/published/packs/4/version", "value": "1.3.1"}]);
        let (code, answer) = scene.world.ask("PATCH", &path, "application/json-patch+json", &patch);
        assert_eq!(code, 200, "{answer}");
        scene.status_moves();
    });
}

#[test]
fn a_cluster_that_was_deleted_and_created_anew_is_another_one() {
    let scene = Scene::new("anew");
    let (child, held) = scene.held_switch_with("1.1.0", &["--no-history"], Point::WriteCluster, Side::Before);
    assert_run(&scene.world.kubectl(&["delete", "spc", SHOP]), 0, &[]);
    scene.world.create(&profile_sandbox::samples::object("SpectroCluster", SHOP).unwrap());
    assert_eq!(held.pass(), 409);
    assert_run(&finish(child), 6, &["the object was deleted and created anew"]);
    scene.world.assert_shop_is_at("1.0.0");
}

#[test]
fn a_cluster_that_was_deleted_is_said_to_be_gone() {
    let scene = Scene::new("gone");
    let (child, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::Before);
    assert_run(&scene.world.kubectl(&["delete", "spc", SHOP]), 0, &[]);
    assert_eq!(held.pass(), 404);
    assert_run(&finish(child), 2, &["NotFound", "shop-aws"]);
}
