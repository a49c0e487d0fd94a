//! `list` on a real API server: how little it asks, and what it shows of versions that changed since it looked last.

use std::{fs, path::PathBuf};

use profile_sandbox::Run;
use serde_json::{Value, json};

use crate::world::{SHOP, World, assert_run, json_of, requests};

/// As many as are kept, and some.
const MANY: usize = 120;

fn version(number: usize) -> Value {
    let name = format!("many-{number:03}");
    let packs =
        json!([{"name": "p", "layer": "addon", "values": "password: not-to-be-kept"}, {"name": "q", "values": ""}]);
    json!({
        "kind": "ClusterProfile", "metadata": {"name": name},
        "spec": {"version": format!("1.{number}.0"), "published": {"uid": name, "name": "many", "type": "add-on", "packs": packs}},
    })
}

/// A namespace with many versions of a profile.
fn many(prefix: &str) -> World {
    let world = World::with_shop(prefix);
    (0..MANY).for_each(|number| world.create(&version(number)));
    world
}

/// Where lists of a world are kept.
fn cache(world: &World) -> PathBuf {
    world.sandbox.dir().join(format!("cache-of-{}", world.namespace))
}

fn list(world: &World, arguments: &[&str]) -> Run {
    let mut command = world.sandbox.kubectl_command();
    command.args(["profile", "list", "-n", &world.namespace, "-v", "6"]).args(arguments);
    let run = Run::of(command.env("KUBECACHEDIR", cache(world))).unwrap();
    assert_eq!(run.code, Some(0), "{run}");
    run
}

/// What a list shows where nothing is kept.
fn anew(world: &World) -> String {
    let _ = fs::remove_dir_all(cache(world));
    list(world, &["-o", "json"]).stdout
}

/// What a list asked for, without the server.
fn asked(run: &Run) -> Vec<&str> {
    let mut asked: Vec<_> = requests(run).into_iter().filter_map(|it| it.split('/').next_back()).collect();
    asked.sort_unstable();
    asked
}

#[test]
fn a_list_asks_for_lists_alone() {
    let world = World::with_shop("list-asks");
    let run = list(&world, &[]);
    assert_run(&run, 0, &["1.3.0", SHOP]);
    let requests = requests(&run);
    assert_eq!(requests.len(), 2, "{requests:#?}");
    for kind in ["clusterprofiles?", "spectroclusters?"] {
        let path = format!("/apis/cluster.spectrocloud.com/v1/namespaces/{}/{kind}", world.namespace);
        assert!(requests.iter().any(|it| it.contains(&path)), "{requests:#?}");
    }
}

#[test]
fn what_is_kept_is_shown_as_it_was_and_not_read_again() {
    let world = many("list-kept");
    let first = list(&world, &["-o", "json"]);
    let second = list(&world, &["-o", "json"]);
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(second.stdout.matches("\"many\"").count(), MANY);
    let asked = asked(&second);
    assert!(asked.len() == 2 && asked[0].starts_with("clusterprofiles 200 OK"), "{asked:?}");
}

#[test]
fn what_changed_since_then_is_shown_as_it_is() {
    let world = many("list-changed");
    list(&world, &[]);
    let path = format!("/apis/cluster.spectrocloud.com/v1/namespaces/{}/clusterprofiles", world.namespace);
    let patch = json!({"spec": {"version": "7.7.7", "published": {"packs": [{"name": "p"}]}}});
    assert_eq!(world.ask("PATCH", &format!("{path}/many-003"), "application/merge-patch+json", &patch).0, 200);
    assert_eq!(world.ask("DELETE", &format!("{path}/many-005"), "application/json", &Value::Null).0, 200);
    // Another object of the same name.
    assert_eq!(world.ask("DELETE", &format!("{path}/many-006"), "application/json", &Value::Null).0, 200);
    let mut other = version(6);
    other["spec"]["published"]["type"] = json!("infra");
    world.create(&other);
    world.create(&version(MANY));

    let run = list(&world, &["-o", "json"]);
    assert!(run.stdout.contains("7.7.7") && run.stdout.contains("infra"), "{run}");
    assert!(!run.stdout.contains("many-005") && run.stdout.contains(&format!("1.{MANY}.0")), "{run}");
    assert_eq!(asked(&run).len(), 5, "two lists, and one request for each that is new or changed: {run}");
    // What was read of them is kept in turn.
    let again = list(&world, &["-o", "json"]);
    assert_eq!((again.stdout.as_str(), asked(&again).len()), (run.stdout.as_str(), 2));
    assert_eq!(run.stdout, anew(&world));
}

#[test]
fn where_much_changed_all_is_read_again() {
    let world = many("list-much");
    list(&world, &[]);
    let path = format!("/apis/cluster.spectrocloud.com/v1/namespaces/{}/clusterprofiles", world.namespace);
    for number in 0..40 {
        let patch = json!({"spec": {"version": format!("7.{number}.0")}});
        let url = format!("{path}/many-{number:03}");
        assert_eq!(world.ask("PATCH", &url, "application/merge-patch+json", &patch).0, 200);
    }
    let run = list(&world, &["-o", "json"]);
    assert_eq!((run.stdout.matches("\"7.").count(), asked(&run).len()), (40, 3), "{run}");
    assert_eq!(run.stdout, anew(&world));
}

#[test]
fn no_value_is_kept_and_nothing_is_shown_to_who_may_not_see_it() {
    let world = many("list-secret");
    list(&world, &[]);
    let lists = cache(&world).join("kubectl-profile/lists");
    let kept: Vec<_> = fs::read_dir(lists).unwrap().map(|it| fs::read_to_string(it.unwrap().path()).unwrap()).collect();
    assert!(kept.len() == 1 && kept[0].contains("many-003") && !kept[0].contains("not-to-be-kept"), "{kept:?}");
    let kubeconfig = world.sandbox.kubeconfig_for("nobody", None).unwrap();
    let mut command = world.sandbox.kubectl_command();
    command.args(["profile", "list", "-n", &world.namespace]).env("KUBECONFIG", kubeconfig);
    let run = Run::of(command.env("KUBECACHEDIR", cache(&world))).unwrap();
    assert_run(&run, 2, &["you may not list"]);
    assert!(run.stdout.is_empty(), "{run}");
}

#[test]
fn clusters_are_read_again_where_their_spec_changed_and_not_for_what_they_report() {
    let world = World::with_shop("list-clusters");
    let name = |number: usize| format!("cluster-{number:03}");
    for number in 0..MANY {
        let attached = json!([{"uid": "u", "name": "hello-aws", "profileVersion": "1.0.0", "packs": [{"values": "not-to-be-kept"}]}]);
        world.create(&json!({
            "kind": "SpectroCluster", "metadata": {"name": name(number)}, "spec": {"clusterProfileTemplates": attached},
        }));
    }
    let first = list(&world, &["-o", "json"]);
    (0..40).for_each(|number| world.patch_status(&name(number), &json!({"state": "Provisioning"})));
    let second = list(&world, &["-o", "json"]);
    assert_eq!(first.stdout, second.stdout);
    assert!(second.stdout.contains(&name(MANY - 1)), "{second}");
    let requests = asked(&second);
    assert!(requests.len() == 2 && requests[1].starts_with("spectroclusters 200 OK"), "{requests:?}");

    world.patch(
        &name(77),
        &json!({"spec": {"clusterProfileTemplates": [{"name": "hello-aws", "profileVersion": "1.2.0"}]}}),
    );
    let third = list(&world, &["-o", "json"]);
    let document = json_of(&third);
    let of = |version: &str| {
        let items = document["items"].as_array().unwrap();
        items.iter().find(|it| it["version"] == version).unwrap()["clusters"].to_string()
    };
    assert!(of("1.2.0").contains(&name(77)) && !of("1.0.0").contains(&name(77)), "{third}");
    assert_eq!(asked(&third).len(), 3, "two lists, and one request for the cluster: {third}");
    assert_eq!(third.stdout, anew(&world));
    let lists = cache(&world).join("kubectl-profile/lists");
    let kept: Vec<_> = fs::read_dir(lists).unwrap().map(|it| fs::read_to_string(it.unwrap().path()).unwrap()).collect();
    assert!(kept.len() == 1 && kept[0].contains(&name(77)) && !kept[0].contains("not-to-be-kept"), "{kept:?}");
}
