//! `history` on files.

use serde_json::json;

use crate::{fixtures, folder::Folder};

#[test]
fn no_revisions_is_an_answer() {
    fixtures::demo().run("history").exits(0).prints("").tells("no revisions of cluster \"demo\"");
    let document = fixtures::demo().run("history -o json").exits(0).document("RevisionList");
    assert_eq!((&document["cluster"], &document["items"]), (&json!("demo"), &json!([])));
}

#[test]
fn each_switch_is_a_line() {
    let folder = fixtures::demo();
    folder.run("switch hello@1.1.0 --yes --reason maintenance").exits(0);
    folder.run("switch hello@1.0.0 --yes").exits(4);
    let ran = folder.run("history").exits(0);
    ran.shows("1          deployed   switch   hello@1.0.0   hello@1.1.0").shows("maintenance");
    assert_eq!(ran.stdout.lines().count(), 2, "{}", *ran);
}

#[test]
fn a_reason_does_not_drive_the_terminal() {
    let folder = fixtures::demo();
    let mut command = folder.command("switch hello@1.1.0 --yes -f . --reason");
    crate::folder::Ran::of("switch --reason …", command.arg("x\u{1b}[2J\u{9b}y")).exits(0);
    folder.run("history").exits(0).hides("\u{1b}").hides("\u{9b}").shows("x^[[2J\\u{9b}y");
    let ran = folder.run("history -o json").exits(0);
    ran.hides("\u{1b}").hides("\u{9b}");
    assert_eq!(ran.document("RevisionList")["items"][0]["reason"], "x\u{1b}[2J\u{9b}y");
}

#[test]
fn the_history_of_another_cluster_is_not_mixed_in() {
    let folder = Folder::hub();
    folder.run("switch shop-aws hello-aws@1.1.0 --yes").exits(0);
    folder.run("history store-edge").exits(0).prints("");
}
