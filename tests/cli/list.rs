//! `list` on files.

use serde_json::json;

use crate::{fixtures, folder::Folder};

#[test]
fn every_version_stands_with_the_clusters_that_use_it() {
    let ran = Folder::hub().run("list").exits(0);
    ran.shows("NAME         VERSION   TYPE      PACKS   CLUSTERS     AGE\n");
    ran.shows("hello-aws    1.0.0     cluster   5       shop-aws     <unknown>\n");
    ran.shows("hello-aws    1.1.0     cluster   5       <none>       <unknown>\n");
    ran.shows("hello-edge   1.0.0     cluster   4       store-edge   <unknown>\n");
}

#[test]
fn versions_are_ordered_as_versions_and_not_as_text() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.10.0", &json!([]));
    fixtures::add(&folder, "1.9.0", &json!([]));
    let versions = folder.run("list -o json").exits(0).document("ProfileList")["items"].clone();
    let versions: Vec<_> = versions.as_array().unwrap().iter().map(|it| it["version"].clone()).collect();
    assert_eq!(versions, ["1.0.0", "1.1.0", "1.9.0", "1.10.0"]);
}

#[test]
fn the_json_names_each_version_once() {
    let document = Folder::hub().run("list -o json").exits(0).document("ProfileList");
    assert_eq!(document["items"].as_array().unwrap().len(), 8);
    let item = &document["items"][1];
    assert_eq!((&item["name"], &item["version"]), (&json!("hello-aws"), &json!("1.0.0")));
    assert_eq!(item["clusters"], json!(["shop-aws"]));
    assert_eq!(item["uid"], "6700aaaa0000000000010000");
}

#[test]
fn the_same_file_named_twice_counts_once() {
    let folder = Folder::hub();
    let ran = folder.run_exactly("list -o json -f . -f ./profile-hello-aws-1.0.0.yaml").exits(0);
    assert_eq!(ran.document("ProfileList")["items"].as_array().unwrap().len(), 8);
}

#[test]
fn all_namespaces_get_a_column() {
    Folder::hub().run("list -A").exits(0).shows("NAMESPACE").shows("cluster-66f0a1b2c3d4e5f600000002   hello-edge");
}

#[test]
fn documents_of_other_kinds_are_passed_over() {
    let folder = Folder::empty().with("map.yaml", "kind: ConfigMap\ndata: {a: b}\n---\n- a list\n---\njust text\n");
    folder.run("list").exits(0).prints("").tells("no profiles in files in .");
}

#[test]
fn the_yaml_is_a_document_too() {
    Folder::hub().run("list -o yaml").exits(0).shows("apiVersion: kubectl-profile.dev/v1alpha1\nkind: ProfileList\n");
}
