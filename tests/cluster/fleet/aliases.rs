//! Several contexts that lead to one API server.

use profile_core::yaml;
use serde_json::json;

use super::{Contexts, add, cleanup, shared, version, world};
use crate::world::{World, assert_run, json_of};

#[test]
fn a_cluster_that_two_contexts_show_is_changed_once() {
    let one = world(&[]);
    add(&one, "a", &[("env", "twice")]);
    let two = World::named(shared(), &one.namespace);
    let contexts = Contexts::of(vec![one, two], &[]);
    let run = contexts.run(&["switch", "hello-aws@1.1.0", "--yes", "-l", "env=twice", "--contexts", "one,two"]);
    let namespace = &contexts.worlds[0].namespace;
    let words = format!("two/{namespace}/a is the same cluster as one/{namespace}/a, and left out");
    assert_run(&run, 0, &[&words]);
    assert_eq!(version(&contexts.worlds[0], "a"), "1.1.0");
    let status = json_of(&contexts.run(&["status", "--contexts", "one,two", "-o", "json"]));
    assert_eq!(status["items"].as_array().map(Vec::len), Some(2), "{status}");
}

#[test]
fn what_a_cluster_renders_is_known_under_another_address_of_its_api_server() {
    let world = cleanup::world();
    let namespace = world.namespace.clone();
    assert_run(&world.profile(&["switch", "a", "app-a@2.0.0", "--yes"]), 0, &[]);
    let mut attached = cleanup::published(&world, "a", "1.0.0");
    attached["name"] = json!("same");
    world.create(&json!({
        "kind": "SpectroCluster", "metadata": {"name": "c"},
        "spec": {"cloudType": "aws", "clusterProfileTemplates": [attached]},
    }));
    let contexts = Contexts::of(vec![world, World::named(shared(), "default")], &[]);
    let mut kubeconfig = yaml::parse(&std::fs::read_to_string(&contexts.kubeconfig).unwrap()).unwrap();
    let mut alias = kubeconfig["clusters"][0].clone();
    let server = alias["cluster"]["server"].as_str().unwrap().replace("127.0.0.1", "localhost");
    assert!(server.contains("localhost"), "{server}");
    (alias["name"], alias["cluster"]["server"]) = (json!("alias"), json!(server));
    kubeconfig["clusters"].as_array_mut().unwrap().push(alias);
    kubeconfig["contexts"][1]["context"]["cluster"] = json!("alias");
    std::fs::write(&contexts.kubeconfig, kubeconfig.to_string()).unwrap();

    let map = contexts.kubeconfig.with_extension("map");
    let lines = ["a", "b"].map(|it| format!("{namespace}/{it}: {{context: one}}\n"));
    std::fs::write(&map, format!("{}{namespace}/c: {{context: two}}\n", lines.concat())).unwrap();
    let run = contexts.run(&["orphans", "a", "--workload-map", map.to_str().unwrap(), "-o", "json"]);
    let found = json_of(&run);
    assert_eq!(found["items"], json!([]), "{found}");
    assert_eq!(found["excluded"][0]["reason"], format!("rendered by cluster {namespace}/c"), "{found}");
}
