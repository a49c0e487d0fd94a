//! The help: which commands it lists, what each help holds, by which name it calls the plugin, and a reader that has gone.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use profile_tests::binaries;

use crate::folder::{Folder, Ran};

/// The commands that are meant to be seen, with their examples.
fn commands() -> BTreeMap<String, Vec<(String, String)>> {
    let root = kubectl_profile::command();
    let shown = root.get_subcommands().filter(|it| !it.is_hide_set());
    shown.map(|it| (it.get_name().to_owned(), examples(it))).collect()
}

/// The examples of a command, each a comment and a line to type.
fn examples(command: &clap::Command) -> Vec<(String, String)> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let Some(text) = text.strip_prefix("Examples:\n") else { return Vec::new() };
    let pair = |example: &str| {
        let (comment, line) = example.split_once('\n').unwrap();
        (comment.strip_prefix("  # ").unwrap().to_owned(), line.strip_prefix("  ").unwrap().to_owned())
    };
    text.split("\n\n").map(pair).collect()
}

/// The words of an example, up to where the shell goes on with them.
fn words(line: &str) -> Vec<String> {
    let words = shlex::split(line).unwrap();
    assert_eq!(words[..2], ["kubectl", "profile"], "{line}");
    words[2..].iter().take_while(|word| !["|", ">"].contains(&word.as_str())).cloned().collect()
}

#[test]
fn every_command_is_in_one_group_of_the_help() {
    let help = Folder::empty().run_exactly("--help").exits(0).stdout.clone();
    let lines = || help.lines().take_while(|line| *line != "Exit Codes:");
    let titles: Vec<_> = lines().filter(|line| line.ends_with(" Commands:")).collect();
    assert_eq!(titles, ["View Commands:", "Change Commands:", "Clean Up Commands:", "Administer Commands:"]);
    let listed = lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let mut listed: Vec<_> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    listed.sort_unstable();
    let all = commands();
    assert_eq!(listed, all.keys().map(String::as_str).collect::<Vec<_>>(), "a command is in no group, or in two");
}

#[test]
fn every_command_has_help_in_the_order_of_kubectl() {
    let folder = Folder::empty();
    for command in commands().keys() {
        let ran = folder.run_exactly(&format!("{command} --help")).exits(0);
        let parts = [
            "Examples:\n  # ",
            "Options:\n    ",
            &format!("\nUsage:\n  kubectl profile {command}"),
            "\nUse \"kubectl profile options\" for a list of global command-line options",
        ];
        let found = parts.map(|part| ran.stdout.find(part).unwrap_or_else(|| panic!("{command} lacks {part:?}")));
        assert!(found.is_sorted(), "{command}: {found:?}");
        ran.hides("--kubeconfig=").hides("\u{1b}");
        for same in [format!("{command} -h"), format!("help {command}"), format!("-n x {command} --help")] {
            folder.run_exactly(&same).exits(0).prints(&ran.stdout);
        }
    }
}

#[test]
fn every_example_is_a_command_line_that_is_understood() {
    let understood = |words: &[String]| {
        let args = ["kubectl-profile".to_owned()].into_iter().chain(words.iter().cloned());
        kubectl_profile::command().try_get_matches_from(args).err().map(|error| error.to_string())
    };
    for (command, examples) in commands() {
        assert!(examples.len() >= 2, "{command} has {} examples", examples.len());
        for (comment, line) in examples {
            let words = words(&line);
            assert_eq!(words[0], command, "{line}");
            assert!(comment.starts_with(char::is_uppercase) && !comment.ends_with('.'), "{comment}");
            assert_eq!(understood(&words), None, "{line}");
        }
    }
    assert!(understood(&["list".to_owned(), "--nope".to_owned()]).is_some());
}

#[test]
fn examples_that_read_files_work_on_the_sample() {
    const READING: [&str; 7] = ["list", "show", "diff", "check", "overrides", "history", "status"];
    let mut count = 0;
    for (command, examples) in commands() {
        for (_, line) in examples {
            let mut words = words(&line);
            let is_read = READING.contains(&command.as_str()) || words.iter().any(|it| it == "--dry-run");
            let is_elsewhere =
                |word: &String| ["palette", "-l", "-A", "--wait", "plan.json", "completion"].contains(&word.as_str());
            // The sample has no revision to go back to.
            if !is_read || words.iter().any(is_elsewhere) || ["rollback", "scale-down"].contains(&command.as_str()) {
                continue;
            }
            if !words.contains(&"-f".to_owned()) {
                words.extend(["-f".to_owned(), ".".to_owned()]);
            }
            let folder = Folder::hub();
            let ran = Ran::of(&line, folder.command("").args(&words));
            assert!([Some(0), Some(1)].contains(&ran.code), "{line}\n{}", *ran);
            count += 1;
        }
    }
    assert!(count >= 12, "only {count} examples were run");
}

#[test]
fn help_needs_no_command_as_with_kubectl() {
    let folder = Folder::empty();
    let help = folder.run_exactly("--help").exits(0).stdout.clone();
    for words in ["", "-h", "help", "help help", "-n x", "--color never"] {
        let ran = folder.run_exactly(words).exits(0).prints(&help);
        assert_eq!(ran.stderr, "", "{words}");
    }
}

#[test]
fn help_names_the_exit_codes() {
    let ran = Folder::empty().run_exactly("--help").exits(0);
    for line in ["  0    done", "  4    refused", "  6    a decision is needed", "  130  interrupted"] {
        ran.shows(line);
    }
}

#[test]
fn options_lists_the_flags_of_every_command_and_no_other() {
    let folder = Folder::empty();
    let ran = folder.run_exactly("options").exits(0);
    ran.shows("The following options can be passed to any command:\n\n");
    ran.shows("\n    -n, --namespace='':\n\t").shows("\n    --kubeconfig='':\n\t").hides("--dry-run").hides("--help");
    folder.run_exactly("options --help").exits(0).prints(&ran.stdout);
}

#[test]
fn the_help_is_as_wide_as_the_terminal() {
    let folder = Folder::empty();
    let mut command = folder.command("--help");
    let ran = Ran::of("--help", command.env("COLUMNS", "60")).exits(0);
    // What tells where to look for more stands on one line, to be copied.
    let wide: Vec<_> =
        ran.stdout.lines().filter(|line| line.chars().count() > 60 && !line.starts_with("Use ")).collect();
    assert_eq!(wide, Vec::<&str>::new());
}

#[test]
fn the_version_needs_no_cluster() {
    let folder = Folder::empty();
    folder.run_exactly("version").exits(0).prints(&format!("kubectl-profile {}\n", env!("CARGO_PKG_VERSION")));
    let document = folder.run_exactly("version -o json").exits(0).document("Version");
    assert_eq!(document["version"], env!("CARGO_PKG_VERSION"));
}

/// The plugin under another name, as krew or a user may install it.
fn named(folder: &Folder, name: &str, words: &str) -> Ran {
    let link = folder.path(name);
    if !link.exists() {
        symlink(binaries::kubectl_profile().unwrap(), &link).unwrap();
    }
    let mut command = Command::new(link);
    folder.hermetic(command.args(words.split_whitespace()));
    Ran::of(words, &mut command)
}

#[test]
fn texts_follow_the_name_that_it_was_called_by() {
    let folder = Folder::hub();
    let other = "kubectl-spectro_profile";
    let top = named(&folder, other, "--help").exits(0);
    top.shows("\nUsage:\n  kubectl spectro-profile [flags]").shows("\"kubectl spectro-profile options\"");
    let help = named(&folder, other, "switch --help").exits(0);
    help.shows("  kubectl spectro-profile switch shop-aws hello-aws@1.1.0 --dry-run\n");
    help.shows("  kubectl spectro-profile switch [CLUSTER] PROFILE@VERSION");
    for ran in [&top, &help, &named(&folder, other, "options").exits(0), &named(&folder, other, "lst").exits(2)] {
        ran.hides("kubectl profile");
    }
    let usage = named(&folder, other, "list --nope").exits(2);
    usage.tells("See 'kubectl spectro-profile list --help' for usage.");
    // A hint of an error that is none of the command line's.
    fs::write(folder.path("plan.json"), "{}").unwrap();
    let hint = named(&folder, other, "apply plan.json -f .").exits(2);
    hint.tells("`kubectl spectro-profile switch --save-plan FILE`").hides("kubectl profile");
    // A document says the same under every name.
    let document = named(&folder, other, "list -f . -o json").exits(0).stdout.clone();
    assert_eq!(named(&folder, "kubectl-profile", "list -f . -o json").exits(0).stdout, document);
    for usual in ["kubectl-profile", "whatever", "kubectl_profile"] {
        named(&folder, usual, "lst").exits(2).tells("for \"kubectl profile\"");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let folder = Folder::empty();
    for words in ["--help", "options", "switch --help", "help switch", "--version"] {
        let mut command = folder.command(words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may have written all of it already: then there is nothing to fail.
        drop(child.stdout.take());
        let mut told = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut told).unwrap();
        assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(0), ""), "{words}");
    }
    // Nor is one of what is wrong, which nobody hears then.
    let mut command = folder.command("lst");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}
