//! `history` on files.

use serde_json::json;

use crate::{
    fixtures::{self, packs},
    folder::Folder,
};

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

#[test]
fn two_files_that_hold_a_cluster_of_one_name_have_two_histories() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.1.0", &packs("1.32.2", "replicas: 7\n"));
    let mut cluster = folder.json("cluster.json");
    cluster["metadata"] = json!({"name": "c1", "namespace": "ns"});
    folder.write("staging.json", cluster.to_string());
    cluster["spec"]["clusterProfileTemplates"][0]["profileVersion"] = json!("1.1.0");
    cluster["spec"]["clusterProfileTemplates"][0]["packs"] = packs("1.32.2", "replicas: 7\n");
    folder.write("prod.json", cluster.to_string());
    let profiles = "-f hello-1.0.0.json -f hello-1.1.0.json -f hello-1.2.0.json";
    fixtures::add(&folder, "1.2.0", &packs("1.32.2", "replicas: 3\n"));
    folder.run_exactly(&format!("switch c1 hello@1.1.0 --yes -f staging.json {profiles}")).exits(0);
    // What staging took as published is an override of prod once 1.1.0 says something else.
    fixtures::add(&folder, "1.1.0", &packs("1.32.2", "replicas: 2\n"));
    let ran = folder.run_exactly(&format!("switch c1 hello@1.2.0 --yes -f prod.json {profiles}")).exits(6);
    ran.tells("hello/app: replicas");
    folder.run_exactly("history c1 -f prod.json").exits(0).prints("");
    folder.run_exactly("history c1 -f staging.json").exits(0).shows("hello@1.1.0");
}

#[test]
fn names_that_look_alike_when_joined_have_two_histories() {
    for (one, other) in [(("a", "b.c"), ("a.b", "c")), (("a", "b c"), ("a", "b_c")), (("", "a+b"), ("a", "b"))] {
        let folder = fixtures::demo();
        for (namespace, name) in [one, other] {
            let mut cluster = folder.json("cluster.json");
            cluster["metadata"] = json!({"name": name, "namespace": namespace});
            folder.write("cluster.json", cluster.to_string());
            folder.run("history").exits(0).prints("");
            if (namespace, name) == one {
                let before = cluster.to_string();
                folder.run("switch hello@1.1.0 --yes").exits(0);
                folder.write("cluster.json", before);
            }
        }
    }
}

#[test]
fn a_link_has_the_history_of_what_it_points_to() {
    let folder = fixtures::demo();
    folder.run("switch hello@1.1.0 --yes").exits(0);
    std::os::unix::fs::symlink("cluster.json", folder.path("link.json")).unwrap();
    folder.run_exactly("history -f link.json").exits(0).shows("hello@1.1.0");
}

#[test]
fn a_name_that_no_file_system_takes_has_a_history() {
    let folder = fixtures::demo();
    let mut cluster = folder.json("cluster.json");
    cluster["metadata"] = json!({"name": "c".repeat(253), "namespace": "n".repeat(63)});
    folder.write("cluster.json", cluster.to_string());
    folder.run("switch hello@1.1.0 --yes").exits(0);
    folder.run("history").exits(0).shows("hello@1.1.0");
}

#[test]
fn a_rollback_loses_nothing_that_the_recorded_text_holds_in_another_order() {
    let list = |first: &str, second: &str| packs("1.32.1", &format!("l:\n- {first}\n- {second}\n"));
    let (a, own, b) = ("name: a\n  v: 1", "name: a\n  v: 9", "name: b\n  v: 1");
    let folder = Folder::empty().with("cluster.json", fixtures::cluster(&list(own, b)).to_string());
    fixtures::add(&folder, "1.0.0", &list(a, b));
    fixtures::add(&folder, "1.1.0", &list(b, a));
    let before = folder.json("cluster.json");
    folder.run("switch hello@1.1.0 --yes").exits(0);
    folder.run("rollback --yes").exits(0).hides("lost");
    assert_eq!(folder.json("cluster.json")["spec"], before["spec"]);
}
