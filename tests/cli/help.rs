//! The command line itself: help, versions, usage errors, and a reader that has gone.

use crate::folder::{Folder, Ran};

#[test]
fn every_command_has_help_that_ends_with_0() {
    let folder = Folder::empty();
    for command in [
        "list",
        "show",
        "status",
        "diff",
        "check",
        "switch",
        "history",
        "orphans",
        "scale-down",
        "scale-back",
        "version",
    ] {
        folder.run_exactly(&format!("{command} --help")).exits(0).shows(&format!("Usage: kubectl profile {command}"));
        folder.run_exactly("--help").exits(0).shows(&format!("  {command} "));
    }
}

#[test]
fn help_names_the_exit_codes() {
    Folder::empty().run_exactly("--help").exits(0).shows("4 refused").shows("6 a decision is needed");
}

#[test]
fn the_version_needs_no_cluster() {
    let folder = Folder::empty();
    folder.run_exactly("version").exits(0).prints(&format!("kubectl-profile {}\n", env!("CARGO_PKG_VERSION")));
    let document = folder.run_exactly("version -o json").exits(0).document("Version");
    assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_wrong_word_is_a_usage_error() {
    let folder = Folder::hub();
    folder.refuses("lst -f .", 2, &["'lst'", "'list'"]);
    folder.refuses("list -f . --nope", 2, &["'--nope'", "--help"]);
    folder.refuses("list -f . -o xml", 2, &["'xml'", "json"]);
    folder.refuses("switch -f .", 2, &["PROFILE@VERSION"]);
    folder.refuses("switch shop-aws hello-aws@1.1.0 -f . --dry-run=klient", 2, &["'klient'", "client"]);
    folder.refuses("list -f . -A -n x", 2, &["--namespace"]);
    folder.refuses("", 2, &["Usage: kubectl profile"]);
}

#[test]
fn a_version_that_is_forgotten_is_asked_for() {
    let folder = Folder::hub();
    for words in ["switch shop-aws hello-aws", "check shop-aws hello-aws"] {
        folder.refuses(&format!("{words} -f ."), 2, &["\"hello-aws\"", "hello-aws@1.1.0"]);
    }
    folder.refuses("switch shop-aws hello-aws@ -f .", 2, &["\"hello-aws@\""]);
}

#[test]
fn files_and_an_api_server_are_not_mixed() {
    let folder = Folder::hub();
    folder.refuses("list -f . --context dev", 2, &["-f", "--context"]);
    folder.refuses("list -f . --kubeconfig x", 2, &["-f", "--kubeconfig"]);
    folder.refuses("list --store=files", 2, &["--store=files", "-f"]);
    folder.refuses("list -f . --store=kubernetes", 2, &["-f", "--store=kubernetes"]);
}

#[test]
fn a_usage_error_does_not_drive_the_terminal() {
    let folder = Folder::empty();
    let mut command = folder.command("list");
    Ran::of("list ESC", command.arg("--\u{1b}[2J")).exits(2).prints("").hides("\u{1b}");
}
