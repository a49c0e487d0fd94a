//! `status` on files.

use serde_json::json;

use crate::{fixtures, folder::Folder};

#[test]
fn each_cluster_has_its_line() {
    let ran = Folder::hub().run("status").exits(0);
    ran.shows("NAME         PROFILES           KUBERNETES   STATE     RECONCILED   UPDATE   OVERRIDES   AGE\n");
    ran.shows("shop-aws     hello-aws@1.0.0    1.32.8       Running   yes          no       0           <unknown>\n");
    ran.shows("store-edge   hello-edge@1.0.0   1.32.8       Running   yes          no       0           <unknown>\n");
}

#[test]
fn one_cluster_is_shown_alone() {
    Folder::hub().run("status shop-aws").exits(0).shows("shop-aws").hides("store-edge");
}

#[test]
fn the_namespace_narrows_the_files() {
    let folder = Folder::hub();
    folder.run("status -n cluster-66f0a1b2c3d4e5f600000002").exits(0).shows("store-edge").hides("shop-aws");
    folder.run("status -n other").exits(0).prints("").tells("no clusters in files in .");
}

#[test]
fn overrides_are_named_by_path_and_without_their_values() {
    let folder = Folder::hub();
    folder.edit("cluster-shop-aws.yaml", "replicas: 1", "replicas: 3\n                  apiToken: t0p-s3cret");
    let ran = folder.run("status shop-aws -o json").exits(0);
    let overrides = &ran.document("ClusterStatusList")["items"][0]["overrides"];
    let path = "hello-aws/hello-universe: manifests.hello-universe.ui";
    assert_eq!(overrides, &json!([format!("{path}.replicas"), format!("{path}.apiToken")]));
    ran.hides("t0p-s3cret");
}

#[test]
fn what_is_not_visible_is_not_called_no_difference() {
    let folder = fixtures::demo();
    std::fs::remove_file(folder.path("hello-1.0.0.json")).unwrap();
    folder.run("status").exits(0).shows("<unknown>");
    let document = folder.run("status -o json").exits(0).document("ClusterStatusList");
    assert_eq!(document["items"][0]["overrides"], json!(null));
}

#[test]
fn a_pack_that_is_not_reconciled_is_counted_and_named() {
    let folder = Folder::hub();
    folder.edit(
        "cluster-shop-aws.yaml",
        "      version: \"1.32.8\"\n      profileUid",
        "      version: \"1.31.0\"\n      profileUid",
    );
    folder.run("status shop-aws").exits(0).shows("no: 1");
    let document = folder.run("status shop-aws -o json").exits(0).document("ClusterStatusList");
    assert_eq!(document["items"][0]["unreconciled"][0]["pack"], "kubernetes");
}

#[test]
fn an_update_is_not_denied_where_that_rests_on_an_assumption() {
    let folder = fixtures::demo();
    folder.run("status").exits(0).shows("   no       0           <");
    // Published in place: nothing recorded what the cluster took, so these may be its own values as well.
    fixtures::add(&folder, "1.0.0", &fixtures::packs("1.32.1", "replicas: 3\n"));
    folder.run("status").exits(0).shows("<unknown>   1 (assumed)");
    let document = folder.run("status -o json").exits(0).document("ClusterStatusList");
    assert_eq!(document["items"][0]["update"], json!(null));
    let ran = folder.run("update demo --base published --yes").exits(0);
    ran.shows("unchanged")
        .tells("1 value of cluster \"demo\" differs from what is published and counts as an override of its own");
}
