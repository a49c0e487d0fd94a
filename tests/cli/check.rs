//! `check` on files: the verdict of each rule, as an exit code and as data.

use serde_json::{Value, json};

use crate::{fixtures, folder::Folder};

#[track_caller]
fn denies(folder: &Folder, words: &str, code: &str, field: &str) {
    let before = folder.snapshot();
    folder.run(&format!("check {words}")).exits(4).shows(&format!("denied: {code}: "));
    let document = folder.run(&format!("check {words} -o json")).exits(4).document("CheckResult");
    assert_eq!(document["allowed"], false);
    let violations = document["violations"].as_array().unwrap();
    let violation = violations.iter().find(|it| it["code"] == code).unwrap_or_else(|| panic!("no {code}: {document}"));
    assert_eq!(violation["field"], field);
    assert!(violation["message"].as_str().is_some_and(|message| !message.is_empty()), "{violation}");
    assert_eq!(violation.as_object().unwrap().len(), 3, "{violation}");
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn a_switch_that_breaks_no_rule_may_be_made() {
    let folder = Folder::hub();
    for target in ["1.1.0", "1.2.0"] {
        let ran = folder.run(&format!("check shop-aws hello-aws@{target}")).exits(0);
        ran.shows(&format!("cluster \"shop-aws\" may be switched to hello-aws@{target}"));
    }
    let document = folder.run("check shop-aws hello-aws@1.2.0 -o json").exits(0).document("CheckResult");
    assert_eq!((&document["allowed"], &document["violations"]), (&json!(true), &json!([])));
    assert_eq!((&document["cluster"], &document["target"]), (&json!("shop-aws"), &json!("hello-aws@1.2.0")));
}

#[test]
fn nothing_is_written_even_when_it_is_allowed() {
    let folder = Folder::hub();
    let before = folder.snapshot();
    folder.run("check shop-aws hello-aws@1.1.0").exits(0);
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn denies_while_provisioning() {
    let folder = Folder::hub();
    folder.edit("cluster-shop-aws.yaml", "state: Running", "state: provisioning");
    denies(&folder, "shop-aws hello-aws@1.1.0", "ClusterProvisioning", "spec.clusterProfileTemplates");
}

#[test]
fn denies_a_downgrade() {
    let field = "spec.clusterProfileTemplates[0].packs[1].version";
    denies(&Folder::hub(), "shop-aws hello-aws@0.9.0", "K8sDowngradeAfterUpgradeNotSupported", field);
}

#[test]
fn denies_a_skipped_minor_and_names_the_next_step() {
    let field = "spec.clusterProfileTemplates[0].packs[1].version";
    denies(&Folder::hub(), "shop-aws hello-aws@1.3.0", "K8sMultiMinorUpgradeNotSupported", field);
    let ran = Folder::hub().run("check shop-aws hello-aws@1.3.0").exits(4);
    ran.shows("1.32.8 → 1.34.1 skips 1.33; next allowed: 1.33.x");
}

#[test]
fn denies_what_is_no_version() {
    for version in ["banana", "1.33.x", " 1.33.1", "1.2.3.4"] {
        let folder = fixtures::demo();
        fixtures::add(&folder, "2.0.0", &fixtures::packs(version, ""));
        let field = "spec.clusterProfileTemplates[0].packs[0].version";
        denies(&folder, "hello@2.0.0", "K8sVersionUnreadable", field);
    }
}

#[test]
fn denies_another_cni_on_the_edge() {
    let field = "spec.clusterProfileTemplates[0].packs[2].name";
    denies(&Folder::hub(), "store-edge hello-edge@2.0.0", "EdgeCniChangeNotSupported", field);
}

#[test]
fn denies_a_core_layer_that_is_gone() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "2.0.0", &json!([{"name": "app", "layer": "addon"}]));
    denies(&folder, "hello@2.0.0", "CoreLayerRemovalNotSupported", "spec.clusterProfileTemplates");
}

#[test]
fn all_broken_rules_are_told_at_once() {
    let folder = Folder::hub();
    folder.edit("cluster-shop-aws.yaml", "state: Running", "state: Provisioning");
    let document = folder.run("check shop-aws hello-aws@1.3.0 -o json").exits(4).document("CheckResult");
    let codes: Vec<Value> = document["violations"].as_array().unwrap().iter().map(|it| it["code"].clone()).collect();
    assert_eq!(codes, ["ClusterProvisioning", "K8sMultiMinorUpgradeNotSupported"]);
}

#[test]
fn what_the_cluster_really_runs_is_the_baseline() {
    let folder = Folder::hub();
    folder.edit(
        "cluster-shop-aws.yaml",
        "      version: \"1.32.8\"\n      profileUid",
        "      version: \"1.31.4\"\n      profileUid",
    );
    let ran = folder.run("check shop-aws hello-aws@1.2.0").exits(4);
    ran.shows("K8sMultiMinorUpgradeNotSupported").shows("1.31.4");
}

#[test]
fn diff_repeats_the_verdict() {
    let folder = Folder::hub();
    folder.run("diff shop-aws hello-aws@1.3.0").exits(1).shows("denied: K8sMultiMinorUpgradeNotSupported: ");
    let document = folder.run("diff shop-aws hello-aws@1.3.0 -o json").exits(1).document("Diff");
    assert_eq!(document["violations"][0]["code"], "K8sMultiMinorUpgradeNotSupported");
}

#[test]
fn a_yes_of_the_rules_tells_the_overrides_that_switch_stops_at() {
    let folder = fixtures::demo();
    let clean = folder.run("check hello@1.1.0 -o json").exits(0).document("CheckResult");
    assert_eq!(clean["open"], json!([]));
    folder.edit("cluster.json", "replicas: 1", "replicas: 5");
    let place = "hello/app: replicas";
    folder.run("check hello@1.1.0").exits(0).shows(&format!("what the cluster sets at {place} needs a decision"));
    let document = folder.run("check hello@1.1.0 -o json").exits(0).document("CheckResult");
    assert_eq!(document["open"], json!([place]));
    folder.run("switch hello@1.1.0 --yes").exits(6);
}

#[test]
fn the_same_answer_for_several_clusters_is_printed_once() {
    let folder = fixtures::demo();
    let mut cluster = fixtures::cluster(&fixtures::packs("1.32.1", "replicas: 1\n"));
    cluster["metadata"]["name"] = "east".into();
    folder.write("east.json", cluster.to_string());
    let ran = folder.run("check -A hello@1.1.0").exits(0);
    ran.shows("2 clusters the same: demo, east\ncluster … may be switched to hello@1.1.0\n");
    folder.run("check demo hello@1.1.0").exits(0).shows("cluster \"demo\" may be switched");
}
