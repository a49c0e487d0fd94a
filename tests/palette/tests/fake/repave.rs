//! Repaves: told beforehand, waiting, approved.

use profile_palette::world::PackError;
use serde_json::{Value, json};

use crate::{
    client::{ask, send},
    shop,
};

#[test]
fn the_validation_tells_a_repave_and_changes_nothing() {
    let fake = shop::start();
    let path = shop::cluster(&fake, "/validate/repave");
    let only_hello = json!({"profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")]});
    assert_eq!(ask(&fake, "POST", &path, only_hello)["isRepaveRequired"], false);
    let mut entry = shop::switch(&fake, "base", "1.0.0", "1.1.0");
    entry["packValues"] = json!([{"name": "kubernetes", "values": "pack:\n  podCIDR: 10.0.0.0/8\n"}]);
    let answer = ask(&fake, "POST", &path, json!({"profiles": [entry]}));
    assert_eq!(answer["isRepaveRequired"], true);
    assert_eq!(answer["reasons"][0]["pack"]["diffConfigKeys"], json!(["pack.podCIDR"]));
    assert_eq!(shop::attached(&fake)[0], "base 1.0.0");
}

#[test]
fn a_repave_waits_for_its_approval() {
    let fake = shop::start();
    fake.with_world(|world| world.repave_needs_approval = true);
    let status = shop::cluster(&fake, "/repave/status");
    assert_eq!(send(&fake, "GET", &status, Value::Null).unwrap().status, 404);
    let body = json!({"profiles": [shop::switch(&fake, "base", "1.0.0", "2.0.0")]});
    ask(&fake, "PATCH", &shop::cluster(&fake, "/profiles"), body);
    assert_eq!(ask(&fake, "GET", &status, Value::Null)["status"]["state"], "Pending");
    assert_eq!(shop::version_of_status(&fake, "kubernetes"), "1.32.8");
    let waiting = ask(&fake, "GET", "/v1/dashboard/spectroclusters/repaveStatus", Value::Null);
    assert_eq!(waiting["items"][0]["metadata"]["name"], "shop");
    ask(&fake, "PATCH", &shop::cluster(&fake, "/repave/approve"), Value::Null);
    assert_eq!(ask(&fake, "GET", &status, Value::Null)["status"]["state"], "Approved");
    assert_eq!(shop::version_of_status(&fake, "kubernetes"), "1.33.4");
}

#[test]
fn the_validation_of_packs_says_what_the_world_says() {
    let fake = shop::start();
    let path = shop::cluster(&fake, "/validate/packs");
    let body = json!({"profiles": [shop::switch(&fake, "base", "1.0.0", "1.1.0")]});
    let well = ask(&fake, "POST", &path, body.clone());
    assert_eq!(
        well["profiles"][0]["packs"]["results"][2],
        json!({"name": "hello", "displayName": "hello", "errors": []})
    );
    fake.with_world(|world| {
        let error = PackError { pack: "hello".into(), code: "Dependency".into(), message: "needs a friend".into() };
        world.cluster_mut("shop").unwrap().pack_errors.push(error);
    });
    let result = ask(&fake, "POST", &path, body)["profiles"][0]["packs"]["results"][2].clone();
    assert_eq!(result["errors"], json!([{"code": "Dependency", "message": "needs a friend"}]));
}
