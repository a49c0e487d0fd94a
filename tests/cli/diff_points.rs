//! The points of `diff`: clusters, versions and files, two of them, or one against many clusters.

use serde_json::{Value, json};

use crate::{
    fixtures::{self, packs},
    folder::{Folder, Ran},
};

/// Writes another cluster that runs hello@1.0.0.
fn add_cluster(folder: &Folder, name: &str, values: &str) {
    let mut cluster = fixtures::cluster(&packs("1.32.1", values));
    cluster["metadata"]["name"] = name.into();
    folder.write(&format!("cluster-{name}.json"), cluster.to_string());
}

fn several() -> Folder {
    let folder = fixtures::demo();
    add_cluster(&folder, "east", "replicas: 1\n");
    add_cluster(&folder, "west", "replicas: 5\n");
    folder
}

#[test]
fn a_switch_carries_what_the_cluster_sets_itself() {
    let folder = fixtures::demo();
    folder.write("cluster.json", fixtures::cluster(&packs("1.32.1", "replicas: 1\nextra: 7\n")).to_string());
    let ran = folder.run("diff hello@1.1.0").exits(1);
    ran.shows("-replicas: 1\n+replicas: 2\n")
        .shows(" extra: 7\n")
        .shows("Overrides: 1 kept\n")
        .shows("kept          extra: ");
    let document = folder.run("diff demo hello@1.1.0 -o json").exits(1).document("Diff");
    assert_eq!((&document["overrides"][0]["verdict"], &document["open"]), (&json!("kept"), &json!(0)));
    assert_eq!(document["overrides"][0]["sides"], json!({"published": null, "override": 7, "profile": null}));
}

#[test]
fn who_set_a_value_and_its_verdict_stand_beside_the_change() {
    let folder = fixtures::demo();
    folder.write("cluster.json", fixtures::cluster(&packs("1.32.1", "replicas: 9\n")).to_string());
    let document = folder.run("diff demo hello@1.1.0 -o json").exits(1).document("Diff");
    let change = document["changes"].as_array().unwrap().iter().find(|it| it["path"] == "replicas").unwrap().clone();
    assert_eq!((&change["change"], &change["before"], &change["after"]), (&json!("changed"), &json!(9), &json!(2)));
    assert_eq!((&change["setBy"], &change["verdict"]), (&json!("override"), &json!("conflict")));
    assert_eq!(change["since"]["by"], "notRecorded");
    let version = document["changes"].as_array().unwrap().iter().find(|it| it["kind"] == "PackVersion").unwrap();
    assert_eq!((&version["setBy"], &version["verdict"]), (&json!("published"), &Value::Null));
}

#[test]
fn one_cluster_is_compared_with_another() {
    let ran = several().run("diff east west").exits(1);
    ran.shows("--- cluster east: pack app\n+++ cluster west: pack app\n").shows("-replicas: 1\n+replicas: 5\n");
    several().run("diff demo east").exits(0).prints("");
}

#[test]
fn a_profile_that_only_one_cluster_has_is_told() {
    let folder = several();
    let mut cluster = folder.json("cluster-west.json");
    let more = json!({"name": "more", "profileVersion": "1.0.0", "packs": [{"name": "m", "values": "a: 1\n"}]});
    cluster["spec"]["clusterProfileTemplates"].as_array_mut().unwrap().push(more);
    folder.write("cluster-west.json", cluster.to_string());
    folder.run("diff east west").exits(1).shows("+ more more@1.0.0\n").shows("+a: 1\n");
    folder.run("diff west east").exits(1).shows("- more more@1.0.0\n").shows("-a: 1\n");
}

#[test]
fn a_version_is_compared_with_a_cluster_as_it_stands() {
    several().run("diff hello@1.0.0 west").exits(1).shows("--- hello@1.0.0: pack app\n+++ cluster west: pack app\n");
    several().refuses("diff hello@1.0.0 nope -f .", 2, &["no cluster \"nope\""]);
}

#[test]
fn files_need_no_store() {
    let folder = fixtures::demo();
    let ran = folder.run_exactly("diff hello-1.0.0.json ./hello-1.1.0.json").exits(1);
    ran.shows("~ hello: hello@1.0.0 → hello@1.1.0\n");
    folder.run_exactly("diff hello-1.0.0.json hello-1.0.0.json").exits(0).prints("");
    folder.refuses("diff nope.yaml hello-1.0.0.json", 2, &["nope.yaml"]);
    folder.write("other.json", "{\"kind\": \"Pod\"}");
    folder.refuses("diff other.json hello-1.0.0.json", 2, &["other.json holds no cluster and no profile"]);
}

#[test]
fn an_edited_file_is_compared_with_what_is_published() {
    let folder = fixtures::demo();
    std::fs::create_dir(folder.path("edited")).unwrap();
    folder.write("edited/hello.json", fixtures::profile("1.0.0", &packs("1.32.1", "replicas: 4\n")).to_string());
    folder.run("diff hello@1.0.0 edited/hello.json").exits(1).shows("-replicas: 1\n+replicas: 4\n");
    folder
        .run("diff demo edited/hello.json")
        .exits(1)
        .shows("--- Current, cluster demo: pack app\n")
        .shows("+replicas: 4\n");
}

#[test]
fn an_edit_is_shown_for_every_cluster_that_has_the_version() {
    let folder = several();
    std::fs::create_dir(folder.path("edited")).unwrap();
    folder.write("edited/hello.json", fixtures::profile("1.0.0", &packs("1.32.1", "replicas: 4\n")).to_string());
    let ran = folder.run("diff edited/hello.json").exits(1);
    ran.shows("3 clusters: 3 differ, 2 outcomes\n\n2 clusters the same: east, demo\n").shows("\n1 cluster: west\n");
    ran.shows("conflict      replicas: published 1, override 5, profile 4, to be decided\n");
    let document = folder.run("diff edited/hello.json -o json").exits(1).document("DiffList");
    assert_eq!((&document["count"], &document["differs"]), (&json!(3), &json!(true)));
    assert_eq!(document["items"][0]["clusters"], json!(["east", "demo"]));
    assert_eq!(document["items"][1]["open"], 1);
}

#[test]
fn a_version_alone_is_shown_for_every_cluster_that_has_the_profile() {
    let ran = several().run("diff hello@1.1.0").exits(1);
    ran.shows("2 clusters the same: east, demo\n").shows("1 cluster: west\n");
    several().refuses("diff other@1.0.0 -f .", 2, &["has profile \"other\" attached"]);
    several().refuses("diff hello@1.1.0 -f . -o html", 2, &["shows one cluster"]);
}

#[test]
fn the_standard_input_is_a_file() {
    let folder = fixtures::demo();
    let plugin = profile_tests::binaries::kubectl_profile().unwrap();
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg(format!("{} diff hello@1.0.0 - -f . < hello-1.1.0.json", plugin.display()));
    folder.hermetic(&mut command);
    Ran::of("diff hello@1.0.0 -", &mut command).exits(1).shows("-replicas: 1\n+replicas: 2\n");
}

#[test]
fn versions_and_clusters_are_estimated_by_their_packs() {
    let hub = Folder::hub();
    let document = hub.run("diff hello-aws@1.0.0 hello-aws@1.2.0 -o json").exits(1).document("Diff");
    assert_eq!(document["repaveEstimate"]["worst"], "repaveAll", "{document}");
    hub.run("diff hello-aws@1.0.0 hello-aws@1.2.0").exits(1).shows("Repave estimate: repave of all nodes\n");

    let folder = fixtures::demo();
    let mut east = fixtures::cluster(&packs("1.33.0", "replicas: 1\n"));
    east["metadata"]["name"] = "east".into();
    folder.write("east.json", east.to_string());
    folder.run("diff demo east").exits(1).shows("Repave estimate: repave of all nodes\n");
    folder.edit("cluster.json", "1.32.1", "1.32.9");
    folder.run("diff demo").exits(1).shows("Repave estimate: repave of all nodes\n");
}

#[test]
fn profiles_that_do_not_say_their_cloud_have_an_estimate_where_it_is_the_same_for_all() {
    let folder = fixtures::demo();
    let document = folder.run("diff hello@1.0.0 hello@1.1.0 -o json").exits(1).document("Diff");
    assert_eq!(document["repaveEstimate"], json!({"worst": "unknown", "changes": []}));
    folder.run("diff hello@1.0.0 hello@1.1.0").exits(1).shows("Repave estimate: unknown (");
    fixtures::add(&folder, "1.2.0", &packs("1.32.2", "replicas: 3\n"));
    folder.run("diff hello@1.1.0 hello@1.2.0").exits(1).shows("Repave estimate: none\n");
}

#[test]
fn a_change_of_add_ons_alone_has_an_estimate() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", "replicas: 2\n"));
    folder.run("diff demo hello@1.1.0").exits(1).shows("Repave estimate: none\n");
    folder.run("diff demo demo").exits(0).prints("");
}

#[test]
fn what_a_cluster_sets_itself_is_told_against_its_own_version_too() {
    let folder = fixtures::demo();
    folder.write("cluster.json", fixtures::cluster(&packs("1.32.1", "replicas: 9\n")).to_string());
    let document = folder.run("diff demo -o json").exits(1).document("Diff");
    let change = &document["changes"][0];
    assert_eq!((&change["setBy"], &change["verdict"]), (&json!("override"), &json!("kept")), "{document}");
    assert_eq!(document["overrides"][0]["sides"], json!({"published": 1, "override": 9, "profile": 1}));
    assert!(document["base"].as_str().unwrap().starts_with("hello@1.0.0: what is published today, assuming"));
    folder.run("diff demo").exits(1).shows("Overrides: 1 kept\n").shows("an update carries them over");
}

#[test]
fn a_diff_says_where_it_was_read_whoever_makes_it() {
    let hub = Folder::hub();
    for words in ["diff shop-aws hello-aws@1.1.0", "switch shop-aws hello-aws@1.1.0 --dry-run", "diff shop-aws"] {
        let ran = hub.run(&format!("{words} -o json"));
        let document = ran.document("Diff");
        let place = (&document["store"], &document["cluster"], &document["namespace"]);
        assert_eq!(
            place,
            (&json!("files in ."), &json!("shop-aws"), &json!("cluster-66f0a1b2c3d4e5f600000001")),
            "{words}"
        );
    }
    let document = hub.run("diff hello-aws@1.0.0 hello-aws@1.1.0 -o json").exits(1).document("Diff");
    let place = (&document["store"], &document["cluster"], &document["namespace"]);
    assert_eq!(place, (&json!("files in ."), &json!(""), &Value::Null));
    hub.run("diff shop-aws hello-aws@1.1.0").exits(1).hides("Store:");
}

#[test]
fn an_edit_is_shown_for_the_clusters_that_are_named() {
    let folder = several();
    folder.write("edited.json", fixtures::profile("1.0.0", &packs("1.32.1", "replicas: 3\n")).to_string());
    folder.run("update east --from edited.json").exits(1).shows("+replicas: 3\n").hides("west");
    folder.run("update east --from edited.json -o html").exits(1).shows("Review of east");
    folder.run("update --from edited.json -o html").exits(2).tells("hint: name one of them");
    folder.run("update -l none=such --from edited.json").exits(2).tells("has hello@1.0.0 attached");
}
