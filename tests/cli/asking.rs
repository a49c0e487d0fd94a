//! Overrides in conflict, asked about on a pseudo-terminal that `script` makes, edited, and refused without one.

use std::{
    io::{Read as _, Write as _},
    process::{Child, Command, Stdio},
};

use profile_tests::binaries;
use serde_json::json;

use crate::{
    edited::kept,
    fixtures::{self, packs},
    folder::Folder,
};

/// Cluster demo of hello@1.0.0 with a replica fewer than published; 1.1.0 publishes one more.
fn conflict() -> Folder {
    let folder = Folder::empty().with("cluster.json", fixtures::cluster(&packs("1.32.1", "replicas: 1\n")).to_string());
    fixtures::add(&folder, "1.0.0", &packs("1.32.1", "replicas: 2\n"));
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", "# new\nreplicas: 3\n"));
    folder
}

/// A switch to 1.1.0 on a terminal of its own.
fn started(folder: &Folder, flags: &str, editor: &str) -> Child {
    let mut command = Command::new("script");
    let line = format!("\"$PLUGIN\" switch hello@1.1.0 -f . {flags}");
    command.args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"]);
    folder.hermetic(&mut command);
    command.env("PLUGIN", binaries::kubectl_profile().unwrap()).env("SHELL", "/bin/sh").env("KUBE_EDITOR", editor);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command.spawn().expect("script, of util-linux, makes the terminal")
}

/// The exit code and the screen of a switch to 1.1.0 by somebody who types these lines and then leaves.
fn asked(folder: &Folder, flags: &str, typed: &str, editor: &str) -> (Option<i32>, String) {
    let mut child = started(folder, flags, editor);
    let mut keyboard = child.stdin.take().unwrap();
    // The terminal keeps what is typed before it is asked for.
    keyboard.write_all(typed.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    drop(keyboard);
    (ended.status.code(), String::from_utf8_lossy(&ended.stdout).replace('\r', ""))
}

fn values(folder: &Folder) -> serde_json::Value {
    folder.json("cluster.json")["spec"]["clusterProfileTemplates"][0]["packs"][1]["values"].clone()
}

#[test]
fn a_conflict_is_asked_and_the_answer_is_written() {
    for (answer, expected) in [("o", "# new\nreplicas: 1\n"), ("p", "# new\nreplicas: 3\n")] {
        let folder = conflict();
        let (code, screen) = asked(&folder, "", &format!("{answer}\ny\n"), "false");
        assert_eq!(code, Some(0), "{screen}");
        assert!(
            screen.contains("conflict 1 of 1: hello/app: replicas\n  published  2\n  override   1\n  profile    3\n")
        );
        assert_eq!(values(&folder), expected, "{screen}");
    }
}

#[test]
fn quitting_writes_nothing() {
    let folder = conflict();
    let before = folder.snapshot();
    let (code, screen) = asked(&folder, "", "?\ns\nq\n", "false");
    assert_eq!(code, Some(2), "{screen}");
    assert!(screen.contains("quit before everything was decided; nothing was written"), "{screen}");
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn a_value_of_neither_side_is_written_in_the_editor() {
    let folder = conflict();
    let (code, screen) = asked(&folder, "", "e\ny\n", "sh -c 'echo 7 > \"$1\"' editor");
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(values(&folder), "# new\nreplicas: 7\n");
}

#[test]
fn what_was_edited_is_kept_where_the_question_is_declined() {
    let folder = conflict();
    let before = folder.snapshot();
    let editor = "sed -i -e '/# decide:/d' -e 's/replicas: 3/replicas: 8/'";
    let (code, screen) = asked(&folder, "--edit", "n\n", editor);
    assert_eq!((code, folder.snapshot()), (Some(2), before), "{screen}");
    assert!(kept(&screen).contains("replicas: 8"), "{screen}");
    let (code, screen) = asked(&folder, "--edit", "y\n", editor);
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("kept in") && values(&folder) == "# new\nreplicas: 8\n", "{screen}");
}

#[test]
fn what_an_alias_repeats_is_written_by_hand_or_left_to_the_profile() {
    let published = "x: &a\n  k: 1\n  l: 2\ny: *a\n";
    let own = "x:\n  k: 9\n  l: 2\ny:\n  k: 1\n  l: 2\n";
    let folder = Folder::empty().with("cluster.json", fixtures::cluster(&packs("1.32.1", own)).to_string());
    fixtures::add(&folder, "1.0.0", &packs("1.32.1", published));
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", &format!("{published}new: 1\n")));
    let before = folder.snapshot();
    let ran = folder.run("switch hello@1.1.0 --yes --on-conflict=override").exits(6);
    ran.shows("cannot take the override: x is anchored").tells("--on-conflict=profile").tells("--edit");
    assert_eq!(folder.snapshot(), before);
    let by_hand = "sed -i -e '/# decide:/d' -e 's/x: &a/x:/' -e 's/y: \\*a/y: {k: 1, l: 2}/' -e 's/k: 1$/k: 9/'";
    let (code, screen) = asked(&folder, "", "E\ny\n", by_hand);
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(values(&folder), "x:\n  k: 9\n  l: 2\ny: {k: 1, l: 2}\nnew: 1\n");
    folder.run("overrides demo").exits(0).shows("x.k");
}

#[test]
fn without_a_terminal_the_places_and_the_flags_are_named() {
    let folder = conflict();
    let ran = folder.run("switch hello@1.1.0 --yes").exits(6);
    ran.tells("conflict: hello/app: replicas").tells("--on-conflict=override").tells("--resolve FILE");
    folder.write("decisions.txt", json!({"hello/app: replicas": {"value": 4}, "elsewhere": "profile"}).to_string());
    folder
        .run("switch hello@1.1.0 --yes --resolve decisions.txt")
        .exits(0)
        .tells("decision for \"elsewhere\": no override of cluster \"demo\" stands there");
    assert_eq!(values(&folder), "# new\nreplicas: 4\n");
}

#[test]
fn a_misspelt_decision_is_refused_where_a_flag_would_decide_its_place() {
    let folder = conflict();
    folder.write("decisions.txt", json!({"hello/app: replica": "override"}).to_string());
    let before = folder.snapshot();
    let ran = folder.run("switch hello@1.1.0 --yes --on-conflict=profile --resolve decisions.txt").exits(2);
    ran.tells("decision for \"hello/app: replica\"").tells("there is: hello/app: replicas");
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn where_it_is_written_is_said_before_the_first_question() {
    let (code, screen) = asked(&conflict(), "", "o\nn\n", "false");
    assert_eq!(code, Some(2), "{screen}");
    let at = |text: &str| screen.find(text).unwrap_or_else(|| panic!("no {text:?}: {screen}"));
    assert!(
        at("Store:    files in .\nCluster:  demo (./cluster.json, document 1)\n") < at("conflict 1 of 1"),
        "{screen}"
    );
}

#[test]
fn a_question_for_several_clusters_names_them_and_what_they_set_otherwise() {
    let folder = conflict();
    for (name, values) in [("same", "replicas: 1\n"), ("other", "replicas: 4\n"), ("without", "replicas: 2\n")] {
        let mut cluster = fixtures::cluster(&packs("1.32.1", values));
        cluster["metadata"]["name"] = name.into();
        folder.write(&format!("{name}.json"), cluster.to_string());
    }
    let (code, screen) = asked(&folder, "-A", "o\nn\n", "false");
    assert_eq!(code, Some(2), "{screen}");
    let at = |text: &str| screen.find(text).unwrap_or_else(|| panic!("no {text:?}: {screen}"));
    assert!(at("Store:    files in .\n") < at("conflict 1 of 1"), "{screen}");
    at("  override   1\n  profile    3\n  for 3 clusters: demo, other, same\n  override   4 in other\n");
}

#[test]
fn an_interrupt_at_a_question_tells_of_no_change() {
    let folder = conflict();
    let before = folder.snapshot();
    let mut child = started(&folder, "", "false");
    let (mut screen, mut piece) = (String::new(), [0; 256]);
    child.stdin.as_mut().unwrap().write_all(b"?\n").unwrap();
    // Interrupts are heard by the time that something is asked again.
    while screen.matches("[q]uit").count() < 2 {
        let count = child.stdout.as_mut().unwrap().read(&mut piece).unwrap();
        assert!(count > 0, "{screen}");
        screen.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    let mut rest = String::new();
    child.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("error: interrupted") && rest.contains("hint: nothing was written"), "{rest}");
    assert_eq!(folder.snapshot(), before);
}
