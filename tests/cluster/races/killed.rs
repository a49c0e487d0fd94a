//! `kill -9` before, between and after the three writes of a switch; the next run finds the truth.

use serde_json::Value;

use super::{Scene, kill};
use crate::{
    gate::{Point, Side},
    world::{SHOP, assert_run},
};

/// Kills a switch to 1.1.0 at a point. Then the cluster must be at `version` and the revisions as in `left`; a second
/// run must say `said`, bring the cluster to 1.1.0 and leave the revisions as in `settled`.
fn killed(point: Point, side: Side, version: &str, left: &[&str], said: &[&str], settled: &[&str]) {
    let scene = Scene::new("killed");
    let (child, held) = scene.held_switch("1.1.0", point, side);
    kill(child);
    // A request that was not sent yet dies with its sender.
    drop(held);
    scene.world.assert_shop_is_at(version);
    assert_eq!(scene.history(), left);

    assert_run(&scene.switch("1.1.0"), 0, said);
    scene.world.assert_shop_is_at("1.1.0");
    assert_eq!(scene.history(), settled);
    // And a third run has nothing to settle any more.
    let third = scene.switch("1.1.0");
    assert_run(&third, 0, &["unchanged"]);
    assert!(!third.stderr.contains("pending"), "{third}");
    assert_eq!(scene.history(), settled);
}

const SWITCHED: &[&str] = &["switched to hello-aws@1.1.0"];
const ABANDONED: &[&str] =
    &["revision 1 was left pending; the cluster tells that it was abandoned", "switched to hello-aws@1.1.0"];
const DEPLOYED: &[&str] = &["revision 1 was left pending; the cluster tells that it was deployed", "unchanged"];

#[test]
fn before_the_revision_is_created() {
    killed(Point::CreateRevision, Side::Before, "1.0.0", &[], SWITCHED, &["1 deployed hello-aws@1.1.0"]);
}

#[test]
fn after_the_revision_was_created() {
    let settled = ["1 abandoned hello-aws@1.1.0", "2 deployed hello-aws@1.1.0"];
    killed(Point::CreateRevision, Side::After, "1.0.0", &["1 pending hello-aws@1.1.0"], ABANDONED, &settled);
}

#[test]
fn before_the_cluster_is_written() {
    let settled = ["1 abandoned hello-aws@1.1.0", "2 deployed hello-aws@1.1.0"];
    killed(Point::WriteCluster, Side::Before, "1.0.0", &["1 pending hello-aws@1.1.0"], ABANDONED, &settled);
}

#[test]
fn after_the_cluster_was_written() {
    let settled = ["1 deployed hello-aws@1.1.0"];
    killed(Point::WriteCluster, Side::After, "1.1.0", &["1 pending hello-aws@1.1.0"], DEPLOYED, &settled);
}

#[test]
fn before_the_revision_is_settled() {
    let settled = ["1 deployed hello-aws@1.1.0"];
    killed(Point::SettleRevision, Side::Before, "1.1.0", &["1 pending hello-aws@1.1.0"], DEPLOYED, &settled);
}

#[test]
fn after_the_revision_was_settled() {
    let settled = ["1 deployed hello-aws@1.1.0"];
    killed(Point::SettleRevision, Side::After, "1.1.0", &settled, &["unchanged"], &settled);
}

#[test]
fn history_tells_the_truth_about_a_pending_revision_before_anybody_settles_it() {
    for (side, truth) in [(Side::Before, "pending(abandoned)"), (Side::After, "pending(deployed)")] {
        let scene = Scene::new("truth");
        let (child, held) = scene.held_switch("1.1.0", Point::WriteCluster, side);
        kill(child);
        drop(held);
        assert_run(&scene.world.profile(&["history"]), 0, &[truth]);
        assert_eq!(scene.history(), ["1 pending hello-aws@1.1.0"]);
    }
}

#[test]
fn a_write_that_arrives_after_its_writer_was_killed_and_overtaken_is_refused() {
    let scene = Scene::new("late");
    let (child, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::Before);
    kill(child);
    assert_run(&scene.switch("1.2.0"), 0, &["revision 1 was left pending", "switched to hello-aws@1.2.0"]);
    assert_eq!(held.pass(), 409, "the late write");
    scene.world.assert_shop_is_at("1.2.0");
    assert_eq!(scene.history(), ["1 abandoned hello-aws@1.1.0", "2 deployed hello-aws@1.2.0"]);
}

#[test]
fn a_write_that_arrives_between_the_settling_and_the_next_write_wins_and_is_seen() {
    let scene = Scene::new("between");
    let (killed, late) = scene.held_switch("1.1.0", Point::WriteCluster, Side::Before);
    kill(killed);
    let (next, held) = scene.held_switch("1.2.0", Point::CreateRevision, Side::After);
    assert_eq!(late.pass(), 200, "the late write");
    assert_eq!(held.pass(), 201);
    assert_run(&crate::world::finish(next), 6, &["the profile content of the cluster changed", "nothing was written"]);
    scene.world.assert_shop_is_at("1.1.0");
    assert_run(&scene.switch("1.2.0"), 0, &["switched to hello-aws@1.2.0"]);
    let history = scene.history();
    assert_eq!(history[1..], ["2 abandoned hello-aws@1.2.0", "3 deployed hello-aws@1.2.0"]);
}

#[test]
fn a_dry_run_tells_of_a_pending_revision_and_leaves_it() {
    let scene = Scene::new("dry");
    let (child, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::After);
    kill(child);
    drop(held);
    let run = scene.world.profile(&["switch", SHOP, "hello-aws@1.2.0", "--dry-run=server"]);
    assert_run(&run, 0, &["the cluster tells that it was deployed", "(server dry run)"]);
    assert_eq!(scene.history(), ["1 pending hello-aws@1.1.0"]);
    assert_ne!(scene.spec(), Value::Null);
}
