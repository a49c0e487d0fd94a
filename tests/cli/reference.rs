//! The command reference: generated from the help itself, committed, and never stale.

use std::{fs, path::Path};

use crate::folder::Folder;

/// The commands that the top-level help lists, so that none can be forgotten. `help` itself says nothing of its own.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // What is indented further goes on with the line above.
    let words = lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    words.filter_map(|line| line.split_whitespace().next()).filter(|word| *word != "help").map(str::to_owned).collect()
}

#[test]
fn the_committed_reference_is_what_the_help_says() {
    let folder = Folder::empty();
    let help = |words: &str| folder.run_exactly(words).exits(0).stdout.clone();
    let top = help("--help");
    let commands = commands(&top);
    assert!(commands.len() >= 16, "the commands of the top-level help were not found: {commands:?}");
    let sections =
        commands.iter().map(|command| (format!("kubectl profile {command}"), help(&format!("{command} --help"))));
    let sections = [("kubectl profile".to_owned(), top.clone())].into_iter().chain(sections);
    let text: String =
        sections.map(|(title, help)| format!("## {title}\n\n```text\n{}\n```\n\n", help.trim_end())).collect();
    let text = format!(
        "# Command reference\n\nGenerated from the help: `just generate` writes it anew.\n\n{}\n",
        text.trim_end()
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference.md");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "docs/reference.md is stale: run `just generate`, or UPDATE_GENERATED=1 cargo test -p profile-tests --test cli -- reference"
    );
}
