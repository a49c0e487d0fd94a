//! Manifests of a cluster's packs.

use profile_palette::Fake;
use serde_json::{Value, json};

use crate::{client::ask, shop};

/// The content of a manifest of the pack `hello` on the cluster.
fn content(fake: &Fake, manifest: &str) -> String {
    let profiles = ask(fake, "GET", &shop::cluster(fake, "/profiles/packs/manifests"), Value::Null);
    let manifests = profiles["profiles"][0]["spec"]["packs"][2]["spec"]["manifests"].as_array().unwrap().clone();
    manifests.iter().find(|found| found["name"] == manifest).unwrap()["content"].as_str().unwrap().to_owned()
}

fn update(fake: &Fake, pack: Value) {
    let entry = json!({"uid": shop::profile(fake, "base", "1.0.0"), "packValues": [pack]});
    ask(fake, "PATCH", &shop::cluster(fake, "/profiles"), json!({"profiles": [entry]}));
}

#[test]
fn a_request_without_manifests_loses_what_the_cluster_changed() {
    let fake = shop::start();
    update(&fake, json!({"name": "hello", "manifests": [{"name": "page", "content": "page: ours\n"}]}));
    assert_eq!(content(&fake, "page"), "page: ours\n");
    assert_eq!(content(&fake, "sign"), "sign: of 1.0.0\n");
    update(&fake, json!({"name": "hello", "values": "replicas: 3\n"}));
    assert_eq!(content(&fake, "page"), "page: of 1.0.0\n");
}

#[test]
fn an_override_of_a_manifest_shows_in_the_configuration() {
    let fake = shop::start();
    update(&fake, json!({"name": "hello", "manifests": [{"name": "page", "content": "page: ours\n"}]}));
    let uid = shop::profile(&fake, "base", "1.0.0");
    let config = ask(&fake, "GET", &shop::cluster(&fake, &format!("/profiles/{uid}/packs/hello/config")), Value::Null);
    let manifests = &config["items"][0]["spec"]["manifests"];
    assert_eq!((&manifests[0]["name"], &manifests[0]["isOverridden"]), (&json!("page"), &json!(true)));
    assert_eq!((&manifests[1]["name"], &manifests[1]["isOverridden"]), (&json!("sign"), &json!(false)));
}

#[test]
fn a_cluster_has_manifests_of_its_own_and_shows_references() {
    let fake = shop::start();
    let cluster = ask(&fake, "GET", &shop::cluster(&fake, ""), Value::Null);
    let own = &cluster["spec"]["clusterProfileTemplates"][0]["packs"][2]["manifests"][0];
    let path = format!("/v1/clusterprofiles/{}", shop::profile(&fake, "base", "1.0.0"));
    let of_profile = ask(&fake, "GET", &path, Value::Null)["spec"]["published"]["packs"][2]["manifests"][0].clone();
    assert_eq!(own["name"], of_profile["name"]);
    assert_ne!(own["uid"], of_profile["uid"]);
    assert!(own.get("content").is_none() && of_profile.get("content").is_none());
}

#[test]
fn a_switch_makes_manifests_of_the_clusters_own() {
    let fake = shop::start();
    let body = json!({"profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")]});
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), body);
    assert_eq!(content(&fake, "page"), "page: of 1.1.0\n");
    let uid = shop::profile(&fake, "base", "1.1.0");
    let config = ask(&fake, "GET", &shop::cluster(&fake, &format!("/profiles/{uid}/packs/hello/config")), Value::Null);
    let own = &config["items"][0]["spec"]["manifests"][0];
    let of_profile =
        fake.with_world(|world| world.profile(&uid).unwrap().pack("hello").unwrap().manifests[0].uid.clone());
    assert_eq!(own["parentUid"], of_profile.as_str());
    assert_ne!(own["uid"], of_profile.as_str());
}
