//! Saved plans: exactly what was shown, or nothing.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use tempfile::TempDir;

use super::{Edit, PATH, Shop, with};
use crate::world::{SHOP, World, assert_run};

/// A folder with a plan in it, of a switch to 1.0.5 that keeps the override.
fn planned(shop: &Shop) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("plan.json").display().to_string();
    let before = shop.world.cluster(SHOP);
    let run = shop.take(&["--on-conflict=override", "--save-plan", &path]);
    assert_run(&run, 0, &["plan saved to", "nothing was written", PATH]);
    assert_eq!(shop.world.cluster(SHOP), before);
    (folder, path)
}

#[test]
fn a_plan_holds_no_values_and_is_for_nobody_elses_eyes() {
    let shop = Shop::edited("plan", Edit::NewVersion);
    let (_folder, path) = planned(&shop);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("replicas:") && !text.contains("8090"), "{text}");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn apply_does_what_the_plan_says() {
    for edit in [Edit::InPlace, Edit::NewVersion] {
        let shop = Shop::edited("apply", edit);
        let (_folder, path) = planned(&shop);
        // What moves all day does not matter.
        shop.world.patch_status(SHOP, &json!({"conditions": [{"type": "Heartbeat", "status": "True"}]}));
        assert_run(&shop.world.profile(&["apply", &path, "--yes"]), 0, &[PATH]);
        shop.assert_holds("1", "8090");
        let before = shop.world.cluster(SHOP);
        assert_run(
            &shop.world.profile(&["apply", &path, "--yes"]),
            0,
            &["the plan was carried out already", "unchanged"],
        );
        assert_eq!(shop.world.cluster(SHOP), before);
    }
}

/// Moves something between the plan and its application, which then refuses and says what moved.
fn refuses(prefix: &str, said: &str, moves: impl FnOnce(&Shop)) {
    let shop = Shop::edited(prefix, Edit::NewVersion);
    let (_folder, path) = planned(&shop);
    moves(&shop);
    let before = shop.world.cluster(SHOP);
    assert_run(&shop.world.profile(&["apply", &path, "--yes"]), 6, &["is not what the plan was made for", said]);
    assert_eq!(shop.world.cluster(SHOP), before);
}

#[test]
fn a_plan_is_void_when_the_cluster_was_edited() {
    refuses("moved", "the profile content of the cluster changed", |shop| {
        let set = "manifests.hello-universe.ui.port=9000";
        assert_run(&shop.world.profile(&["override", SHOP, "hello-universe", "--set", set, "--yes"]), 0, &[]);
    });
}

#[test]
fn a_plan_is_void_when_the_target_was_edited() {
    refuses("target", "what the change takes over was edited", |shop| {
        let edited = with("ClusterProfile", "hello-aws-1.0.0", &[("port: 8080", "port: 8099")]);
        shop.publish("1.0.5", &json!({"packs": edited["spec"]["published"]["packs"]}));
    });
}

#[test]
fn a_plan_is_void_when_the_state_changed() {
    refuses("state", "the state of the cluster changed", |shop| {
        shop.world.patch_status(SHOP, &json!({"state": "Importing"}));
    });
}

#[test]
fn what_is_no_plan_is_said_to_be_none() {
    let world = World::with_shop("no-plan");
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().display().to_string();
    for (text, said) in
        [("", "not a plan"), ("{}", "not a plan"), ("{\"apiVersion\": \"v1\", \"kind\": \"Secret\"}", "not a plan")]
    {
        std::fs::write(file.path(), text).unwrap();
        assert_run(&world.profile(&["apply", &path, "--yes"]), 2, &[said, &path]);
    }
    assert_run(&world.profile(&["apply", "/nowhere/plan.json", "--yes"]), 2, &["/nowhere/plan.json"]);
}
