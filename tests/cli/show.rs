//! `show` on files.

use serde_json::json;

use crate::{fixtures, folder::Folder};

#[test]
fn one_version_is_shown_pack_by_pack() {
    let ran = Folder::hub().run("show hello-aws@1.2.0").exits(0);
    ran.shows("Name:     hello-aws\nVersion:  1.2.0\nType:     cluster\n");
    ran.shows("k8s     kubernetes       1.33.4    1.33.4   <none>\n");
    ran.shows("addon   hello-universe   1.3.0     1.3.0    hello-universe\n");
}

#[test]
fn values_are_never_shown() {
    for format in ["", "json", "yaml", "jsonpath={@}"] {
        let ran = Folder::hub().run(&format!("show hello-aws@1.1.0 -o={format}")).exits(0);
        ran.hides("not-a-secret").hides("not-a-token").shows("hello-universe");
    }
}

#[test]
fn a_profile_with_one_version_needs_none_named() {
    let folder = Folder::empty();
    fixtures::add(&folder, "3.0.0", &fixtures::packs("1.30.0", ""));
    folder.run("show hello").exits(0).shows("Version:  3.0.0\n");
}

#[test]
fn an_exported_profile_names_no_kind() {
    let export = json!({
        "metadata": {"name": "stack"},
        "spec": {"version": "2.0.0", "template": {"type": "cluster", "packs": [{"name": "ubuntu", "layer": "os", "version": "22.04"}]}},
    });
    let folder = Folder::empty().with("export.json", export.to_string());
    folder.run("show stack@2.0.0").exits(0).shows("os      ubuntu   22.04");
}

#[test]
fn a_draft_is_told_from_what_is_published() {
    let draft =
        json!({"kind": "ClusterProfile", "metadata": {"name": "hello"}, "spec": {"version": "2.0.0", "draft": {}}});
    let folder = Folder::empty().with("draft.json", draft.to_string());
    folder.run("show hello@2.0.0").exits(0).shows("not published");
}

#[test]
fn the_json_holds_every_pack() {
    let document = Folder::hub().run("show hello-edge@1.0.0 -o json").exits(0).document("Profile");
    let names: Vec<_> = document["packs"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["edge-native-byoi", "edge-k3s", "cni-calico", "hello-universe"]);
    assert_eq!(document["packs"][2]["manifests"], json!(["calico"]));
}
