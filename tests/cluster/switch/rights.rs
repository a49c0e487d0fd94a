//! Users who may do less: what is missing is named by verb and resource, before anything is written.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::world::{SHOP, World, assert_run};

use super::SWITCH;

const GROUP: &str = "cluster.spectrocloud.com";

/// All that a switch does, as (group, resource, verbs).
const ALL: [(&str, &str, &[&str]); 4] = [
    (GROUP, "spectroclusters", &["get", "list", "patch"]),
    (GROUP, "clusterprofiles", &["list"]),
    ("apps", "deployments", &["list"]),
    ("", "secrets", &["get", "list", "create", "patch", "delete"]),
];

/// The kubeconfig of a user who may do `ALL` in the world's namespace but `verb` on `resource`.
fn user_without(world: &World, denied: &[(&str, &str)]) -> PathBuf {
    let rule = |(group, resource, verbs): &(&str, &str, &[&str])| {
        let verbs: Vec<_> = verbs.iter().filter(|verb| !denied.contains(&(verb, resource))).collect();
        (!verbs.is_empty()).then(|| json!({"apiGroups": [group], "resources": [resource], "verbs": verbs}))
    };
    let rules: Vec<_> = ALL.iter().filter_map(rule).collect();
    let user = format!("user-of-{}", world.namespace);
    let rbac = "rbac.authorization.k8s.io";
    for (plural, object) in [
        ("roles", json!({"metadata": {"name": "part"}, "rules": rules})),
        (
            "rolebindings",
            json!({
                "metadata": {"name": "part"}, "roleRef": {"apiGroup": rbac, "kind": "Role", "name": "part"},
                "subjects": [{"apiGroup": rbac, "kind": "User", "name": user}],
            }),
        ),
    ] {
        let path = format!("/apis/{rbac}/v1/namespaces/{}/{plural}", world.namespace);
        let (code, answer) = world.ask("POST", &path, "application/json", &object);
        assert_eq!(code, 201, "{answer}");
    }
    let kubeconfig = world.sandbox.kubeconfig_for(&user, None).unwrap();
    // The API server takes up a binding some time after it stored it.
    let ready = world.sandbox.wait_until("the role binding", crate::world::DEADLINE, || {
        let run = world.profile_as(&kubeconfig, &["list"]);
        if run.stderr.contains("clusterprofiles") { Err(run) } else { Ok(()) }
    });
    ready.unwrap();
    kubeconfig
}

/// Switches as a user without a right and asserts that nothing was written.
fn refused(denied: &[(&str, &str)], code: i32, said: &[&str]) -> (World, PathBuf) {
    let world = World::with_shop("rights");
    let kubeconfig = user_without(&world, denied);
    let before = world.cluster(SHOP);
    let run = world.profile_as(&kubeconfig, &SWITCH);
    assert_run(&run, code, said);
    assert_eq!(world.cluster(SHOP), before, "{run}");
    assert_eq!(world.revision_secrets(), [] as [Value; 0], "{run}");
    (world, kubeconfig)
}

#[test]
fn a_user_with_these_rights_can_switch() {
    let world = World::with_shop("rights");
    let kubeconfig = user_without(&world, &[]);
    let run = world.profile_as(&kubeconfig, &SWITCH);
    assert_run(&run, 0, &["switched to hello-aws@1.1.0"]);
    assert!(!run.stderr.contains("Warning"), "{run}");
    world.assert_shop_is_at("1.1.0");
    let history = world.profile_as(&kubeconfig, &["history"]);
    assert_run(&history, 0, &[&format!("user-of-{}", world.namespace)]);
}

#[test]
fn clusters_that_may_not_be_listed_are_named() {
    refused(&[("list", "spectroclusters")], 2, &["(Forbidden): you may not list spectroclusters"]);
}

#[test]
fn a_cluster_that_may_not_be_patched_is_named_before_a_revision_is_created() {
    refused(
        &[("patch", "spectroclusters")],
        2,
        &["(Forbidden): you may not patch spectroclusters", "nothing was written"],
    );
}

#[test]
fn without_the_right_to_create_secrets_a_switch_is_refused_and_no_history_goes_on() {
    let said =
        ["you may not create secrets in namespace", "--no-history writes without a revision", "nothing was written"];
    let (world, kubeconfig) = refused(&[("create", "secrets")], 4, &said);
    let run = world.profile_as(&kubeconfig, &[&SWITCH[..], &["--no-history"]].concat());
    assert_run(&run, 0, &["switched to hello-aws@1.1.0"]);
    world.assert_shop_is_at("1.1.0");
    assert_eq!(world.revision_secrets(), [] as [Value; 0]);
}

#[test]
fn without_any_right_to_secrets_a_switch_is_refused_and_no_history_goes_on() {
    let none: Vec<_> = ["get", "list", "create", "patch", "delete"].map(|verb| (verb, "secrets")).to_vec();
    let (world, kubeconfig) = refused(&none, 4, &["secrets in namespace", "--no-history"]);
    let run = world.profile_as(&kubeconfig, &[&SWITCH[..], &["--no-history"]].concat());
    assert_run(&run, 0, &["switched to hello-aws@1.1.0"]);
}

#[test]
fn revisions_that_may_not_be_listed_are_no_reason_to_guess_their_number() {
    let (world, kubeconfig) = refused(&[("list", "secrets")], 4, &["you may not list secrets"]);
    // Others have switched meanwhile, so that a guessed number would be taken.
    assert_run(&world.profile(&SWITCH), 0, &[]);
    let run = world.profile_as(&kubeconfig, &["switch", SHOP, "hello-aws@1.0.0", "--yes"]);
    assert_run(&run, 4, &["you may not list secrets"]);
    assert!(!run.stderr.contains("under way"), "{run}");
}

#[test]
fn deployments_that_may_not_be_listed_are_said_to_be_not_visible() {
    let world = World::with_shop("rights");
    let kubeconfig = user_without(&world, &[("list", "deployments")]);
    let run = world.profile_as(&kubeconfig, &SWITCH);
    assert_run(
        &run,
        0,
        &["whether a Palette agent runs here, which may undo the write, is not visible", "switched to"],
    );
}

#[test]
fn a_rollback_whose_records_are_not_visible_says_so_and_not_that_there_are_none() {
    let world = World::with_shop("hidden");
    assert_run(&world.profile(&SWITCH), 0, &[]);
    let kubeconfig = user_without(&world, &[("list", "secrets"), ("get", "secrets")]);
    let run = world.profile_as(&kubeconfig, &["rollback", SHOP, "--yes"]);
    assert_run(&run, 2, &["you may not list secrets", "a rollback restores what a revision recorded"]);
    assert!(!run.stderr.contains("no revision"), "{run}");
    world.assert_shop_is_at("1.1.0");
}
