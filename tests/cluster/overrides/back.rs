//! Rollback: the former text to the byte, what would be lost, and what no rule lets back.

use serde_json::json;

use super::{Edit, PLACE, Shop};
use crate::world::{SHOP, World, assert_run, json_of};

#[test]
fn a_rollback_restores_the_former_text() {
    for edit in [Edit::InPlace, Edit::NewVersion] {
        for side in ["override", "profile"] {
            let shop = Shop::edited("restores", edit);
            let former = shop.world.cluster(SHOP)["spec"].clone();
            assert_run(&shop.take(&["--yes", &format!("--on-conflict={side}")]), 0, &[]);
            assert_ne!(shop.world.cluster(SHOP)["spec"], former);
            let run = shop.world.profile(&["rollback", SHOP, "--yes"]);
            assert_run(&run, 0, &["rolled back to hello-aws@1.0.0"]);
            assert_eq!(shop.world.cluster(SHOP)["spec"], former, "{edit:?} {side} {run}");
            assert_eq!(shop.world.history(SHOP).len(), 3, "the present was recorded first");
            // The base came back, too: the same conflict stands as before.
            assert_run(&shop.take(&["--yes"]), 6, &[PLACE]);
        }
    }
}

#[test]
fn an_override_made_since_is_lost_only_when_that_is_accepted() {
    let shop = Shop::edited("since", Edit::NewVersion);
    assert_run(&shop.take(&["--yes", "--on-conflict=override"]), 0, &[]);
    let set = "manifests.hello-universe.ui.port=9000";
    assert_run(&shop.world.profile(&["override", SHOP, "hello-universe", "--set", set, "--yes"]), 0, &[]);
    let before = shop.world.cluster(SHOP);
    let port = "hello-aws/hello-universe: manifests.hello-universe.ui.port";
    let back = ["rollback", SHOP, "--to-revision", "1", "--yes"];
    let run = shop.world.profile(&back);
    assert_run(&run, 6, &[port, "lost", "--accept-loss"]);
    assert!(!run.stderr.contains(PLACE), "what the restored text holds is not lost: {run}");
    assert_eq!(shop.world.cluster(SHOP), before);
    let accepted = shop.world.profile(&[&back[..], &["--accept-loss", port]].concat());
    assert_run(&accepted, 0, &["rolled back to hello-aws@1.0.0"]);
    shop.assert_holds("1", "8080");
    let history = shop.world.profile(&["history", SHOP, "-o", "json"]);
    let newest = json_of(&history)["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(newest["action"], json!("rollback"));
    assert_eq!(newest["decisions"][0]["place"], json!(port), "{newest}");
}

#[test]
fn a_kubernetes_downgrade_is_refused_and_what_is_possible_is_named() {
    let world = World::with_shop("down");
    for version in ["1.1.0", "1.0.0", "1.2.0"] {
        let run = world.profile(&["switch", SHOP, &format!("hello-aws@{version}"), "--yes"]);
        assert_run(&run, 0, &["switched to"]);
    }
    let run = world.profile(&["rollback", SHOP, "--to-revision", "2", "--yes"]);
    // Nothing reports 1.33 yet, so going back to what runs is no downgrade.
    assert_run(&run, 0, &["rolled back to hello-aws@1.0.0"]);
    assert_run(&world.profile(&["switch", SHOP, "hello-aws@1.2.0", "--yes"]), 0, &["switched to"]);
    let mut packs = world.cluster(SHOP)["status"]["packs"].clone();
    packs[1]["version"] = json!("1.33.4");
    world.patch_status(SHOP, &json!({"packs": packs}));
    let none = world.profile(&["rollback", SHOP, "--yes"]);
    assert_run(&none, 4, &["K8sDowngradeAfterUpgradeNotSupported", "no kept revision can be gone back to"]);
    let set = "manifests.hello-universe.ui.port=9000";
    assert_run(&world.profile(&["override", SHOP, "hello-universe", "--set", set, "--yes"]), 0, &[]);
    let before = world.cluster(SHOP);
    let run = world.profile(&["rollback", SHOP, "--to-revision", "2", "--yes"]);
    let possible = "what can be gone back to: --to-revision 3 (hello-aws@1.2.0), --to-revision 5 (hello-aws@1.2.0)";
    assert_run(&run, 4, &["K8sDowngradeAfterUpgradeNotSupported", possible]);
    assert_eq!(world.cluster(SHOP), before);
}

#[test]
fn there_is_nothing_to_go_back_to_without_a_revision() {
    let world = World::with_shop("nothing");
    assert_run(&world.profile(&["rollback", SHOP, "--yes"]), 2, &["has no revision to roll back to", "history"]);
    assert_run(&world.profile(&["rollback", SHOP, "--to-revision=7", "--yes"]), 2, &["has no revision 7"]);
}
