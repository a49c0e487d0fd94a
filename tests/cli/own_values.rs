//! `override`: what it drops, what it refuses, and what it says where nothing changes.

use crate::{
    edited::{edited, kept},
    fixtures::{self, packs},
    folder::Folder,
};

/// Cluster demo, which sets `replicas` by an override of ours.
fn overridden() -> Folder {
    let folder = fixtures::demo();
    folder.run("override app --set replicas=5 --yes").exits(0);
    folder
}

/// How the newest revision ends in the table: what it dropped.
#[track_caller]
fn drops(folder: &Folder, path: &str, verdict: &str) {
    let document = folder.run("history -o json").exits(0).document("RevisionList");
    let newest = document["items"].as_array().unwrap().last().unwrap();
    let decided =
        serde_json::json!([{"place": format!("hello/app: {path}"), "verdict": verdict, "resolution": "profile"}]);
    assert_eq!(newest["decisions"], decided, "{document}");
    folder.run("history").exits(0).shows("<none>   1         ");
}

#[test]
fn what_is_unset_is_shown_and_recorded_as_dropped() {
    let folder = overridden();
    let ran = folder.run("override app --unset replicas --yes").exits(0);
    ran.shows("kept          replicas: published 1, override 5, profile 1, decided: profile");
    drops(&folder, "replicas", "kept");
}

#[test]
fn what_is_set_back_in_the_editor_is_shown_and_recorded_as_dropped() {
    let folder = overridden();
    let ran = edited(&folder, "override app --edit --yes", "sed -i -e 's/replicas: 5/replicas: 1/'").exits(0);
    ran.shows("kept          replicas: published 1, override 5, profile 1, decided: profile");
    drops(&folder, "replicas", "kept");
}

#[test]
fn what_is_redundant_is_shown_before_it_is_dropped_and_recorded() {
    let folder = overridden();
    fixtures::add(&folder, "1.0.0", &packs("1.32.1", "replicas: 5\n"));
    let ran = folder.run("override --drop-redundant --yes").exits(0);
    ran.shows("redundant     replicas: published 1, override 5, profile 5, decided: profile");
    drops(&folder, "replicas", "redundant");
}

#[test]
fn lines_that_only_move_are_not_dropped() {
    let text = |mtu: &str, more: &str| packs("1.32.1", &format!("mtu: {mtu}\n{more}"));
    let folder = Folder::empty().with("cluster.json", fixtures::cluster(&text("{{ .own }}", "")).to_string());
    fixtures::add(&folder, "1.0.0", &text("{{ .published }}", ""));
    let ran = edited(&folder, "override app --edit --yes", "sed -i -e 's/^  mtu/  # why\\n  mtu/'").exits(0);
    ran.hides("decided");
}

#[test]
fn what_holds_a_mask_is_refused_in_the_editor_too() {
    let folder = fixtures::demo();
    folder.run("override app --set dbPassword=hunter --yes").exits(0);
    let before = folder.text("cluster.json");
    let ran = edited(&folder, "override app --edit --yes", "sed -i -e 's/dbPassword: .*/dbPassword: x***/'").exits(2);
    ran.tells("`***` is no value");
    assert!(kept(&ran.stderr).contains("x***"));
    assert_eq!(folder.text("cluster.json"), before);
}

#[test]
fn what_is_set_stays_set_when_the_editor_is_left_without_a_change() {
    let folder = fixtures::demo();
    edited(&folder, "override app --set replicas=4 --edit --yes", "true").exits(0).shows("overridden");
    assert!(folder.text("cluster.json").contains("replicas: 4"));
    edited(&folder, "override app --edit --yes", "true").exits(2).tells("no changes made");
    edited(&folder, "override app --set replicas=6 --edit --yes", "sh -c ': > $1' editor").exits(2);
    assert!(folder.text("cluster.json").contains("replicas: 4"));
}

#[test]
fn setting_and_unsetting_one_place_is_refused() {
    let folder = overridden();
    folder.run("override app --unset ui --set ui.port=1 --yes").exits(2).tells("--set ui.port").tells("--unset ui");
    folder.run("override app --unset replicas --set replicas=2 --yes").exits(2).tells("--unset replicas");
    assert!(folder.text("cluster.json").contains("replicas: 5"));
}

#[test]
fn unsetting_nothing_is_refused() {
    let folder = overridden();
    folder.run_exactly("override app -f . --yes --unset=").exits(2).tells("--unset");
    assert!(folder.text("cluster.json").contains("replicas: 5"));
}

#[test]
fn a_value_that_is_set_already_is_not_said_to_follow_the_profile() {
    let ran = overridden().run("override app --set replicas=5 --yes").exits(0);
    ran.shows("unchanged").tells("replicas is set so already");
    assert!(!ran.stderr.contains("follows the profile"), "{}", *ran);
}
