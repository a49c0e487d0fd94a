//! What is created is not judged, by whatever name; its first update is.

use serde_json::json;

use super::Scene;

#[test]
fn a_cluster_of_a_generated_name_is_judged_from_its_first_update_on() {
    let scene = Scene::new("generated", "K8sMultiMinorUpgradeNotSupported");
    let mut document = scene.current.clone();
    document["metadata"] = json!({"generateName": "made-"});
    let all = scene.path().rsplit_once('/').unwrap().0.to_owned();
    for query in ["?dryRun=All", ""] {
        let (code, made) = scene.world.ask("POST", &format!("{all}{query}"), "application/json", &document);
        assert_eq!(code, 201, "{made}");
        if query.is_empty() {
            let name = made["metadata"]["name"].as_str().unwrap();
            assert!(name.starts_with("made-") && name.len() > 5, "{made}");
            let path = scene.world.cluster_path(name);
            let (code, said) = scene.world.ask("PATCH", &path, super::MERGE, &scene.bad());
            assert_eq!((code, &said["details"]["name"]), (422, &json!(name)), "{said}");
            assert!(said.to_string().contains(scene.code), "{said}");
        }
    }
}

#[test]
fn a_cluster_that_breaks_every_rule_may_be_created_and_deleted() {
    let scene = Scene::new("created", "K8sMultiMinorUpgradeNotSupported");
    let mut document = scene.current.clone();
    document["metadata"] = json!({"name": "odd"});
    document["spec"]["clusterProfileTemplates"] = json!([{"packs": [{"layer": "k8s", "version": "banana"}]}]);
    let all = scene.path().rsplit_once('/').unwrap().0.to_owned();
    let (code, said) = scene.world.ask("POST", &all, "application/json", &document);
    assert_eq!(code, 201, "{said}");
    let (code, said) = scene.world.ask("DELETE", &format!("{all}/odd"), "application/json", &json!({}));
    assert_eq!(code, 200, "{said}");
}
