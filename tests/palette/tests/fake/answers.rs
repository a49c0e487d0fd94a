//! Every answer of every endpoint fits the contract.

use std::{collections::BTreeSet, path::Path};

use profile_palette::{Fake, Options, World};
use serde_json::{Value, json};

use crate::{
    client::{nothing, send},
    contract, shop,
};

#[test]
fn every_endpoint_answers_by_the_contract() {
    let fake = shop::start();
    fake.with_world(|world| world.repave_needs_approval = true);
    for (method, target, body) in requests(&fake) {
        let response = send(&fake, method, &target, body).unwrap();
        assert!(response.status < 300, "{method} {target}: {response:?}");
    }
    let called: BTreeSet<_> =
        fake.calls().iter().map(|call| (call.method().to_owned(), call.template().to_owned())).collect();
    let missing: Vec<_> = profile_palette::endpoints()
        .filter(|(method, template)| !called.contains(&((*method).to_owned(), (*template).to_owned())))
        .collect();
    assert!(missing.is_empty(), "not asked: {missing:?}");
    if contract::is_checked(&fake, "every endpoint") {
        assert_eq!(fake.violations(), [""; 0]);
    }
}

#[test]
fn a_fleet_and_refusals_answer_by_the_contract() {
    let fake = Fake::start(World::fleet(2, 2, 3), Options::default()).unwrap();
    let (uid, profile) = fake.with_world(|world| (world.clusters[0].uid.clone(), world.profiles[0].uid.clone()));
    let requests = [
        ("GET", format!("/v1/spectroclusters/{uid}"), Value::Null, 200),
        ("GET", format!("/v1/spectroclusters/{uid}/profiles/packs/manifests"), Value::Null, 200),
        ("POST", "/v1/dashboard/spectroclusters/search".to_owned(), nothing(), 200),
        ("POST", "/v1/dashboard/clusterprofiles".to_owned(), nothing(), 200),
        ("GET", format!("/v1/clusterprofiles/{profile}"), Value::Null, 200),
        ("GET", "/v1/clusterprofiles/none".to_owned(), Value::Null, 404),
        ("GET", format!("/v1/spectroclusters/{uid}/repave/status"), Value::Null, 404),
        ("PATCH", format!("/v1/spectroclusters/{uid}/profiles"), json!({"profiles": [{"uid": "none"}]}), 404),
    ];
    for (method, target, body, status) in requests {
        assert_eq!(send(&fake, method, &target, body).unwrap().status, status, "{target}");
    }
    if contract::is_checked(&fake, "a fleet and refusals") {
        assert_eq!(fake.violations(), [""; 0]);
    }
}

#[test]
fn documents_of_the_project_answer_by_the_contract() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/fixtures/hub");
    let world = World::from_files(&files).unwrap();
    assert!(world.profiles.len() > 5 && world.cluster("shop-aws").is_some());
    let mut targets: Vec<String> =
        world.profiles.iter().map(|profile| format!("/v1/clusterprofiles/{}", profile.uid)).collect();
    for cluster in &world.clusters {
        let rests = ["", "/profiles", "/profiles/packs/manifests", "/variables"];
        targets.extend(rests.map(|rest| format!("/v1/spectroclusters/{}{rest}", cluster.uid)));
    }
    let fake = Fake::start(world, Options::default()).unwrap();
    for target in targets {
        assert_eq!(send(&fake, "GET", &target, Value::Null).unwrap().status, 200, "{target}");
    }
    if contract::is_checked(&fake, "documents of the project") {
        assert_eq!(fake.violations(), [""; 0]);
    }
}

/// One request at least for each endpoint, in an order in which all are answered well.
pub(crate) fn requests(fake: &Fake) -> Vec<(&'static str, String, Value)> {
    let none = Value::Null;
    let cluster = |rest: &str| shop::cluster(fake, rest);
    let (base, extra) = (shop::profile(fake, "base", "1.0.0"), shop::profile(fake, "extra", "1.0.0"));
    let newest = shop::profile(fake, "base", "2.0.0");
    let profile = |rest: &str| format!("/v1/clusterprofiles/{base}{rest}");
    let (uid, template) = fake.with_world(|world| {
        let cluster = world.cluster("shop").unwrap();
        (cluster.uid.clone(), cluster.template.clone().unwrap())
    });
    let switch = json!({"profiles": [shop::switch(fake, "base", "1.0.0", "2.0.0")]});
    let template_of_edit = json!({"type": "cluster", "packs": [
        {"name": "ubuntu-aws", "layer": "os", "type": "spectro", "tag": "22.04", "uid": "67010000000000000000a001"},
        {"name": "hello", "layer": "addon", "tag": "1.0.0", "values": "a: 1\n",
            "manifests": [{"name": "page", "content": "b: 2\n"}]},
    ]});
    let document = json!({
        "metadata": {"name": "imported"},
        "spec": {"version": "1.0.0", "template": {"type": "add-on", "cloudType": "all", "packs": [
            {"name": "p", "layer": "addon", "type": "manifest", "version": "1.0.0", "values": "a: 1\n",
                "manifests": [{"name": "m", "content": "b: 2\n"}]},
        ]}},
    });
    vec![
        ("GET", "/v1/dashboard/projects/metadata".to_owned(), none.clone()),
        ("GET", "/v1/users/info".to_owned(), none.clone()),
        ("GET", format!("/v1/projects/{}", fake.project()), none.clone()),
        ("GET", format!("/v1/clusterTemplates/{template}"), none.clone()),
        ("GET", "/v1/dashboard/clusterprofiles/metadata".to_owned(), none.clone()),
        ("POST", "/v1/dashboard/clusterprofiles?limit=1&offset=0".to_owned(), nothing()),
        ("GET", profile("?includePackMeta=manifest"), none.clone()),
        ("GET", profile("/packs/manifests"), none.clone()),
        ("GET", format!("/v1/clusterprofiles/{extra}/variables"), none.clone()),
        ("GET", profile("/export?format=yaml"), none.clone()),
        ("GET", "/v1/clusterprofiles/validate/name?name=new&version=1.0.0".to_owned(), none.clone()),
        ("POST", "/v1/clusterprofiles/import/validate".to_owned(), document.clone()),
        ("POST", "/v1/clusterprofiles/import?publish=true".to_owned(), document),
        (
            "POST",
            profile("/clone"),
            json!({"metadata": {"name": "base", "version": "3.0.0", "target": {"scope": "project"}}}),
        ),
        ("PATCH", profile("/publish"), none.clone()),
        ("GET", "/v1/dashboard/spectroclusters/metadata".to_owned(), none.clone()),
        ("POST", "/v1/dashboard/spectroclusters/search?limit=2".to_owned(), nothing()),
        ("GET", cluster("?includeTags=true"), none.clone()),
        ("GET", cluster("/status"), none.clone()),
        ("GET", cluster("/status/spcApply"), none.clone()),
        ("GET", cluster("/profiles?includePackMeta=schema"), none.clone()),
        ("GET", cluster("/profiles/packs/manifests"), none.clone()),
        ("GET", cluster(&format!("/profiles/{base}/packs/hello/config")), none.clone()),
        ("GET", cluster("/packs/resolvedValues"), none.clone()),
        ("GET", cluster("/variables"), none.clone()),
        (
            "PATCH",
            cluster("/variables"),
            json!([{"profileUid": extra, "variables": [{"name": "colour", "value": "blue"}]}]),
        ),
        (
            "PUT",
            profile("/packs/hello"),
            json!({"pack": {"name": "hello", "uid": "67010000000000000000e001", "tag": "1.0.0", "values": "a: 2\n"}}),
        ),
        ("GET", cluster("/profileUpdates"), none.clone()),
        ("GET", format!("/v1/notifications/spectrocluster/{uid}?isDone=false&limit=10"), none.clone()),
        ("PATCH", cluster("/packRefs"), json!({"profiles": [{"uid": base, "packs": [{"name": "hello"}]}]})),
        ("POST", cluster("/validate/packs"), switch.clone()),
        ("POST", cluster("/validate/repave"), switch.clone()),
        ("PATCH", cluster("/profiles?resolveNotification=true"), switch),
        ("GET", cluster("/repave/status"), none.clone()),
        ("GET", "/v1/dashboard/spectroclusters/repaveStatus?repaveState=Pending".to_owned(), none.clone()),
        ("PATCH", cluster("/repave/approve"), none.clone()),
        (
            "PUT",
            format!("/v1/clusterprofiles/{newest}"),
            json!({"spec": {"version": "2.0.0", "template": template_of_edit}}),
        ),
        ("POST", cluster("/status/spcApply"), none.clone()),
        ("GET", cluster(""), none),
        ("PUT", cluster("/profiles"), json!({"profiles": [{"uid": base}]})),
        ("DELETE", cluster("/profiles"), json!({"profileUids": [base]})),
    ]
}
