//! The plugin through kubectl's dispatch: what it reads from a real API server, and a switch from end to end.

use serde_json::{Value, json};

use crate::world::{SHOP, World, assert_run, json_of};

mod bad_input;
mod refusals;
mod rights;
mod served;
mod words;

const SWITCH: [&str; 4] = ["switch", SHOP, "hello-aws@1.1.0", "--yes"];

#[test]
fn list_show_status_and_diff_read_the_api() {
    let world = World::with_shop("reads");
    let list = world.profile(&["list"]);
    assert_run(&list, 0, &["NAME", "VERSION", "CLUSTERS"]);
    let rows: Vec<Vec<_>> = list.stdout.lines().skip(1).map(|it| it.split_whitespace().collect()).collect();
    let versions: Vec<_> = rows.iter().map(|row| (row[0], row[1])).collect();
    let expected = ["0.9.0", "1.0.0", "1.1.0", "1.2.0", "1.3.0"].map(|version| ("hello-aws", version));
    assert_eq!(versions, expected, "{list}");
    let users: Vec<_> = rows.iter().filter(|row| row.contains(&SHOP)).map(|row| row[1]).collect();
    assert_eq!(users, ["1.0.0"], "{list}");
    assert_run(&world.profile(&["show", "hello-aws@1.2.0"]), 0, &["kubernetes", "1.33.4", "hello-universe"]);
    assert_run(&world.profile(&["status"]), 0, &[SHOP, "hello-aws@1.0.0", "1.32.8", "Running", "yes"]);
    assert_run(
        &world.profile(&["diff", SHOP, "hello-aws@1.1.0"]),
        1,
        &[
            "-# spectrocloud.com/enabled-presets: Backend:disable-api",
            "+# spectrocloud.com/enabled-presets: Backend:enable-api",
        ],
    );
    assert_run(&world.profile(&["diff", SHOP, "hello-aws@1.0.0"]), 0, &[]);
}

#[test]
fn check_says_the_verdict_and_writes_nothing() {
    let world = World::with_shop("check");
    let before = world.cluster(SHOP);
    let allowed = world.profile(&["check", SHOP, "hello-aws@1.2.0", "-o", "json"]);
    assert_run(&allowed, 0, &[]);
    assert_eq!(json_of(&allowed)["allowed"], json!(true), "{allowed}");
    assert_run(
        &world.profile(&["check", SHOP, "hello-aws@1.3.0"]),
        4,
        &["K8sMultiMinorUpgradeNotSupported", "1.32.8 → 1.34.1 skips 1.33; next allowed: 1.33.x"],
    );
    assert_run(&world.profile(&["check", SHOP, "hello-aws@0.9.0"]), 4, &["K8sDowngradeAfterUpgradeNotSupported"]);
    assert_eq!(world.cluster(SHOP), before);
}

#[test]
fn a_switch_writes_what_is_published_and_leaves_the_rest() {
    let world = World::with_shop("writes");
    let before = world.cluster(SHOP);
    let run = world.profile(&SWITCH);
    assert_run(
        &run,
        0,
        &["Store:    Kubernetes, context sandbox", "spectrocluster/shop-aws switched to hello-aws@1.1.0"],
    );
    world.assert_shop_is_at("1.1.0");
    let mut after = world.cluster(SHOP);
    let mut spec = before["spec"].clone();
    spec["clusterProfileTemplates"] = after["spec"]["clusterProfileTemplates"].clone();
    assert_eq!(after["spec"], spec, "{run}");
    assert_eq!(after["status"], before["status"], "{run}");
    let managers = after["metadata"]["managedFields"].take();
    assert!(managers.to_string().contains("\"manager\":\"kubectl-profile\""), "{managers}");
}

#[test]
fn a_switch_leaves_a_revision_owned_by_the_cluster() {
    let world = World::with_shop("revision");
    let run = world.profile(&[&SWITCH[..], &["--reason", "the page says so"]].concat());
    assert_run(&run, 0, &[]);
    let [secret] = world.revision_secrets().try_into().unwrap();
    assert_eq!(secret["metadata"]["name"], "kubectl-profile.shop-aws.v1");
    assert_eq!(secret["type"], "kubectl-profile.dev/revision");
    let labels = json!({
        "kubectl-profile.dev/cluster": SHOP, "kubectl-profile.dev/revision": "1", "kubectl-profile.dev/status": "deployed",
    });
    assert_eq!(secret["metadata"]["labels"], labels, "{secret}");
    let owner = json!([{
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster", "name": SHOP,
        "uid": world.cluster(SHOP)["metadata"]["uid"],
    }]);
    assert_eq!(secret["metadata"]["ownerReferences"], owner, "{secret}");
    let history = world.profile(&["history", SHOP]);
    assert_run(&history, 0, &["hello-aws@1.0.0", "hello-aws@1.1.0", "deployed", "sandbox-admin", "the page says so"]);
}

#[test]
fn a_second_switch_to_the_same_version_changes_nothing() {
    let world = World::with_shop("unchanged");
    assert_run(&world.profile(&SWITCH), 0, &["switched to"]);
    let before = world.cluster(SHOP);
    assert_run(&world.profile(&SWITCH), 0, &["spectrocluster/shop-aws unchanged"]);
    assert_run(&world.profile(&[&SWITCH[..], &["--error-unchanged"]].concat()), 3, &["unchanged"]);
    assert_eq!(world.cluster(SHOP), before);
    assert_eq!(world.history(SHOP), ["1 deployed hello-aws@1.1.0"]);
}

#[test]
fn dry_runs_store_nothing() {
    let world = World::with_shop("dry-run");
    let before = world.cluster(SHOP);
    for (flag, said) in [("--dry-run=server", "(server dry run)"), ("--dry-run=client", "(client dry run)")] {
        let run = world.profile(&["switch", SHOP, "hello-aws@1.1.0", flag]);
        assert_run(&run, 0, &[said, "+# spectrocloud.com/enabled-presets: Backend:enable-api"]);
    }
    assert_eq!(world.cluster(SHOP), before);
    assert_eq!(world.revision_secrets(), [] as [Value; 0]);
}

/// On a control plane without anybody's workloads: one with a record that cannot be read keeps every revision.
#[test]
fn ten_revisions_are_kept() {
    let world = served::world("ten");
    for round in 0..6 {
        for version in ["1.1.0", "1.0.0"] {
            let run = world.profile(&["switch", SHOP, &format!("hello-aws@{version}"), "--yes"]);
            assert_run(&run, 0, &["switched to"]);
        }
        assert_eq!(world.history(SHOP).len(), ((round + 1) * 2).min(10));
    }
    let history = world.history(SHOP);
    assert_eq!(
        (history[0].as_str(), history[9].as_str()),
        ("3 deployed hello-aws@1.1.0", "12 deployed hello-aws@1.0.0")
    );
}

/// The player of the agent applies the packs; each world has its own namespace for them, so that tests do not meet.
#[test]
fn wait_follows_the_cluster_until_it_runs_the_target() {
    let world = World::new("wait");
    for version in ["1.0.0", "1.1.0"] {
        world.create(&with_own_namespace(&world, "ClusterProfile", &format!("hello-aws-{version}")));
    }
    let mut cluster = with_own_namespace(&world, "SpectroCluster", SHOP);
    cluster["metadata"]["labels"] = json!({"kubectl-profile.dev/sandbox-agent": "play"});
    world.create(&cluster);
    let run = world.profile(&[&SWITCH[..], &["--wait", "--timeout=60s"]].concat());
    assert_run(
        &run,
        0,
        &["switched to hello-aws@1.1.0", "waiting: pack", "cluster \"shop-aws\" runs what its spec says"],
    );
    let packs = world.cluster(SHOP)["status"]["packs"].clone();
    let reported = packs.as_array().unwrap();
    assert!(reported.iter().all(|it| it["profileUid"] == "6700aaaa0000000000010100"), "{packs}: {run}");
    assert_run(&world.profile(&["status"]), 0, &["hello-aws@1.1.0", "yes"]);
    // What is attached already can be waited for as well.
    assert_run(&world.profile(&[&SWITCH[..], &["--wait"]].concat()), 0, &["unchanged", "runs what its spec says"]);
}

#[test]
fn a_wait_that_ends_too_late_says_what_is_missing_and_that_the_write_stands() {
    let world = World::with_shop("late");
    let run = world.profile(&[&SWITCH[..], &["--wait", "--timeout=1s"]].concat());
    assert_run(
        &run,
        124,
        &[
            "is not reconciled after 1s",
            "pack hello-universe 1.3.0: still reported for another profile version",
            "the write stands",
        ],
    );
    world.assert_shop_is_at("1.1.0");
    assert_eq!(world.history(SHOP), ["1 deployed hello-aws@1.1.0"]);
}

#[test]
fn the_only_cluster_of_a_namespace_need_not_be_named() {
    let world = World::with_shop("only");
    assert_run(&world.profile(&["switch", "hello-aws@1.1.0", "--yes"]), 0, &["spectrocluster/shop-aws switched"]);
    assert_run(&world.profile(&["history"]), 0, &["hello-aws@1.1.0"]);
}

fn with_own_namespace(world: &World, kind: &str, name: &str) -> Value {
    let object = profile_sandbox::samples::object(kind, name).unwrap().to_string();
    let own = object.replace("namespace: hello-universe", &format!("namespace: {}", world.namespace));
    assert_ne!(object, own);
    serde_json::from_str(&own).unwrap()
}
