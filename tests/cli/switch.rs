//! `switch` on files: what is written, recorded and told.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::json;

use crate::{
    fixtures::{self, packs},
    folder::Folder,
};

const REVISION: &str = ".kubectl-profile/cluster-shop-aws.yaml+cluster-66f0a1b2c3d4e5f600000001+shop-aws.v1.json";

#[test]
fn the_cluster_is_at_the_target_afterwards() {
    let folder = Folder::hub();
    let ran = folder.run("switch shop-aws hello-aws@1.1.0 --yes").exits(0);
    ran.shows("spectrocluster/shop-aws switched to hello-aws@1.1.0\n");
    folder.run("diff shop-aws").exits(0).prints("");
    folder.run("status shop-aws").exits(0).shows("hello-aws@1.1.0");
}

#[test]
fn the_screen_names_the_store_the_cluster_and_the_file() {
    let ran = Folder::hub().run("switch shop-aws hello-aws@1.1.0 --dry-run").exits(0);
    ran.shows("Store:    files in .\nCluster:  cluster-66f0a1b2c3d4e5f600000001/shop-aws (./cluster-shop-aws.yaml, document 1)\n");
}

#[test]
fn the_revision_is_deployed_and_for_nobody_elses_eyes() {
    let folder = Folder::hub();
    folder.run("switch shop-aws hello-aws@1.1.0 --yes --reason because").exits(0);
    let mode = fs::metadata(folder.path(REVISION)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let revision = folder.json(REVISION);
    assert_eq!((&revision["status"], &revision["reason"]), (&json!("deployed"), &json!("because")));
    assert_eq!((&revision["from"], &revision["to"]), (&json!("hello-aws@1.0.0"), &json!("hello-aws@1.1.0")));
    assert_eq!(revision["before"][0]["profileVersion"], "1.0.0");
    assert_eq!(revision["after"][0]["profileVersion"], "1.1.0");
    let left: Vec<_> = fs::read_dir(folder.path(".kubectl-profile")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_second_run_changes_nothing() {
    let folder = Folder::hub();
    folder.run("switch shop-aws hello-aws@1.1.0 --yes").exits(0);
    let before = folder.snapshot();
    folder.run("switch shop-aws hello-aws@1.1.0 --yes").exits(0).prints("spectrocluster/shop-aws unchanged\n");
    folder.run("switch shop-aws hello-aws@1.1.0").exits(0).prints("spectrocluster/shop-aws unchanged\n");
    folder.run("switch shop-aws hello-aws@1.1.0 --yes --error-unchanged").exits(3);
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn a_dry_run_shows_all_and_writes_nothing() {
    let folder = Folder::hub();
    let before = folder.snapshot();
    for flag in ["--dry-run", "--dry-run=client", "--dry-run --yes"] {
        let ran = folder.run(&format!("switch shop-aws hello-aws@1.1.0 {flag}")).exits(0);
        ran.shows("+    apiEnabled: true\n").shows("spectrocluster/shop-aws switched (client dry run)\n");
        assert_eq!(folder.snapshot(), before);
    }
}

#[test]
fn there_and_back_leaves_the_file_as_it_was() {
    let folder = Folder::hub();
    let before = folder.text("cluster-shop-aws.yaml");
    folder.run("switch shop-aws hello-aws@1.1.0 --yes").exits(0);
    assert_ne!(folder.text("cluster-shop-aws.yaml"), before);
    folder.run("switch shop-aws hello-aws@1.0.0 --yes").exits(0);
    assert_eq!(folder.text("cluster-shop-aws.yaml"), before);
    let document = folder.run("history shop-aws -o json").exits(0).document("RevisionList");
    assert_eq!(document["items"].as_array().unwrap().len(), 2);
}

#[test]
fn without_history_nothing_but_the_cluster_is_written() {
    let folder = Folder::hub();
    folder.run("switch shop-aws hello-aws@1.1.0 --yes --no-history").exits(0);
    assert!(!folder.path(".kubectl-profile").exists());
    folder.run("diff shop-aws").exits(0);
}

#[test]
fn an_override_is_carried_over_and_named_then_and_later() {
    let folder = Folder::hub();
    folder.edit("cluster-shop-aws.yaml", "mtu: 1440", "mtu: 8951");
    let place = "hello-aws/cni-calico: manifests.calico.mtu";
    let ran = folder.run("switch shop-aws hello-aws@1.1.0 --yes").exits(0);
    ran.shows("  hello-aws/cni-calico\n    kept          manifests.calico.mtu\n");
    folder.run("overrides shop-aws").exits(0).shows(place).shows("8951").shows("before revision 1");
    assert!(folder.text("cluster-shop-aws.yaml").contains("mtu: 8951"));
    let document = folder.run("history shop-aws -o json").exits(0).document("RevisionList");
    assert_eq!(document["items"][0]["decisions"], json!([{"place": place, "verdict": "kept"}]));
}

#[test]
fn an_override_that_is_given_up_is_named_then_and_later() {
    let folder = fixtures::demo();
    folder.edit("cluster.json", "replicas: 1", "replicas: 5");
    let place = "hello/app: replicas";
    let ran = folder.run("switch hello@1.1.0 --yes --on-conflict=profile").exits(0);
    ran.shows("conflict      replicas: published 1, override 5, profile 2, decided: profile\n");
    folder.run("diff demo").exits(0);
    folder.run("history").exits(0).shows("<none>   1         ");
    let document = folder.run("history -o json").exits(0).document("RevisionList");
    let decided = json!([{"place": place, "verdict": "conflict", "resolution": "profile"}]);
    assert_eq!(document["items"][0]["decisions"], decided);
}

#[test]
fn a_pack_that_only_this_cluster_has_stays() {
    let folder = fixtures::demo();
    let mut cluster = folder.json("cluster.json");
    let packs = cluster["spec"]["clusterProfileTemplates"][0]["packs"].as_array_mut().unwrap();
    packs.push(json!({"name": "extra", "layer": "addon", "version": "1.0.0"}));
    folder.write("cluster.json", cluster.to_string());
    folder.run("switch hello@1.1.0 --yes").exits(0).shows("hello/extra");
    let cluster = folder.json("cluster.json");
    let packs = cluster["spec"]["clusterProfileTemplates"][0]["packs"].as_array().unwrap();
    assert!(packs.iter().any(|pack| pack["name"] == "extra"), "{cluster}");
}

#[test]
fn an_edit_of_the_published_version_is_no_override_of_a_cluster_that_took_it_before() {
    let folder = fixtures::demo();
    folder.run("switch hello@1.1.0 --yes").exits(0);
    fixtures::add(&folder, "1.1.0", &packs("1.32.2", "replicas: 7\n"));
    fixtures::add(&folder, "1.2.0", &packs("1.32.2", "replicas: 3\n"));
    folder.run("switch hello@1.2.0 --yes").exits(0);
}

#[test]
fn ten_revisions_are_kept() {
    let folder = fixtures::demo();
    for round in 0..12 {
        let version = if round % 2 == 0 { "1.1.0" } else { "1.0.0" };
        fixtures::add(&folder, version, &packs("1.32.1", &format!("replicas: {round}\n")));
        folder.run(&format!("switch hello@{version} --yes")).exits(0);
    }
    let document = folder.run("history -o json").exits(0).document("RevisionList");
    let numbers: Vec<_> = document["items"].as_array().unwrap().iter().map(|it| it["revision"].clone()).collect();
    assert_eq!(numbers, (3..=12).collect::<Vec<_>>());
}

#[test]
fn clusters_of_one_name_in_two_namespaces_have_two_histories() {
    let folder = fixtures::demo();
    let mut other = folder.json("cluster.json");
    other["metadata"]["namespace"] = json!("cluster-2");
    folder.write("other.json", other.to_string());
    folder.run("switch demo hello@1.1.0 --yes -n cluster-2").exits(0);
    assert!(folder.path(".kubectl-profile/other.json+cluster-2+demo.v1.json").exists());
    assert_eq!(folder.json("cluster.json")["spec"]["clusterProfileTemplates"][0]["profileVersion"], "1.0.0");
    folder.run("history demo -n cluster-2").exits(0).shows("hello@1.1.0");
}

#[test]
fn an_override_that_became_the_default_is_forgotten_on_request() {
    let folder = fixtures::demo();
    folder.run("override app --set replicas=5 --yes").exits(0);
    fixtures::add(&folder, "1.0.0", &packs("1.32.1", "replicas: 5\n"));
    folder.run("overrides").exits(0).shows("hello/app: replicas");
    folder.run("status").exits(0).shows("pending   1");
    folder.run("override --drop-redundant --yes").exits(0).shows("cleared of redundant overrides");
    folder.run("overrides").exits(0).tells("this cluster sets nothing itself");
    folder.run("override demo app --drop-redundant --yes").exits(0).shows("unchanged");
    folder.run("switch hello@1.1.0 --yes").exits(0);
}

#[test]
fn an_override_that_is_kept_against_an_edit_is_not_asked_about_again() {
    let folder = fixtures::demo();
    folder.run("override app --set replicas=5 --yes").exits(0);
    fixtures::add(&folder, "1.0.0", &packs("1.32.1", "replicas: 3\n"));
    folder.run("update --yes").exits(6).tells("hello/app: replicas");
    let before = folder.text("cluster.json");
    folder.run("update --yes --on-conflict=override --reason ours").exits(0).shows("updated");
    assert_eq!(folder.text("cluster.json"), before);
    folder.run("history").exits(0).shows("ours");
    folder.run("overrides").exits(0).shows("3           5");
    folder.run("update --yes").exits(0).shows("unchanged");
}

#[test]
fn a_value_that_equals_the_published_one_is_said_to_follow_the_profile() {
    let folder = fixtures::demo();
    folder.run("override app --set replicas=1 --yes").exits(0).shows("unchanged").tells("follows the profile");
}
