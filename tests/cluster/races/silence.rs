//! An API server that does not answer in time, before and after it did what it was asked.

use super::Scene;
use crate::{
    gate::{Gate, Held, Point, Side},
    world::{SHOP, World, assert_run, finish},
};

const SHORT: [&str; 1] = ["--request-timeout=1s"];

#[test]
fn a_server_that_never_answers_is_given_up_with_words() {
    let world = World::new("silent");
    let gate = Gate::open(&world);
    let _held = gate.hold(Point::ListClusters, Side::Before);
    let run = world.profile_as(gate.kubeconfig(), &["list", SHORT[0]]);
    assert_run(&run, 124, &["no answer from the API server of context \"gate\"", "in 1s", "raise --request-timeout"]);
}

/// Nobody can know yet whether such a write still arrives, so its revision stays open.
fn unheard_of() -> (Scene, Held) {
    let scene = Scene::new("unsent");
    let (child, held) = scene.held_switch_with("1.1.0", &SHORT, Point::WriteCluster, Side::Before);
    let said = [
        "no answer from the API server",
        "to patch spectroclusters in 1s",
        "it may still do; revision 1 stays pending",
    ];
    assert_run(&finish(child), 124, &said);
    scene.world.assert_shop_is_at("1.0.0");
    assert_eq!(scene.history(), ["1 pending hello-aws@1.1.0"]);
    (scene, held)
}

#[test]
fn a_write_without_an_answer_that_never_arrives_is_abandoned_by_the_next_run() {
    let (scene, held) = unheard_of();
    drop(held);
    assert_run(&scene.switch("1.1.0"), 0, &["the cluster tells that it was abandoned", "switched to hello-aws@1.1.0"]);
    assert_eq!(scene.history(), ["1 abandoned hello-aws@1.1.0", "2 deployed hello-aws@1.1.0"]);
}

#[test]
fn a_write_without_an_answer_that_arrives_later_is_found_by_the_next_run() {
    let (scene, held) = unheard_of();
    assert_eq!(held.pass(), 200);
    assert_run(&scene.switch("1.1.0"), 0, &["the cluster tells that it was deployed", "unchanged"]);
    scene.world.assert_shop_is_at("1.1.0");
    assert_eq!(scene.history(), ["1 deployed hello-aws@1.1.0"]);
}

#[test]
fn a_write_without_an_answer_that_did_arrive_is_deployed() {
    let scene = Scene::new("unheard");
    let (child, _held) = scene.held_switch_with("1.1.0", &SHORT, Point::WriteCluster, Side::After);
    assert_run(&finish(child), 124, &["to patch spectroclusters in 1s", "hint: the write happened all the same"]);
    scene.world.assert_shop_is_at("1.1.0");
    assert_eq!(scene.history(), ["1 deployed hello-aws@1.1.0"]);
}

#[test]
fn a_connection_that_breaks_in_the_write_leaves_the_truth() {
    for (side, version, said, status) in [
        (Side::Before, "1.0.0", "hint: nothing was written", "abandoned"),
        (Side::After, "1.1.0", "hint: the write happened all the same", "deployed"),
    ] {
        let scene = Scene::new("broken");
        let (child, held) = scene.held_switch("1.1.0", Point::WriteCluster, side);
        drop(held);
        assert_run(&finish(child), 2, &["cannot patch spectroclusters", said]);
        scene.world.assert_shop_is_at(version);
        assert_eq!(scene.history(), [format!("1 {status} hello-aws@1.1.0")]);
    }
}

#[test]
fn a_revision_without_an_answer_stops_the_switch_before_the_cluster_is_written() {
    let scene = Scene::new("unrecorded");
    let (child, _held) = scene.held_switch_with("1.1.0", &SHORT, Point::CreateRevision, Side::After);
    assert_run(&finish(child), 124, &["to create secrets in 1s"]);
    scene.world.assert_shop_is_at("1.0.0");
    assert_run(&scene.switch("1.1.0"), 0, &["switched to hello-aws@1.1.0"]);
    assert_eq!(scene.history(), ["1 abandoned hello-aws@1.1.0", "2 deployed hello-aws@1.1.0"]);
}

#[test]
fn a_settling_without_an_answer_says_that_the_cluster_was_written() {
    let scene = Scene::new("unsettled");
    let (child, held) = scene.held_switch_with("1.1.0", &SHORT, Point::SettleRevision, Side::Before);
    let run = finish(child);
    assert_run(&run, 124, &["to patch secrets in 1s", "the cluster was written; only its revision 1 stays pending"]);
    drop(held);
    scene.world.assert_shop_is_at("1.1.0");
    assert_run(&scene.world.profile(&["switch", SHOP, "hello-aws@1.1.0", "--yes"]), 0, &["unchanged"]);
    assert_eq!(scene.history(), ["1 deployed hello-aws@1.1.0"]);
}
