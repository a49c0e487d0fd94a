//! What is shown and recorded after an edit by hand is what was made of the text, and not what the merge had proposed.

use serde_json::json;

use crate::{
    fixtures::{self, packs},
    folder::{Folder, Ran},
};

/// Cluster demo of hello@1.0.0, which sets `gone`, `mtu` and `range` itself; 1.1.0 publishes its very `range`.
fn demo() -> Folder {
    let own = "gone: 2\nmtu: 2\nrange: 2\nfree: 1\nleft: 1\n";
    let folder = Folder::empty().with("cluster.json", fixtures::cluster(&packs("1.32.1", own)).to_string());
    fixtures::add(&folder, "1.0.0", &packs("1.32.1", "gone: 1\nmtu: 1\nrange: 1\nfree: 1\nleft: 1\n"));
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", "# new\ngone: 1\nmtu: 1\nrange: 2\nfree: 1\nleft: 1\n"));
    folder
}

/// The plugin with these lines of shell as the editor, the file as their last word.
#[track_caller]
pub(crate) fn edited(folder: &Folder, words: &str, editor: &str) -> Ran {
    let mut command = folder.command(&format!("{words} -f ."));
    Ran::of(words, command.env("KUBE_EDITOR", editor))
}

/// What was written in the editor, in the file that is kept of it and is then removed.
#[track_caller]
pub(crate) fn kept(screen: &str) -> String {
    let (_, rest) =
        screen.split_once("what you wrote is kept in ").unwrap_or_else(|| panic!("no file is kept: {screen}"));
    let path = rest.split(['\n', ';']).next().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::remove_file(path).unwrap();
    text
}

const EDIT: &str = "sed -i -e 's/gone: 2/gone: 1/' -e 's/mtu: 2/mtu: 3/' -e 's/range: 2/range: 9/' -e 's/free: 1/free: 7/' \
                    -e '/left: 1/d'";

#[test]
fn what_the_editor_makes_of_an_override_is_shown() {
    let ran = edited(&demo(), "switch hello@1.1.0 --edit --yes", EDIT).exits(0);
    ran.shows("kept          gone: published 1, override 2, profile 1, decided: profile");
    ran.shows("kept          mtu: published 1, override 2, profile 1, decided: 3");
    ran.shows("redundant     range: published 1, override 2, profile 2, decided: 9");
    ran.shows("kept          free: published 1, override 7, profile 1, decided: 7");
    ran.shows("kept          left\n").shows("override removes it\n");
}

#[test]
fn what_the_editor_makes_of_an_override_is_recorded() {
    let folder = demo();
    edited(&folder, "switch hello@1.1.0 --edit --yes", EDIT).exits(0);
    let document = folder.run("history -o json").exits(0).document("RevisionList");
    let decisions = document["items"][0]["decisions"].as_array().unwrap();
    let of = |path: &str| {
        let place = format!("hello/app: {path}");
        decisions.iter().find(|it| it["place"] == place).map(|it| it["resolution"].clone())
    };
    for (path, expected) in
        [("gone", "profile"), ("mtu", "value"), ("range", "value"), ("free", "value"), ("left", "override")]
    {
        assert_eq!(of(path), Some(json!(expected)), "{path}: {document}");
    }
    folder.run("overrides demo").exits(0).hides("gone").shows("mtu").shows("range").shows("free").shows("left");
}

#[test]
fn who_set_a_value_is_not_said_of_what_the_editor_sets() {
    let folder = demo();
    let ran = edited(&folder, "switch hello@1.1.0 --edit --dry-run -o json", EDIT).exits(0);
    let document = ran.document("Diff");
    let of = |path: &str| {
        let place = format!("hello/app: {path}");
        document["overrides"].as_array().unwrap().iter().find(|it| it["place"] == place).cloned().unwrap_or_default()
    };
    assert_eq!(of("mtu")["resolution"], json!({"value": 3}), "{document}");
    assert_eq!(of("mtu")["since"]["by"], "notRecorded", "{document}");
    assert_eq!((&of("free")["resolution"], &of("free")["since"]), (&json!({"value": 7}), &json!(null)), "{document}");
    assert_eq!(document["open"], 0);
}

#[test]
fn what_an_edit_leaves_alone_keeps_its_verdict() {
    let ran = edited(&demo(), "switch hello@1.1.0 --edit --yes", "sed -i -e 's/# new/# newer/'").exits(0);
    ran.shows("kept          mtu: published 1, override 2, profile 1\n")
        .shows("range: published 1, override 2, profile 2\n");
    ran.hides("free").hides("decided");
}

#[test]
fn what_was_edited_is_kept_where_it_is_not_written() {
    let folder = fixtures::demo();
    let mut editor = "sh -c 'sed -i s/replicas:\\ 2/replicas:\\ 8/ \"$1\"; ".to_owned();
    // The cluster moves while the editor is open.
    editor += "sed -i s/replicas:\\ 1/replicas:\\ 6/ cluster.json' editor";
    let ran = edited(&folder, "switch hello@1.1.0 --edit --yes", &editor).exits(6);
    assert!(kept(&ran.stderr).contains("replicas: 8"));
}
