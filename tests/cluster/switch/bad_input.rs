//! Bad input on a real API server: a clear error, and nothing changed.

use std::net::TcpListener;

use profile_sandbox::{Run, samples};
use serde_json::{Value, json};

use crate::{
    gate::kubeconfig_of,
    world::{SHOP, World, assert_run},
};

use super::SWITCH;

/// The sample cluster with another name, and with its spec and status changed.
fn shop(name: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut cluster = samples::object("SpectroCluster", SHOP).unwrap();
    cluster["metadata"]["name"] = json!(name);
    change(&mut cluster);
    cluster
}

#[test]
fn a_cluster_that_is_not_there_is_named_with_the_nearest_and_a_hint_at_all_namespaces() {
    let world = World::with_shop("not-there");
    let run = world.profile(&["switch", "shop-asw", "hello-aws@1.1.0", "--yes"]);
    let place = format!("no cluster \"shop-asw\" in namespace {} of context sandbox", world.namespace);
    assert_run(&run, 2, &[&place, SHOP, "look in all by -A"]);
    let empty = World::new("empty");
    assert_run(&empty.profile(&["status", SHOP]), 2, &["no cluster \"shop-aws\"", "look in all by -A"]);
    assert_run(&empty.profile(&["switch", "hello-aws@1.1.0", "--yes"]), 2, &["no cluster in namespace"]);
}

#[test]
fn a_name_that_two_namespaces_have_is_not_guessed() {
    let (one, two) = (World::new("twin"), World::new("twin"));
    let name = one.namespace.as_str();
    one.create(&shop(name, |_| ()));
    two.create(&shop(name, |_| ()));
    let switch = ["profile", "switch", name, "hello-aws@1.1.0", "--yes", "-A"];
    let run = one.sandbox.run_kubectl(switch).unwrap();
    assert_run(
        &run,
        2,
        &[
            &format!("2 clusters are called {name:?}: "),
            &format!("{}/{name}", one.namespace),
            &format!("{}/{name}", two.namespace),
            "choose one by -n NAMESPACE",
        ],
    );
}

#[test]
fn a_cluster_is_found_in_all_namespaces() {
    let world = World::new("found");
    for version in ["1.0.0", "1.1.0"] {
        world.create(&samples::object("ClusterProfile", &format!("hello-aws-{version}")).unwrap());
    }
    let name = world.namespace.as_str();
    world.create(&shop(name, |_| ()));
    let switch = ["profile", "switch", name, "hello-aws@1.1.0", "--yes", "-A"];
    let run = world.sandbox.run_kubectl(switch).unwrap();
    assert_run(&run, 0, &["switched to hello-aws@1.1.0"]);
    assert_eq!(world.cluster(name)["spec"]["clusterProfileTemplates"][0]["profileVersion"], "1.1.0");
}

#[test]
fn two_clusters_where_one_was_meant_are_named() {
    let world = World::with_shop("meant");
    world.create(&shop("shop-two", |_| ()));
    let run = world.profile(&["switch", "hello-aws@1.1.0", "--yes"]);
    assert_run(&run, 2, &["there are 2 clusters", "shop-aws, shop-two", "name those that are meant"]);
}

#[test]
fn profiles_and_versions_that_are_not_there_are_named_with_those_that_are() {
    let world = World::with_shop("versions");
    let run = world.profile(&["switch", SHOP, "hello-aws@7.0.0", "--yes"]);
    assert_run(&run, 2, &["profile \"hello-aws\" has no version \"7.0.0\"", "there is: ", "1.1.0"]);
    assert_run(
        &world.profile(&["switch", SHOP, "helo-aws@1.1.0", "--yes"]),
        2,
        &["no profile \"helo-aws\"", "hello-aws"],
    );
    world.assert_shop_is_at("1.0.0");
}

#[test]
fn a_target_version_that_is_none_is_refused_by_its_rule() {
    let world = World::with_shop("banana");
    let mut target = samples::object("ClusterProfile", "hello-aws-1.1.0").unwrap();
    target["metadata"]["name"] = json!("hello-aws-2.0.0");
    target["spec"]["version"] = json!("2.0.0");
    target["spec"]["published"]["profileVersion"] = json!("2.0.0");
    target["spec"]["published"]["packs"][1]["version"] = json!("banana");
    world.create(&target);
    let run = world.profile(&["switch", SHOP, "hello-aws@2.0.0", "--yes"]);
    assert_run(&run, 4, &["K8sVersionUnreadable", "has version \"banana\""]);
    world.assert_shop_is_at("1.0.0");
}

#[test]
fn a_cluster_without_status_is_switched() {
    let world = World::with_shop("no-status");
    let bare = shop("bare", |cluster| {
        cluster.as_object_mut().unwrap().remove("status");
    });
    world.create(&bare);
    assert_run(&world.profile(&["status", "bare"]), 0, &["bare", "hello-aws@1.0.0"]);
    assert_run(&world.profile(&["switch", "bare", "hello-aws@1.1.0", "--yes"]), 0, &["switched to hello-aws@1.1.0"]);
}

#[test]
fn a_cluster_without_profiles_says_that_none_is_attached() {
    let world = World::with_shop("no-profiles");
    world.create(&shop("null", |cluster| cluster["spec"]["clusterProfileTemplates"] = Value::Null));
    world.create(&shop("absent", |cluster| {
        cluster["spec"].as_object_mut().unwrap().remove("clusterProfileTemplates");
    }));
    for name in ["null", "absent"] {
        let run = world.profile(&["switch", name, "hello-aws@1.1.0", "--yes"]);
        assert_run(&run, 2, &["profile \"hello-aws\" is not attached", "attached: none"]);
        assert_run(&world.profile(&["status", name]), 0, &[name]);
    }
}

#[test]
fn packs_without_values_and_twice_the_same_pack_do_not_trap() {
    let world = World::with_shop("packs");
    world.create(&shop("odd", |cluster| {
        let packs = cluster["spec"]["clusterProfileTemplates"][0]["packs"].as_array_mut().unwrap();
        packs[4].as_object_mut().unwrap().remove("values");
        let twice = packs[3].clone();
        packs.push(twice);
    }));
    assert_run(&world.profile(&["status", "odd"]), 0, &["odd"]);
    assert_run(
        &world.profile(&["switch", "odd", "hello-aws@1.1.0", "--yes"]),
        6,
        &["hello-aws/hello-universe", "--on-conflict"],
    );
}

#[test]
fn two_profiles_with_a_kubernetes_layer_are_judged_each_by_its_own() {
    let world = World::with_shop("two-k8s");
    world.create(&shop("both", |cluster| {
        let more = json!({
            "name": "other", "uid": "o1", "profileVersion": "1.0.0",
            "packs": [{"name": "edge-k3s", "layer": "k8s", "version": "1.29.1"}],
        });
        cluster["spec"]["clusterProfileTemplates"].as_array_mut().unwrap().push(more);
    }));
    assert_run(&world.profile(&["check", "both", "hello-aws@1.3.0"]), 4, &["1.32.8 → 1.34.1 skips 1.33"]);
    assert_run(&world.profile(&["switch", "both", "hello-aws@1.2.0", "--yes"]), 0, &["switched to hello-aws@1.2.0"]);
    assert_eq!(world.cluster("both")["spec"]["clusterProfileTemplates"][1]["packs"][0]["version"], "1.29.1");
}

#[test]
fn a_revision_that_was_edited_is_named_and_nothing_is_written() {
    let world = World::with_shop("edited");
    assert_run(&world.profile(&SWITCH), 0, &[]);
    let patch = r#"{"data":{"revision.json.gz":"bm90IGd6aXA="}}"#;
    let run = world.kubectl(&["patch", "secret", "kubectl-profile.shop-aws.v1", "--type=merge", "-p", patch]);
    assert_run(&run, 0, &[]);
    let run = world.profile(&["switch", SHOP, "hello-aws@1.2.0", "--yes"]);
    assert_run(&run, 2, &["revision Secret \"kubectl-profile.shop-aws.v1\" cannot be read"]);
    assert!(!run.stderr.contains("under way"), "{run}");
    world.assert_shop_is_at("1.1.0");
}

#[test]
fn a_server_that_cannot_be_reached_is_named() {
    let world = World::new("unreachable");
    // A port that was free a moment ago, and that nobody listens on.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let kubeconfig = world.sandbox.dir().join(format!("nobody-of-{}", world.namespace));
    std::fs::write(&kubeconfig, kubeconfig_of(&format!("http://127.0.0.1:{port}"))).unwrap();
    for command in [&SWITCH[..], &["list"], &["status"], &["history"]] {
        let run = world.profile_as(&kubeconfig, command);
        assert_run(&run, 2, &["at the API server of context \"gate\"", "is the server running"]);
    }
}

#[test]
fn without_a_kubeconfig_it_says_how_to_name_one() {
    let world = World::new("kubeconfig");
    let missing = world.sandbox.dir().join("no-such-kubeconfig");
    let mut command = world.sandbox.plugin_command();
    let run = Run::of(command.args(["list", "--kubeconfig"]).arg(&missing)).unwrap();
    assert_run(&run, 2, &["no kubeconfig can be read", "no-such-kubeconfig", "work on files with -f"]);
    let run = Run::of(world.sandbox.plugin_command().arg("list").env_remove("KUBECONFIG")).unwrap();
    assert_run(&run, 2, &["no kubeconfig can be read", "--kubeconfig or KUBECONFIG"]);
    let run = world.profile(&["list", "--context=sandbx"]);
    assert_run(&run, 2, &["context \"sandbx\" does not exist", "sandbox"]);
}
