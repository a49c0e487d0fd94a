//! `switch` on files: what keeps it from writing anything.

use serde_json::json;

use crate::{fixtures, folder::Folder};

/// A switch that is refused with `code`, telling each of `parts`, and that writes nothing at all.
#[track_caller]
fn refused(folder: &Folder, words: &str, code: i32, parts: &[&str]) {
    let before = folder.snapshot();
    let ran = folder.run(&format!("switch {words}")).exits(code);
    for part in parts {
        ran.tells(part);
    }
    assert_eq!(folder.snapshot(), before, "a file changed: {}", *ran);
}

#[test]
fn nobody_to_ask_and_no_yes_is_2() {
    refused(&Folder::hub(), "shop-aws hello-aws@1.1.0", 2, &["there is no terminal to ask on", "--yes"]);
}

#[test]
fn a_broken_rule_is_4_and_a_yes_does_not_help() {
    for flag in ["", "--yes", "--dry-run", "--yes --on-conflict=profile"] {
        let words = format!("shop-aws hello-aws@1.3.0 {flag}");
        refused(&Folder::hub(), &words, 4, &["K8sMultiMinorUpgradeNotSupported", "nothing was written"]);
    }
    refused(&Folder::hub(), "store-edge hello-edge@2.0.0 --yes", 4, &["EdgeCniChangeNotSupported"]);
}

#[test]
fn a_cluster_that_is_being_provisioned_is_left_alone() {
    let folder = Folder::hub();
    folder.edit("cluster-shop-aws.yaml", "state: Running", "state: Provisioning");
    refused(&folder, "shop-aws hello-aws@1.1.0 --yes", 4, &["ClusterProvisioning"]);
}

#[test]
fn an_override_in_conflict_is_6_and_named() {
    let folder = fixtures::demo();
    folder.edit("cluster.json", "replicas: 1", "replicas: 5");
    for flag in ["--yes", "--dry-run", ""] {
        refused(&folder, &format!("hello@1.1.0 {flag}"), 6, &["hello/app: replicas", "--on-conflict"]);
    }
}

#[test]
fn an_override_that_has_no_place_in_the_target_is_6_until_its_loss_is_accepted() {
    let folder = fixtures::demo();
    folder.edit("cluster.json", "replicas: 1", "replicas: 5");
    fixtures::add(&folder, "1.1.0", &fixtures::packs("1.32.2", "size: 1\n"));
    refused(&folder, "hello@1.1.0 --yes", 6, &["hello/app: replicas", "--accept-loss"]);
    refused(&folder, "hello@1.1.0 --yes --accept-loss replica", 6, &["--accept-loss replica", "hello/app: replicas"]);
    folder.run("switch hello@1.1.0 --yes --accept-loss replicas").exits(0).shows("lost          replicas");
}

#[test]
fn a_base_that_is_not_visible_is_6() {
    let folder = fixtures::demo();
    std::fs::remove_file(folder.path("hello-1.0.0.json")).unwrap();
    refused(&folder, "hello@1.1.0 --yes", 6, &["hello@1.0.0", "not visible", "--base="]);
    folder.run("switch hello@1.1.0 --yes --on-conflict=profile").exits(0);
}

#[test]
fn a_cluster_of_a_template_is_changed_there() {
    let folder = fixtures::demo();
    let mut cluster = folder.json("cluster.json");
    cluster["spec"]["clusterTemplate"] = json!({"name": "fleet"});
    folder.write("cluster.json", cluster.to_string());
    refused(
        &folder,
        "hello@1.1.0 --yes --on-conflict=profile",
        4,
        &["\"fleet\"", "change the profile version in the template"],
    );
    folder.refuses("check demo hello@1.1.0 -f .", 4, &["\"fleet\""]);
}

#[test]
fn files_cannot_be_waited_for_nor_judge_a_dry_run() {
    refused(&Folder::hub(), "shop-aws hello-aws@1.1.0 --yes --wait", 2, &["--wait", "files"]);
    refused(&Folder::hub(), "shop-aws hello-aws@1.1.0 --dry-run=server", 2, &["--dry-run=client"]);
}

#[test]
fn a_profile_that_is_not_attached_is_named_with_those_that_are() {
    refused(&Folder::hub(), "shop-aws hello-edge@1.1.0 --yes", 2, &["\"hello-edge\"", "attached: hello-aws@1.0.0"]);
}

#[test]
fn a_profile_that_is_attached_twice_is_no_guess() {
    let folder = fixtures::demo();
    let mut cluster = folder.json("cluster.json");
    let templates = cluster["spec"]["clusterProfileTemplates"].as_array_mut().unwrap();
    templates.push(templates[0].clone());
    folder.write("cluster.json", cluster.to_string());
    refused(&folder, "hello@1.1.0 --yes", 6, &["\"hello\"", "attached 2 times"]);
}

#[test]
fn a_draft_is_no_target() {
    let draft =
        json!({"kind": "ClusterProfile", "metadata": {"name": "hello"}, "spec": {"version": "2.0.0", "draft": {}}});
    let folder = fixtures::demo().with("draft.json", draft.to_string());
    refused(&folder, "hello@2.0.0 --yes", 2, &["hello@2.0.0", "not published"]);
}

#[test]
fn an_object_that_etcd_would_not_take_is_refused_beforehand() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "2.0.0", &fixtures::packs("1.32.1", &format!("text: {}\n", "x".repeat(1_600_000))));
    refused(&folder, "hello@2.0.0 --yes", 4, &["1500000", "nothing was written"]);
}

#[test]
fn a_place_where_no_revision_can_be_kept_is_found_before_the_write() {
    let folder = Folder::hub().with(".kubectl-profile", "a file where a folder should be");
    refused(&folder, "shop-aws hello-aws@1.1.0 --yes", 2, &[".kubectl-profile"]);
}

#[test]
fn a_revision_that_is_cut_off_is_named_and_not_taken_for_none() {
    let folder = fixtures::demo();
    folder.run("switch hello@1.1.0 --yes").exits(0);
    let revision = std::fs::read_dir(folder.path(".kubectl-profile")).unwrap().next().unwrap().unwrap();
    std::fs::write(revision.path(), "{\"number\": 1,").unwrap();
    folder.refuses("history -f .", 2, &["demo.v1.json", "line 1"]);
    fixtures::add(&folder, "1.2.0", &fixtures::packs("1.32.3", ""));
    refused(&folder, "hello@1.2.0 --yes", 2, &["demo.v1.json", "line 1", "nothing was written", "--no-history"]);
    folder.run("switch hello@1.2.0 --yes --no-history").exits(0).tells("demo.v1.json");
}
