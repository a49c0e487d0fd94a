//! New versions of profiles.

use serde_json::{Value, json};

use crate::{
    client::{ask, send},
    shop,
};

#[test]
fn a_version_is_copied_as_a_draft_and_published() {
    let fake = shop::start();
    let path = format!("/v1/clusterprofiles/{}/clone", shop::profile(&fake, "base", "2.0.0"));
    let body = json!({"metadata": {"name": "base", "version": "2.1.0", "target": {"scope": "project"}}});
    let uid = ask(&fake, "POST", &path, body.clone())["uid"].as_str().unwrap().to_owned();
    let path_of_new = format!("/v1/clusterprofiles/{uid}");
    let draft = ask(&fake, "GET", &path_of_new, Value::Null);
    assert_eq!((&draft["status"]["isPublished"], draft["spec"].get("published")), (&json!(false), None));
    ask(&fake, "PATCH", &format!("{path_of_new}/publish"), Value::Null);
    assert_eq!(ask(&fake, "GET", &path_of_new, Value::Null)["spec"]["published"]["profileVersion"], "2.1.0");
    assert_eq!(send(&fake, "POST", &path, body).unwrap().status, 400);
}

#[test]
fn what_was_exported_is_imported_with_its_manifests() {
    let fake = shop::start();
    let path = format!("/v1/clusterprofiles/{}/export?format=json", shop::profile(&fake, "base", "1.0.0"));
    let mut document = ask(&fake, "GET", &path, Value::Null);
    document["spec"]["version"] = json!("3.0.0");
    let uid =
        ask(&fake, "POST", "/v1/clusterprofiles/import?publish=true", document)["uid"].as_str().unwrap().to_owned();
    let manifests = ask(&fake, "GET", &format!("/v1/clusterprofiles/{uid}/packs/manifests"), Value::Null);
    assert_eq!(manifests["spec"]["packs"][2]["spec"]["manifests"][1]["content"], "sign: of 1.0.0\n");
    let (is_published, project) = fake.with_world(|world| {
        let profile = world.profile(&uid).unwrap();
        (profile.published, profile.project.clone())
    });
    assert_eq!((is_published, project), (true, Some(fake.project())));
}

#[test]
fn an_export_as_yaml_says_the_same() {
    let fake = shop::start();
    let path = format!("/v1/clusterprofiles/{}/export", shop::profile(&fake, "extra", "1.0.0"));
    let json = ask(&fake, "GET", &path, Value::Null);
    let yaml = send(&fake, "GET", &format!("{path}?format=yaml"), Value::Null).unwrap();
    assert_eq!(&yaml.headers["content-type"], "application/yaml");
    assert!(yaml.body.starts_with(b"metadata:"), "{yaml:?}");
    let yaml: Value = serde_saphyr::from_slice(&yaml.body).unwrap();
    assert_eq!(yaml, json);
}

#[test]
fn names_are_free_or_taken() {
    let fake = shop::start();
    let status = |query: &str| {
        send(&fake, "GET", &format!("/v1/clusterprofiles/validate/name?{query}"), Value::Null).unwrap().status
    };
    assert_eq!(status("name=base&version=9.0.0"), 204);
    assert_eq!(status("name=base&version=1.0.0"), 400);
    assert_eq!(status("name=base&version=v1.2"), 400);
}
