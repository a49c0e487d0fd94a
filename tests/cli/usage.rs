//! Command lines that make no sense: what is said of each, to the letter, on stderr, with exit code 2.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use crate::folder::{Folder, Ran};

/// Runs the words, and expects exactly this on stderr and nothing on stdout.
#[track_caller]
fn says(words: &str, text: &str) {
    let folder = Folder::hub();
    let before = folder.snapshot();
    let ran = folder.run_exactly(words).exits(2).prints("");
    assert_eq!(ran.stderr, text, "$ kubectl profile {words}");
    assert_eq!(folder.snapshot(), before, "a file changed");
}

#[test]
fn an_unknown_command_suggests_the_nearest() {
    let text = |word: &str, meant: &str| {
        format!(
            "error: unknown command \"{word}\" for \"kubectl profile\"\n\nDid you mean this?\n\t{meant}\n\nSee 'kubectl profile --help' for usage.\n"
        )
    };
    says("lst", &text("lst", "list"));
    says("lst -f .", &text("lst", "list"));
    says("-n x lst", &text("lst", "list"));
    says("help lst", &text("lst", "list"));
    says("get", &text("get", "list\n\tstatus"));
    says("describe", &text("describe", "show\n\tstatus"));
    says("upgrade", &text("upgrade", "switch"));
    says("undo", &text("undo", "rollback"));
    says("scale", &text("scale", "scale-down\n\tscale-back"));
    let none = "error: unknown command \"xyzzy\" for \"kubectl profile\"\nSee 'kubectl profile --help' for usage.\n";
    says("xyzzy", none);
}

#[test]
fn an_unknown_flag_is_named_as_kubectl_names_it() {
    says("list --nope", "error: unknown flag: --nope\nSee 'kubectl profile list --help' for usage.\n");
    says("--nope list", "error: unknown flag: --nope\nSee 'kubectl profile --help' for usage.\n");
    says("list --nope=1", "error: unknown flag: --nope\nSee 'kubectl profile list --help' for usage.\n");
    says("list -q", "error: unknown shorthand flag: 'q' in -q\nSee 'kubectl profile list --help' for usage.\n");
    says("list -Aq", "error: unknown shorthand flag: 'q' in -Aq\nSee 'kubectl profile list --help' for usage.\n");
    says(
        "list --namspace x",
        "error: unknown flag: --namspace\n\nDid you mean this?\n\t--namespace\n\nSee 'kubectl profile list --help' for usage.\n",
    );
}

#[test]
fn a_flag_without_its_value_is_named_as_kubectl_names_it() {
    says(
        "list --namespace",
        "error: flag needs an argument: --namespace\nSee 'kubectl profile list --help' for usage.\n",
    );
    says(
        "status --timeout",
        "error: flag needs an argument: --timeout\nSee 'kubectl profile status --help' for usage.\n",
    );
}

#[test]
fn a_bad_value_is_named_with_its_flag_and_what_is_right() {
    let usage = "Usage: kubectl profile switch [CLUSTER] PROFILE@VERSION [flags] [options]\nSee 'kubectl profile switch --help' for usage.\n";
    says(
        "switch shop-aws hello-aws@1.1.0 --dry-run=klient",
        &format!(
            "error: invalid argument \"klient\" for \"--dry-run\" flag: must be one of: none, client, server\n\nDid you mean this?\n\tclient\n\n{usage}"
        ),
    );
    says(
        "switch shop-aws hello-aws@1.1.0 --timeout=soon",
        &format!(
            "error: invalid argument \"soon\" for \"--timeout\" flag: \"soon\" is no duration; write 30s, 5m or 1h\n{usage}"
        ),
    );
    says(
        "list -v high",
        "error: invalid argument \"high\" for \"-v, --v\" flag: it is no whole number\nUsage: kubectl profile list [flags] [options]\nSee 'kubectl profile list --help' for usage.\n",
    );
    says(
        "switch shop-aws hello-aws@1.1.0 --wait=maybe",
        &format!("error: invalid argument \"maybe\" for \"--wait\" flag: it takes none\n{usage}"),
    );
}

#[test]
fn what_is_missing_is_named_with_the_usage_line() {
    says(
        "switch",
        "error: missing argument: [CLUSTER] PROFILE@VERSION\nUsage: kubectl profile switch [CLUSTER] PROFILE@VERSION [flags] [options]\nSee 'kubectl profile switch --help' for usage.\n",
    );
    says(
        "new-version",
        "error: missing arguments: PROFILE@VERSION, VERSION\nUsage: kubectl profile new-version PROFILE@VERSION VERSION [flags] [options]\nSee 'kubectl profile new-version --help' for usage.\n",
    );
    says(
        "override shop-aws hello-universe",
        "error: missing flag, one of: --set, --unset, --values, --edit, --drop-redundant\nUsage: kubectl profile override [CLUSTER] PACK [flags] [options]\nSee 'kubectl profile override --help' for usage.\n",
    );
}

#[test]
fn what_is_too_much_is_named() {
    says("version x", "error: extra argument \"x\"\nSee 'kubectl profile version --help' for usage.\n");
    says(
        "list -A -n x",
        "error: --all-namespaces cannot be used together with --namespace\nUsage: kubectl profile list [flags] [options]\nSee 'kubectl profile list --help' for usage.\n",
    );
}

#[test]
fn what_only_the_command_finds_wrong_says_where_to_read_on() {
    says(
        "switch shop-aws hello-aws -f .",
        "error: \"hello-aws\" names no version\nhint: if it is a profile, write it like hello-aws@1.1.0\nhint: if it is a cluster, PROFILE@VERSION is missing behind it, such as hello-aws@1.1.0\nSee 'kubectl profile switch --help' for usage.\n",
    );
}

#[test]
fn the_last_of_a_flag_holds_as_with_kubectl() {
    let folder = Folder::hub();
    folder.run("list -o yaml -o json").exits(0).document("ProfileList");
    folder.run("list -o yaml -o json --color always --color never").exits(0).document("ProfileList");
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
fn a_version_that_is_forgotten_is_asked_for() {
    let folder = Folder::hub();
    for words in ["switch shop-aws hello-aws", "check shop-aws hello-aws"] {
        folder.refuses(&format!("{words} -f ."), 2, &["\"hello-aws\"", "hello-aws@1.1.0"]);
    }
    folder.refuses("switch shop-aws hello-aws@ -f .", 2, &["\"hello-aws@\""]);
}

#[test]
fn a_usage_error_does_not_drive_the_terminal() {
    let folder = Folder::empty();
    for word in ["--\u{1b}[2J", "-\u{1b}", "\u{1b}[2J", "--output=\u{1b}[2J", "--\u{202e}x", "--a\nerror: b"] {
        let mut command = folder.command("list");
        let ran = Ran::of("list ESC", command.arg(word)).exits(2).prints("");
        ran.hides("\u{1b}").hides("\u{202e}").hides("\nerror: b");
        let mut command = folder.command("");
        Ran::of("ESC", command.arg(word)).exits(2).prints("").hides("\u{1b}").hides("\u{202e}").hides("\nerror: b");
    }
    let mut command = folder.command("list -n");
    Ran::of("list -n BYTES", command.arg(OsStr::from_bytes(b"\xff"))).exits(2).prints("").tells("error: ");
}
