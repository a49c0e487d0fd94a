//! Orphans of many clusters: found, scaled down and back over several contexts, one of them down.

use serde_json::{Value, json};

use super::{Contexts, outcomes};
use crate::world::{World, assert_run, json_of};

/// A namespace with clusters `a` and `b`, each with a Deployment of its own that version 2.0.0 of its profile renders no
/// longer.
pub(super) fn world() -> World {
    let world = World::new("fleet-orphans");
    for cluster in ["a", "b"] {
        for version in ["1.0.0", "2.0.0"] {
            world.create(&json!({
                "kind": "ClusterProfile", "metadata": {"name": format!("app-{cluster}-{version}")},
                "spec": {"version": version, "published": published(&world, cluster, version)},
            }));
        }
        world.create(&json!({
            "kind": "SpectroCluster", "metadata": {"name": cluster},
            "spec": {"cloudType": "aws", "clusterProfileTemplates": [published(&world, cluster, "1.0.0")]},
            "status": status(cluster, "1.0.0"),
        }));
        let mut deployment = deployment(cluster);
        deployment["metadata"]["namespace"] = json!(world.namespace);
        world.sandbox.apply(&deployment.to_string()).unwrap();
    }
    world
}

pub(super) fn published(world: &World, cluster: &str, version: &str) -> Value {
    let manifest = if version == "1.0.0" { deployment(cluster).to_string() } else { "# nothing\n".to_owned() };
    let pack = json!({
        "name": format!("app-{cluster}"), "layer": "addon", "type": "manifest", "version": version,
        "values": format!("pack:\n  namespace: {}\n", world.namespace),
        "manifests": [{"name": "app", "content": manifest}],
    });
    json!({"uid": uid(cluster, version), "name": format!("app-{cluster}"), "type": "add-on", "profileVersion": version, "packs": [pack]})
}

fn uid(cluster: &str, version: &str) -> String {
    format!("uid-{cluster}-{version}")
}

pub(super) fn status(cluster: &str, version: &str) -> Value {
    let condition = json!({"type": "Ready", "status": "True"});
    let pack = json!({
        "name": format!("app-{cluster}"), "version": version, "profileUid": uid(cluster, version), "condition": condition,
    });
    json!({"state": "Running", "packs": [pack]})
}

pub(super) fn deployment(cluster: &str) -> Value {
    let labels = json!({"app": cluster});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": format!("old-{cluster}")},
        "spec": {
            "replicas": 2, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "example.invalid/c:1"}]}},
        },
    })
}

pub(super) fn replicas(world: &World, cluster: &str) -> Value {
    let path = format!("/apis/apps/v1/namespaces/{}/deployments/old-{cluster}", world.namespace);
    let (code, answer) = world.ask("GET", &path, "application/json", &Value::Null);
    assert_eq!(code, 200, "{answer}");
    answer["spec"]["replicas"].clone()
}

#[test]
fn orphans_of_eight_clusters_go_down_and_back_though_one_context_is_down_at_first() {
    let contexts = Contexts::of((0..4).map(|_| world()).collect(), &[]);
    for world in &contexts.worlds {
        for cluster in ["a", "b"] {
            let to = format!("app-{cluster}@2.0.0");
            assert_run(&world.profile(&["switch", cluster, &to, "--yes"]), 0, &[]);
            world.patch_status(cluster, &status(cluster, "2.0.0"));
        }
    }
    contexts.write(&["four"]);
    let all = ["--contexts", "one,two,three,four"];
    let found = contexts.run(&[&["orphans", "-o", "json"][..], &all].concat());
    assert_run(&found, 5, &[]);
    let items = json_of(&found)["items"].as_array().cloned().unwrap();
    let proven = items.iter().flat_map(|it| it["document"]["items"].as_array().unwrap());
    assert_eq!(proven.filter(|it| it["confidence"] == "proven").count(), 6, "{found}");

    let down = [&["scale-down", "--yes", "--reason", "moved"][..], &all].concat();
    assert_run(&contexts.run(&down), 5, &["unreachable", "context four", "done"]);
    let sizes = || -> Vec<Value> {
        contexts.worlds.iter().flat_map(|world| ["a", "b"].map(|cluster| replicas(world, cluster))).collect()
    };
    assert_eq!(sizes(), [0, 0, 0, 0, 0, 0, 2, 2].map(|it| json!(it)));

    contexts.write(&[]);
    assert_run(&contexts.run(&down), 0, &["done"]);
    assert_eq!(sizes(), [0; 8].map(|it| json!(it)));
    let back = [&["scale-back", "--yes"][..], &all].concat();
    assert_run(&contexts.run(&back), 0, &["done"]);
    assert_eq!(sizes(), [2; 8].map(|it| json!(it)));
}

#[test]
fn workloads_are_looked_for_in_the_context_that_is_named_for_them() {
    let world = world();
    assert_run(&world.profile(&["switch", "a", "app-a@2.0.0", "--yes"]), 0, &[]);
    world.patch_status("a", &status("a", "2.0.0"));
    let namespace = world.namespace.clone();
    let contexts = Contexts::of(vec![world, World::named(crate::sandbox::shared(), "default")], &["two"]);
    let run = contexts.run(&["orphans", "a", "--workload-context", "two"]);
    assert_run(&run, 2, &["cannot", "context \"two\""]);
    contexts.write(&[]);
    let run = contexts.run(&["orphans", "a", "--workload-context", "two"]);
    assert_run(&run, 0, &["Deployment/old-a", "proven"]);

    let map = contexts.kubeconfig.with_extension("map");
    std::fs::write(&map, format!("{namespace}/a: {{context: two}}\n")).unwrap();
    let map = map.to_str().unwrap();
    let run = contexts.run(&["scale-down", "a", "--yes", "--workload-map", map]);
    assert_run(&run, 0, &["deployment.apps/old-a scaled down"]);
    assert_eq!(replicas(&contexts.worlds[0], "a"), json!(0));
    let run = contexts.run(&["orphans", "b", "--workload-map", map]);
    assert_run(&run, 2, &["does not say where cluster \"b\" runs"]);
    assert_eq!(outcomes(&contexts.run(&["orphans", "a", "b", "--workload-map", map, "-o", "json"]))[1].1, "failed");
}
