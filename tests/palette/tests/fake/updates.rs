//! Edits of a profile version in place, and what they mean for clusters that use it.

use profile_palette::Fake;
use serde_json::{Value, json};

use crate::{client::ask, shop};

fn edit(fake: &Fake, values: &str) {
    let path = format!("/v1/clusterprofiles/{}/packs/hello", shop::profile(fake, "base", "1.0.0"));
    ask(fake, "PUT", &path, json!({"pack": {"name": "hello", "uid": "67010000000000000000e001", "values": values}}));
}

fn notifications(fake: &Fake, query: &str) -> Vec<Value> {
    let uid = fake.with_world(|world| world.cluster("shop").unwrap().uid.clone());
    let path = format!("/v1/notifications/spectrocluster/{uid}{query}");
    ask(fake, "GET", &path, Value::Null)["items"].as_array().unwrap().clone()
}

#[test]
fn an_edit_in_place_notifies_and_waits_to_be_applied() {
    let fake = shop::start();
    assert!(notifications(&fake, "?isDone=false").is_empty());
    edit(&fake, "replicas: 5\n");
    edit(&fake, "replicas: 6\n");
    assert_eq!(notifications(&fake, "?isDone=false").len(), 1);
    let hello =
        |fake: &Fake| fake.with_world(|world| world.cluster("shop").unwrap().pack("hello").unwrap().values.clone());
    assert_eq!(hello(&fake), "pack:\n  namespace: hello\nreplicas: 1\n");
    let pending = ask(&fake, "GET", &shop::cluster(&fake, "/profileUpdates"), Value::Null);
    assert_eq!(pending["profiles"][0]["packs"][2]["values"], "replicas: 6\n");
    let uid = shop::profile(&fake, "base", "1.0.0");
    ask(&fake, "PATCH", &shop::cluster(&fake, "/packRefs"), json!({"profiles": [{"uid": uid}]}));
    assert_eq!(hello(&fake), "replicas: 6\n");
    assert!(notifications(&fake, "?isDone=false").is_empty());
    assert_eq!(notifications(&fake, "?isDone=true").len(), 1);
}

#[test]
fn an_override_counts_from_what_the_cluster_took() {
    let fake = shop::start();
    edit(&fake, "replicas: 5\n");
    let uid = shop::profile(&fake, "base", "1.0.0");
    let path = shop::cluster(&fake, &format!("/profiles/{uid}/packs/hello/config"));
    assert_eq!(ask(&fake, "GET", &path, Value::Null)["items"][0]["spec"]["isValuesOverridden"], false);
}

#[test]
fn an_update_can_keep_what_the_cluster_wants() {
    let fake = shop::start();
    edit(&fake, "replicas: 5\n");
    let uid = shop::profile(&fake, "base", "1.0.0");
    let body = json!({"profiles": [{"uid": uid, "packs": [{"name": "hello", "values": "replicas: 9\n"}]}]});
    ask(&fake, "PATCH", &shop::cluster(&fake, "/packRefs"), body);
    let values = fake.with_world(|world| world.cluster("shop").unwrap().pack("hello").unwrap().values.clone());
    assert_eq!(values, "replicas: 9\n");
}

#[test]
fn a_switch_can_resolve_the_notifications() {
    let fake = shop::start();
    edit(&fake, "replicas: 5\n");
    let body = json!({"profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")]});
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles?resolveNotification=true"), body);
    assert!(notifications(&fake, "?isDone=false").is_empty());
}
