//! What happens when a file changes between the reading and the writing.

use std::{
    fs,
    io::Write,
    process::{Child, Command, Stdio},
};

use profile_tests::Run;
use serde_json::json;

use crate::{
    fixtures::{self, packs},
    folder::{Folder, Ran},
};

/// The plugin, which has read `cluster.json` and now waits for `rest`, a pipe that stands for the last of its files.
struct Paused {
    words: String,
    child: Child,
    rest: fs::File,
}

impl Paused {
    fn at(folder: &Folder, words: &str) -> Self {
        let pipe = folder.path("rest");
        if !pipe.exists() {
            assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        }
        let mut command =
            folder.command(&format!("{words} -f cluster.json -f hello-1.0.0.json -f hello-1.1.0.json -f rest"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Opening a pipe to write waits until somebody opens it to read.
        let rest = fs::File::options().write(true).open(&pipe).unwrap();
        Self { words: words.to_owned(), child, rest }
    }

    #[track_caller]
    fn goes_on(self) -> Ran {
        drop(self.rest);
        Ran::from(&self.words, Run::from(self.child.wait_with_output().unwrap()))
    }
}

fn rewrite(folder: &Folder, change: impl FnOnce(&mut serde_json::Value)) {
    let mut cluster = folder.json("cluster.json");
    change(&mut cluster);
    folder.write("cluster.json", cluster.to_string());
}

fn version(folder: &Folder) -> serde_json::Value {
    folder.json("cluster.json")["spec"]["clusterProfileTemplates"][0]["profileVersion"].clone()
}

#[test]
fn what_does_not_matter_may_move_and_stays_moved() {
    let folder = fixtures::demo();
    let paused = Paused::at(&folder, "switch hello@1.1.0 --yes");
    rewrite(&folder, |cluster| {
        cluster["metadata"]["labels"] = json!({"team": "a"});
        cluster["status"]["heartbeat"] = json!(7);
    });
    paused.goes_on().exits(0);
    let cluster = folder.json("cluster.json");
    assert_eq!((&cluster["metadata"]["labels"]["team"], &cluster["status"]["heartbeat"]), (&json!("a"), &json!(7)));
    assert_eq!(version(&folder), "1.1.0");
}

#[test]
fn another_document_may_come_before_the_cluster() {
    let folder = fixtures::demo();
    let paused = Paused::at(&folder, "switch hello@1.1.0 --yes");
    let text = "# written meanwhile\nkind: SpectroCluster\nmetadata: {name: other}\n---\nkind: SpectroCluster\nmetadata: {name: demo}\nspec:\n  \
                clusterProfileTemplates:\n  - name: hello\n    profileVersion: \"1.0.0\"\n    packs:\n    - {name: kubernetes, layer: k8s, version: \"1.32.1\"}\n    \
                - name: app\n      layer: addon\n      values: |\n        replicas: 1\nstatus: {state: Running}\n";
    folder.write("cluster.json", text);
    paused.goes_on().exits(0);
    let kubernetes = "- name: kubernetes\n      layer: k8s\n      version: \"1.32.2\"";
    let expected = text.replace("\"1.0.0\"", "\"1.1.0\"").replace("replicas: 1", "replicas: 2");
    let expected = expected.replace("- {name: kubernetes, layer: k8s, version: \"1.32.1\"}", kubernetes);
    assert_eq!(folder.text("cluster.json"), expected);
}

#[test]
fn content_that_moved_is_a_decision_and_nothing_is_written() {
    let folder = fixtures::demo();
    let paused = Paused::at(&folder, "switch hello@1.1.0 --yes");
    rewrite(&folder, |cluster| {
        cluster["spec"]["clusterProfileTemplates"][0]["packs"] = packs("1.32.1", "replicas: 5\n")
    });
    let before = folder.text("cluster.json");
    paused.goes_on().exits(6).tells("the profile content of the cluster changed").tells("nothing was written");
    assert_eq!(folder.text("cluster.json"), before);
    let document = folder.run_exactly("history -o json -f cluster.json").exits(0).document("RevisionList");
    assert_eq!(document["items"][0]["status"], "abandoned");
}

#[test]
fn a_cluster_that_went_away_is_told() {
    let folder = fixtures::demo();
    let paused = Paused::at(&folder, "switch hello@1.1.0 --yes");
    folder.write("cluster.json", "{}");
    paused.goes_on().exits(2).tells("cluster \"demo\" is gone from cluster.json");
    assert_eq!(folder.text("cluster.json"), "{}");
}

#[test]
fn of_two_switches_at_once_one_wins_and_the_other_says_so() {
    let folder = fixtures::demo();
    let slow = Paused::at(&folder, "switch hello@1.1.0 --yes");
    fixtures::add(&folder, "1.2.0", &packs("1.32.3", "replicas: 3\n"));
    let quick = "switch hello@1.2.0 --yes -f cluster.json -f hello-1.0.0.json -f hello-1.2.0.json";
    folder.run_exactly(quick).exits(0);
    slow.goes_on().exits(6).tells("is not what was shown any more");
    assert_eq!(version(&folder), "1.2.0");
}

#[test]
fn the_revision_is_the_lock() {
    let folder = fixtures::demo();
    folder.run("switch hello@1.1.0 --yes").exits(0);
    fixtures::add(&folder, "1.2.0", &packs("1.32.3", "replicas: 3\n"));
    // Somebody takes the second revision after the first was read: its record says 1, its name says 2.
    let taken = folder.text(".kubectl-profile/cluster.json++demo.v1.json");
    folder.write(".kubectl-profile/cluster.json++demo.v2.json", taken);
    let before = folder.snapshot();
    let ran = folder.run("switch hello@1.2.0 --yes").exits(2);
    ran.tells("another change of cluster \"demo\" is under way: it took revision 2")
        .tells("kubectl profile history demo");
    assert_eq!(folder.snapshot(), before);
}

/// A new pipe in the place of `name`, which the test opens once somebody reads it.
fn pipe(folder: &Folder, name: &str) {
    assert!(Command::new("mkfifo").arg(folder.path("new-pipe")).status().unwrap().success());
    fs::rename(folder.path("new-pipe"), folder.path(name)).unwrap();
}

#[test]
fn a_foreign_revision_is_judged_by_what_stands_under_the_lock() {
    let name = ".kubectl-profile/cluster.json++demo.v1.json";
    for (recorded, writes, expected) in
        [("pending", true, "deployed"), ("pending", false, "abandoned"), ("deployed", false, "deployed")]
    {
        let folder = fixtures::demo();
        folder.run("switch hello@1.1.0 --yes").exits(0);
        let written = folder.text("cluster.json");
        let mut revision = folder.json(name);
        let mut cluster = folder.json("cluster.json");
        cluster["spec"]["clusterProfileTemplates"] = revision["before"].clone();
        folder.write("cluster.json", cluster.to_string());
        pipe(&folder, name);
        let mut command = folder.command("switch hello@1.1.0 --yes -f .");
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = fs::File::options().write(true).open(folder.path(name)).unwrap();
        // The revision is read once to see that it is pending, and once more to settle it.
        pipe(&folder, name);
        revision["status"] = json!("pending");
        first.write_all(revision.to_string().as_bytes()).unwrap();
        drop(first);
        let mut second = fs::File::options().write(true).open(folder.path(name)).unwrap();
        let is_locked = fs::File::open(folder.path(".")).unwrap().try_lock().is_err();
        if writes {
            folder.write("cluster.json", &written);
        }
        revision["status"] = json!(recorded);
        second.write_all(revision.to_string().as_bytes()).unwrap();
        // What is not written over stays a pipe, which nobody could read later.
        fs::write(folder.path("regular"), revision.to_string()).unwrap();
        if recorded != "pending" {
            fs::rename(folder.path("regular"), folder.path(name)).unwrap();
        }
        drop(second);
        let ran = Ran::from("switch", Run::from(child.wait_with_output().unwrap()));
        ran.tells("revision 1 was left pending");
        assert!(is_locked, "nobody holds the lock\n{}", *ran);
        assert_eq!(folder.json(name)["status"], expected, "{recorded}, {writes}: {}", *ran);
    }
}

#[test]
fn many_at_once_leave_one_history_that_tells_the_truth() {
    let folder = fixtures::demo();
    for patch in 2..8 {
        fixtures::add(&folder, &format!("1.{patch}.0"), &packs("1.32.1", &format!("replicas: {patch}\n")));
    }
    let spawn = |patch| {
        let mut command = folder.command(&format!("switch hello@1.{patch}.0 --yes -f ."));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (2..8).map(spawn).collect();
    let runs: Vec<_> =
        children.into_iter().map(|child| Ran::from("switch", Run::from(child.wait_with_output().unwrap()))).collect();
    for ran in &runs {
        assert!(matches!(ran.code, Some(0 | 2 | 6)), "{}", **ran);
        let is_clear = ran.code == Some(0)
            || ran.stderr.contains("another change")
            || ran.stderr.contains("is not what was shown");
        assert!(is_clear, "{}", **ran);
    }
    let document = folder.run("history -o json").exits(0).document("RevisionList");
    let deployed: Vec<_> =
        document["items"].as_array().unwrap().iter().filter(|it| it["status"] == "deployed").collect();
    assert_eq!(deployed.len(), runs.iter().filter(|ran| ran.code == Some(0)).count(), "{document}");
    assert!(
        deployed.iter().any(|it| it["to"] == format!("hello@{}", version(&folder).as_str().unwrap())),
        "{document}"
    );
    assert!(document["items"].as_array().unwrap().iter().all(|it| it["status"] != "pending"), "{document}");
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    for words in ["list", "status -o json", "diff demo hello@1.1.0"] {
        let folder = fixtures::demo();
        let mut paused = Paused::at(&folder, words);
        drop(paused.child.stdout.take());
        paused.goes_on().exits(0).prints("");
    }
}
