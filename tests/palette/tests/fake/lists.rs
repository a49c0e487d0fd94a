//! Lists and their pages.

use profile_palette::{Fake, Options, World};
use serde_json::{Value, json};

use crate::{
    client::{ask, nothing, send},
    shop,
};

fn names(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

fn search(fake: &Fake, query: &str, body: Value) -> Value {
    ask(fake, "POST", &format!("/v1/dashboard/spectroclusters/search{query}"), body)
}

#[test]
fn pages_follow_the_token() {
    let fake = shop::start();
    let first = search(&fake, "?limit=3", nothing());
    assert_eq!(names(&first), ["shop", "shelf", "stock"]);
    assert_eq!(first["listmeta"]["count"], 4);
    let token = first["listmeta"]["continue"].as_str().unwrap();
    let second = search(&fake, &format!("?limit=3&continue={token}"), nothing());
    assert_eq!(names(&second), ["store"]);
    assert_eq!(second["listmeta"]["continue"], "");
}

#[test]
fn an_offset_skips_and_the_page_has_a_default() {
    let fake = shop::start_with(Options { page: 2, ..Options::default() });
    assert_eq!(names(&search(&fake, "", nothing())), ["shop", "shelf"]);
    assert_eq!(names(&search(&fake, "?offset=3", nothing())), ["store"]);
    let response = send(&fake, "POST", "/v1/dashboard/spectroclusters/search?continue=other", nothing()).unwrap();
    assert_eq!(response.status, 400);
}

#[test]
fn a_page_has_no_more_items_than_the_api_allows() {
    let fake = Fake::start(World::fleet(1, 1, 120), Options::default()).unwrap();
    let first = search(&fake, "?limit=50", nothing());
    assert_eq!((names(&first).len(), &first["listmeta"]["offset"]), (50, &json!(50)));
    let last = search(&fake, "?limit=50&offset=100", nothing());
    assert_eq!((names(&last).len(), &last["listmeta"]["continue"]), (20, &json!("")));
    assert_eq!(fake.violations(), [] as [String; 0]);
    assert_eq!(names(&search(&fake, "?limit=200", nothing())).len(), 50);
    if fake.is_contract_checked() {
        assert!(fake.violations()[0].contains("'limit': 200 is more than 50"), "{:?}", fake.violations());
    }
}

#[test]
fn clusters_are_found_by_name_and_the_deleted_are_left_out() {
    let fake = shop::start();
    fake.with_world(|world| world.cluster_mut("shelf").unwrap().set_state("Deleted"));
    let name = |operator: &str, value: &str| {
        json!({"property": "clusterName", "type": "string",
            "condition": {"string": {"operator": operator, "negation": false, "match": {"values": [value]}}}})
    };
    let alive = json!({"property": "isDeleted", "type": "bool", "condition": {"bool": {"value": false}}});
    let filter = |filters: Value| {
        let group = json!({"conjunction": "and", "filters": filters});
        json!({"filter": {"conjunction": "and", "filterGroups": [group]}})
    };
    assert_eq!(names(&search(&fake, "", filter(json!([name("eq", "stock")])))), ["stock"]);
    assert_eq!(names(&search(&fake, "", filter(json!([name("beginsWith", "s"), alive])))), ["shop", "stock", "store"]);
}

#[test]
fn lists_are_sorted_as_asked_for() {
    let fake = shop::start();
    let sorted = search(&fake, "", json!({"sort": [{"field": "clusterName", "order": "desc"}]}));
    assert_eq!(names(&sorted), ["store", "stock", "shop", "shelf"]);
    let body =
        json!({"sort": [{"field": "profileName", "order": "desc"}], "filter": {"profileName": {"contains": "a"}}});
    assert_eq!(names(&ask(&fake, "POST", "/v1/dashboard/clusterprofiles", body)), ["extra", "base"]);
    let body = json!({"sort": [{"field": "healthState", "order": "asc"}]});
    assert_eq!(send(&fake, "POST", "/v1/dashboard/spectroclusters/search", body).unwrap().status, 501);
}

#[test]
fn empty_lists_can_be_null_as_a_server_in_go_writes_them() {
    let fake = shop::start();
    let packs = |fake: &Fake| {
        let cluster = ask(fake, "GET", &shop::cluster(fake, ""), Value::Null);
        cluster["spec"]["clusterProfileTemplates"][0]["packs"].clone()
    };
    assert_eq!(packs(&fake)[0]["manifests"], json!([]));
    fake.with_world(|world| world.empty_lists_are_null = true);
    let packs = packs(&fake);
    assert_eq!(packs[0].get("manifests"), Some(&Value::Null));
    assert_eq!(packs[2]["manifests"].as_array().unwrap().len(), 2);
}

#[test]
fn a_summary_has_no_values() {
    let fake = shop::start();
    let shop = search(&fake, "?limit=1", nothing())["items"][0].clone();
    assert_eq!(shop["specSummary"]["clusterProfileTemplates"][0]["packs"][1]["version"], "1.32.8");
    assert!(!shop.to_string().contains("podCIDR"), "{shop}");
}

#[test]
fn profiles_are_summed_up_by_name_and_listed_by_version() {
    let fake = shop::start();
    let summaries = ask(&fake, "POST", "/v1/dashboard/clusterprofiles", nothing());
    assert_eq!(names(&summaries), ["base", "extra"]);
    assert_eq!(summaries["items"][0]["specSummary"]["version"], "2.0.0");
    assert_eq!(summaries["items"][0]["specSummary"]["versions"].as_array().unwrap().len(), 3);
    assert!(!summaries.to_string().contains("podCIDR"));
    let metadata = ask(&fake, "GET", "/v1/dashboard/clusterprofiles/metadata", Value::Null);
    assert_eq!(names(&metadata), ["base", "base", "base", "extra", "extra"]);
}

#[test]
fn a_fleet_is_as_large_as_asked_for() {
    let world = World::fleet(3, 2, 7);
    assert_eq!((world.profiles.len(), world.clusters.len()), (6, 7));
    assert!(world.clusters.iter().all(|cluster| cluster.packs().count() == 6));
}
