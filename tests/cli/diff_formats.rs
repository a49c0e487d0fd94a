//! The formats of `diff`: columns, counts, colours, what is left out, a program of the user's own.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::json;

use crate::{
    fixtures::{self, packs},
    folder::{Folder, Ran},
};

const SECRET: &str = "hunter2-planted";

/// Runs the plugin on the sample hub with variables of its environment.
#[track_caller]
fn with(folder: &Folder, words: &str, variables: &[(&str, &str)]) -> Ran {
    let mut command = folder.command(&format!("{words} -f ."));
    Ran::of(words, command.envs(variables.iter().copied()))
}

#[test]
fn both_sides_stand_beside_each_other_in_80_columns() {
    let ran = with(&Folder::hub(), "diff shop-aws hello-aws@1.1.0 --side-by-side", &[("COLUMNS", "80")]).exits(1);
    ran.shows("Current, cluster shop-aws              │ Pending, hello-aws@1.1.0\n");
    ran.shows("    apiEnabled: false                  ┃     apiEnabled: true\n");
    ran.shows("                                       >     api:\n");
    ran.shows("… 2 lines unchanged\n");
    ran.shows("↪ ");
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
}

#[test]
fn both_sides_use_the_width_that_there_is() {
    let ran = with(&Folder::hub(), "diff shop-aws hello-aws@1.1.0 --side-by-side", &[("COLUMNS", "200")]).exits(1);
    let label = "Current, cluster shop-aws";
    ran.shows(&format!("{label}{} │ Pending, hello-aws@1.1.0\n", " ".repeat(98 - label.len())));
    ran.shows("      replicas: 1  # one is enough for a greeting ");
    ran.hides("↪");
}

#[test]
fn wide_letters_take_two_columns() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", "replicas: 1\nname: 日本\n"));
    fixtures::add(&folder, "1.2.0", &packs("1.32.1", "replicas: 1\nname: 日本語\n"));
    let ran = with(&folder, "diff hello@1.1.0 hello@1.2.0 --side-by-side", &[("COLUMNS", "80")]).exits(1);
    ran.shows(&format!("name: 日本{} ┃ name: 日本語\n", " ".repeat(38 - 10)));
}

#[test]
fn counts_are_by_pack() {
    let ran = Folder::hub().run("diff shop-aws hello-aws@1.2.0 --summary").exits(1);
    ran.shows("PACK                       VERSION           ADDED   CHANGED   REMOVED\n");
    ran.shows("hello-aws                  1.0.0 → 1.2.0 ");
    ran.hides("@@");
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let hub = Folder::hub();
    let words = "diff shop-aws hello-aws@1.1.0";
    with(&hub, words, &[]).exits(1).hides("\u{1b}");
    let always = format!("{words} --color always");
    with(&hub, &always, &[]).exits(1).shows("\u{1b}[32m+    apiEnabled: \u{1b}[0m\u{1b}[7m\u{1b}[32mtrue\u{1b}[0m\n");
    with(&hub, words, &[("CLICOLOR_FORCE", "1")]).exits(1).shows("\u{1b}[31m");
    with(&hub, words, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).exits(1).hides("\u{1b}");
    with(&hub, &format!("{words} --color never"), &[("CLICOLOR_FORCE", "1")]).exits(1).hides("\u{1b}");
}

#[test]
fn no_control_character_of_a_value_reaches_the_terminal() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", "a: 1 # \u{1b}[2J\u{7}\u{202e}\n"));
    let is_ours = |text: &str| {
        let mut rest = text.to_owned();
        for code in ["0", "1", "2", "7", "31", "32", "33", "36"] {
            rest = rest.replace(&format!("\u{1b}[{code}m"), "");
        }
        !rest.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t'))
    };
    let script = folder.with("show", "#!/bin/sh\ncat \"$1\"/* \"$2\"/*\nexit 1\n");
    fs::set_permissions(script.path("show"), fs::Permissions::from_mode(0o755)).unwrap();
    let program = script.path("show");
    for flags in
        ["", "--side-by-side", "--summary", "-o json", "-o yaml", "--color always", "--side-by-side --color always"]
    {
        for variables in [&[][..], &[("KUBECTL_EXTERNAL_DIFF", program.to_str().unwrap())]] {
            let ran = with(&script, &format!("diff hello@1.0.0 hello@1.1.0 {flags}"), variables).exits(1);
            assert!(is_ours(&ran.stdout) && !ran.stdout.contains('\u{202e}'), "{flags}: {:?}", ran.stdout);
        }
    }
}

#[test]
fn what_is_ignored_is_in_no_format_and_not_in_the_exit_code() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.0.1", &packs("1.32.1", "replicas: 1\nport: 80\n"));
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", "replicas: 2\nport: 81\n"));
    let words = "diff hello@1.0.1 hello@1.1.0 --ignore version";
    let ran = folder.run(&format!("{words} --ignore replicas")).exits(1);
    ran.shows("+port: 81\n").shows("2 changes are left out by --ignore\n").hides("hello@1.0.1 →");
    let all = format!("{words} --ignore app:");
    folder.run(&all).exits(0).shows("3 changes are left out").hides("replicas");
    let document = folder.run(&format!("{all} -o json")).exits(0).document("Diff");
    assert_eq!(
        (&document["differs"], &document["changes"], &document["ignored"]),
        (&json!(false), &json!([]), &json!(3))
    );
    folder
        .run("diff hello@1.0.1 hello@1.1.0 --ignore port --ignore other: --summary")
        .exits(1)
        .shows("1 change is left out");
}

#[test]
fn what_is_to_be_left_out_and_is_not_there_is_told() {
    let folder = fixtures::demo();
    let words = "diff demo hello@1.1.0";
    for whole in ["hello/app", "app", "app:"] {
        let ran = folder.run(&format!("{words} --ignore {whole}")).exits(1);
        ran.hides("replicas").hides("Warning").shows("1 change is left out by --ignore\n");
    }
    for flags in ["", "-o json", "-o html", "--summary"] {
        let ran = folder.run(&format!("{words} --ignore nope --ignore [ --ignore [\"replicas\"] {flags}")).exits(1);
        ran.tells("Warning: --ignore nope: nothing that differs and no override stands there\n");
        ran.tells("Warning: --ignore [: ");
        assert!(!ran.stderr.contains("replicas"), "{}", *ran);
    }
    folder.refuses(&format!("{words} -f . --ignore :"), 2, &["it names nothing"]);
    folder.refuses(&format!("{words} -f . --ignore="), 2, &["it names nothing"]);
    // What one of several clusters has is not misspelt.
    let other = fixtures::cluster(&packs("1.32.1", "replicas: 1\nport: 1\n")).to_string();
    let folder = folder.with("other.json", other.replace("\"demo\"", "\"other\""));
    let ran = folder.run("diff hello@1.1.0 --ignore port --ignore nope").exits(1);
    ran.tells("Warning: --ignore nope: ").hides("--ignore port");
}

#[test]
fn presets_are_told_by_their_groups() {
    let folder = fixtures::demo();
    let own = "# spectrocloud.com/enabled-presets: A:y,B:z\nreplicas: 1\n";
    folder.write("cluster.json", fixtures::cluster(&packs("1.32.1", own)).to_string());
    let ran = folder.run("diff demo hello@1.1.0").exits(1);
    ran.shows("presets A: override y\n").shows("presets B: override z\n");
}

#[test]
fn secrets_are_shown_to_those_who_ask() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", &format!("password: {SECRET}\n")));
    for flags in ["", "--side-by-side", "-o json", "-o yaml", "-o html"] {
        let words = format!("diff hello@1.0.0 hello@1.1.0 {flags}");
        folder.run(&words).exits(1).hides(SECRET).shows("***");
        folder.run(&format!("{words} --show-secrets")).exits(1).shows(SECRET);
    }
}

/// A program that tells what it was called with.
fn program(folder: &Folder, script: &str) -> String {
    folder.write("program", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(folder.path("program"), fs::Permissions::from_mode(0o755)).unwrap();
    folder.path("program").to_str().unwrap().to_owned()
}

#[test]
fn the_users_own_program_gets_both_sides_and_leaves_nothing() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", &format!("replicas: 2\npassword: {SECRET}\n")));
    let own = program(
        &folder,
        "echo \"arguments: $3 $4\"; stat -c '%a' \"$1\" \"$1\"/*; echo \"$1\" > folder; diff -ru \"$1\" \"$2\"",
    );
    let variable = format!("{own} -u --width=80 $(id)");
    let ran = with(&folder, "diff hello@1.0.0 hello@1.1.0", &[("KUBECTL_EXTERNAL_DIFF", &variable)]).exits(1);
    ran.shows("arguments: -u --width=80\n700\n600\n").shows("-replicas: 1\n+replicas: 2\n").hides(SECRET);
    ran.shows("~ hello: hello@1.0.0 → hello@1.1.0\n")
        .hides("@@ -1 +1,2 @@\n-replicas: 1\n+replicas: 2\n+password: ***\n---");
    ran.tells("\"$(id)\" is left out");
    let used = folder.text("folder");
    assert!(!fs::exists(used.trim()).unwrap(), "{used} is still there");
}

#[test]
fn a_program_that_fails_is_an_error() {
    let folder = fixtures::demo();
    for (script, told) in [("exit 3", "ended with 3"), ("kill -9 $$", "ended by a signal")] {
        let own = program(&folder, script);
        with(&folder, "diff hello@1.0.0 hello@1.1.0", &[("KUBECTL_EXTERNAL_DIFF", &own)]).exits(2).tells(told);
    }
    with(&folder, "diff hello@1.0.0 hello@1.1.0", &[("KUBECTL_EXTERNAL_DIFF", "no-such-program")])
        .exits(2)
        .tells("cannot be run");
    let own = program(&folder, "exit 3");
    with(&folder, "diff hello@1.0.0 hello@1.0.0", &[("KUBECTL_EXTERNAL_DIFF", &own)]).exits(0);
}

#[test]
fn what_a_pack_brings_or_takes_away_is_counted() {
    let folder = fixtures::demo();
    let mut packs = packs("1.32.1", "replicas: 1\n");
    packs[1]["name"] = "other".into();
    packs[1]["values"] = "a: {b: 1, c: [1, 2]}\nd: 4\n".into();
    packs[1]["manifests"] = serde_json::json!([{"name": "m", "content": "kind: X\n"}]);
    fixtures::add(&folder, "1.1.0", &packs);
    let document = folder.run("diff hello@1.0.0 hello@1.1.0 -o json").exits(1).document("Diff");
    let summary = &document["summary"];
    assert_eq!(summary["hello/other"], serde_json::json!({"added": 4, "changed": 0, "removed": 0}), "{summary}");
    assert_eq!(summary["hello/app"], serde_json::json!({"added": 0, "changed": 0, "removed": 1}), "{summary}");
    folder.run("diff hello@1.0.0 hello@1.1.0 --summary").exits(1).shows("(added)         4       0         0");
}
