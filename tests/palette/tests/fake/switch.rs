//! Switches of profile versions, as `PATCH …/profiles` makes them.

use serde_json::{Value, json};

use crate::{
    client::{ask, send},
    shop,
};

#[test]
fn a_switch_keeps_the_place_and_takes_the_new_content() {
    let fake = shop::start();
    let body = json!({"profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")]});
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), body);
    assert_eq!(shop::attached(&fake), ["base 1.1.0", "extra 1.0.0"]);
    let cluster = ask(&fake, "GET", &shop::cluster(&fake, ""), Value::Null);
    let hello = &cluster["spec"]["clusterProfileTemplates"][0]["packs"][2];
    assert_eq!(hello["values"], "pack:\n  namespace: hello\nreplicas: 2\n");
    assert_eq!(shop::version_of_status(&fake, "hello"), "1.1.0");
}

#[test]
fn values_of_the_request_go_over_the_profiles() {
    let fake = shop::start();
    let mut entry = shop::switch(&fake, "base", "1.0.0", "1.1.0");
    entry["packValues"] = json!([{"name": "hello", "values": "replicas: 7\n"}]);
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), json!({"profiles": [entry]}));
    let uid = shop::profile(&fake, "base", "1.1.0");
    let path = shop::cluster(&fake, &format!("/profiles/{uid}/packs/hello/config"));
    let config = ask(&fake, "GET", &path, Value::Null)["items"][0]["spec"].clone();
    assert_eq!(config["values"], "replicas: 7\n");
    assert_eq!(config["isValuesOverridden"], true);
    let path = shop::cluster(&fake, &format!("/profiles/{uid}/packs/kubernetes/config"));
    assert_eq!(ask(&fake, "GET", &path, Value::Null)["items"][0]["spec"]["isValuesOverridden"], false);
}

#[test]
fn empty_values_are_no_values() {
    let fake = shop::start();
    let mut entry = shop::switch(&fake, "base", "1.0.0", "1.1.0");
    entry["packValues"] = json!([{"name": "kubernetes", "values": ""}]);
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), json!({"profiles": [entry]}));
    let values = fake.with_world(|world| world.cluster("shop").unwrap().pack("kubernetes").unwrap().values.clone());
    assert_eq!(values, "pack:\n  podCIDR: 192.168.0.0/16\n");
}

#[test]
fn without_the_replaced_version_a_duplicate_is_attached() {
    let fake = shop::start();
    let body = json!({"profiles": [{"uid": shop::profile(&fake, "base", "1.1.0")}]});
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), body);
    assert_eq!(shop::attached(&fake), ["base 1.0.0", "extra 1.0.0", "base 1.1.0"]);
}

#[test]
fn put_replaces_the_set_and_delete_detaches() {
    let fake = shop::start();
    let entry = json!({"uid": shop::profile(&fake, "base", "2.0.0")});
    ask(&fake, "PUT", &shop::cluster(&fake, "/profiles"), json!({"profiles": [entry]}));
    assert_eq!(shop::attached(&fake), ["base 2.0.0"]);
    let body = json!({"profileUids": [shop::profile(&fake, "base", "2.0.0")]});
    ask(&fake, "DELETE", &shop::cluster(&fake, "/profiles"), body);
    assert!(shop::attached(&fake).is_empty());
}

#[test]
fn what_cannot_be_switched_is_refused_and_changes_nothing() {
    let fake = shop::start();
    let path = shop::cluster(&fake, "/profiles");
    let known = shop::profile(&fake, "base", "1.1.0");
    let not_attached = shop::profile(&fake, "base", "2.0.0");
    let mut unknown_pack = shop::switch(&fake, "base", "1.0.0", "1.1.0");
    unknown_pack["packValues"] = json!([{"name": "nobody", "values": ""}]);
    let cases = [
        (json!({"uid": "000000000000000000000000"}), 404, "ResourceNotFound"),
        (json!({"uid": known, "replaceWithProfile": not_attached}), 400, "ClusterProfileNotAttached"),
        (unknown_pack, 400, "PackNotFound"),
        (shop::switch(&fake, "extra", "1.0.0", "2.0.0"), 400, "ProfileVariableRequired"),
    ];
    for (entry, status, code) in cases {
        let response = send(&fake, "PATCH", &path, json!({"profiles": [entry]})).unwrap();
        assert_eq!((response.status, response.json()["code"].as_str()), (status, Some(code)));
    }
    assert_eq!(shop::attached(&fake), ["base 1.0.0", "extra 1.0.0"]);
}

#[test]
fn a_server_that_normalises_gives_back_other_text_of_the_same_meaning() {
    let fake = shop::start();
    fake.with_world(|world| world.normalises_values = true);
    let mut entry = shop::switch(&fake, "base", "1.0.0", "1.1.0");
    entry["packValues"] = json!([{"name": "hello", "values": "pack:\n  namespace: hello\nreplicas: 7\n\n\n"}]);
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), json!({"profiles": [entry]}));
    let values = fake.with_world(|world| world.cluster("shop").unwrap().pack("hello").unwrap().values.clone());
    assert_eq!(values, "pack:\n    namespace: hello\nreplicas: 7\n");
}
