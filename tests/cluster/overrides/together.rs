//! Two people at once, and what moves in between: one wins, the other sees why, and nothing is lost.

use serde_json::json;

use super::{Edit, Shop};
use crate::{
    gate::{Gate, Point, Side},
    world::{SHOP, assert_run, finish},
};

#[test]
fn of_two_who_take_an_edit_over_one_wins_and_the_other_sees_why() {
    for edit in [Edit::InPlace, Edit::NewVersion] {
        let shop = Shop::edited("two", edit);
        let gate = Gate::open(&shop.world);
        let held = gate.hold(Point::WriteCluster, Side::Before);
        let words = [&shop.words()[..], &["--yes", "--on-conflict=override"]].concat();
        let first = shop.world.start_profile_as(gate.kubeconfig(), &words);
        held.reached();
        assert_run(&shop.take(&["--yes", "--on-conflict=profile"]), 0, &[]);
        shop.assert_holds("3", "8090");
        assert_eq!(held.pass(), 409);
        let run = finish(first);
        assert_run(&run, 6, &["is not what was shown any more", "the profile content of the cluster changed"]);
        shop.assert_holds("3", "8090");
        let history = shop.world.history(SHOP);
        assert_eq!(history.len(), 3, "{history:?}");
        assert_eq!(history.iter().filter(|it| it.contains("deployed")).count(), 2, "{history:?}");
    }
}

#[test]
fn an_override_that_comes_in_between_is_not_lost() {
    let shop = Shop::edited("between", Edit::NewVersion);
    let gate = Gate::open(&shop.world);
    let held = gate.hold(Point::WriteCluster, Side::Before);
    let words = [&shop.words()[..], &["--yes", "--on-conflict=override"]].concat();
    let first = shop.world.start_profile_as(gate.kubeconfig(), &words);
    held.reached();
    let set = "manifests.hello-universe.ui.port=9000";
    assert_run(&shop.world.profile(&["override", SHOP, "hello-universe", "--set", set, "--yes"]), 0, &[]);
    assert_eq!(held.pass(), 409);
    assert_run(&finish(first), 6, &["the profile content of the cluster changed", "nothing was written"]);
    shop.assert_holds("1", "9000");
}

#[test]
fn status_reports_in_between_disturb_nothing() {
    let shop = Shop::edited("status", Edit::InPlace);
    let gate = Gate::open(&shop.world);
    let held = gate.hold(Point::WriteCluster, Side::Before);
    let words = [&shop.words()[..], &["--yes", "--on-conflict=override"]].concat();
    let run = shop.world.start_profile_as(gate.kubeconfig(), &words);
    held.reached();
    shop.world.patch_status(SHOP, &json!({"conditions": [{"type": "Heartbeat", "status": "True"}]}));
    assert_eq!(held.pass(), 409);
    assert_run(&finish(run), 0, &["updated"]);
    shop.assert_holds("1", "8090");
}
