//! Two switches of one cluster at once: one wins, and the other says so.

use super::Scene;
use crate::{
    gate::{Point, Side},
    world::{assert_run, finish},
};

#[test]
fn who_creates_the_revision_second_is_told_that_another_change_is_under_way() {
    let scene = Scene::new("second");
    let (first, held) = scene.held_switch("1.1.0", Point::CreateRevision, Side::Before);
    assert_run(&scene.switch("1.2.0"), 0, &["switched to hello-aws@1.2.0"]);
    assert_eq!(held.pass(), 409);
    let run = finish(first);
    assert_run(
        &run,
        2,
        &["another change of cluster \"shop-aws\" is under way: it took revision 1", "kubectl profile history"],
    );
    scene.world.assert_shop_is_at("1.2.0");
    assert_eq!(scene.history(), ["1 deployed hello-aws@1.2.0"]);
}

#[test]
fn of_two_that_create_the_same_revision_at_once_exactly_one_goes_on() {
    let scene = Scene::new("at-once");
    let (one, held_one) = scene.held_switch("1.1.0", Point::CreateRevision, Side::Before);
    let (two, held_two) = scene.held_switch("1.2.0", Point::CreateRevision, Side::Before);
    let codes = std::thread::scope(|scope| {
        let passing = [held_one, held_two].map(|held| scope.spawn(|| held.pass()));
        passing.map(|it| it.join().unwrap())
    });
    assert!(codes == [201, 409] || codes == [409, 201], "{codes:?}");
    let runs = [(finish(one), "1.1.0"), (finish(two), "1.2.0")];
    let (winner, loser) = if codes[0] == 201 { (&runs[0], &runs[1]) } else { (&runs[1], &runs[0]) };
    assert_run(&winner.0, 0, &["switched to"]);
    assert_run(&loser.0, 2, &["another change of cluster \"shop-aws\" is under way"]);
    scene.world.assert_shop_is_at(winner.1);
    assert_eq!(scene.history(), [format!("1 deployed hello-aws@{}", winner.1)]);
}

#[test]
fn who_writes_the_cluster_second_writes_nothing_and_says_what_moved() {
    let scene = Scene::new("overtaken");
    let (first, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::Before);
    assert_run(&scene.switch("1.2.0"), 0, &["revision 1 was left pending", "switched to hello-aws@1.2.0"]);
    assert_eq!(held.pass(), 409);
    assert_run(&finish(first), 6, &["the profile content of the cluster changed", "nothing was written"]);
    scene.world.assert_shop_is_at("1.2.0");
    assert_eq!(scene.history(), ["1 abandoned hello-aws@1.1.0", "2 deployed hello-aws@1.2.0"]);
}

#[test]
fn who_has_written_but_not_settled_yet_is_followed_by_the_next() {
    let scene = Scene::new("followed");
    let (first, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::After);
    assert_run(&scene.switch("1.2.0"), 0, &["the cluster tells that it was deployed", "switched to hello-aws@1.2.0"]);
    assert_eq!(held.pass(), 200);
    assert_run(&finish(first), 0, &["switched to hello-aws@1.1.0"]);
    scene.world.assert_shop_is_at("1.2.0");
    assert_eq!(scene.history(), ["1 deployed hello-aws@1.1.0", "2 deployed hello-aws@1.2.0"]);
}

#[test]
fn two_that_want_the_same_end_there_with_one_write() {
    let scene = Scene::new("same");
    let (first, held) = scene.held_switch("1.1.0", Point::WriteCluster, Side::After);
    assert_run(&scene.switch("1.1.0"), 0, &["the cluster tells that it was deployed", "unchanged"]);
    assert_eq!(held.pass(), 200);
    assert_run(&finish(first), 0, &["switched to hello-aws@1.1.0"]);
    assert_eq!(scene.history(), ["1 deployed hello-aws@1.1.0"]);
}
