//! The command reference and the man pages: generated from the help itself, committed, and never stale.

use std::{collections::BTreeMap, fs, path::Path};

use crate::folder::Folder;

mod man;

/// The files of a folder by their names.
type Files = BTreeMap<String, String>;

/// What `--help` of each command prints, by its name; the plugin's own has none.
fn helps() -> Vec<(String, String)> {
    let folder = Folder::empty();
    let help = |words: &str| folder.run_exactly(words).exits(0).stdout.clone();
    let root = kubectl_profile::command();
    let commands = root.get_subcommands().filter(|it| !it.is_hide_set()).map(|it| it.get_name().to_owned());
    let each = commands.map(|name| (name.clone(), help(&format!("{name} --help"))));
    [(String::new(), help("--help"))].into_iter().chain(each).collect()
}

/// Holds the folder against what it should be, no more and no less; with UPDATE_GENERATED it is made so first.
#[track_caller]
fn is_kept(folder: &str, files: &Files) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(folder);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        // The first time there is none.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        files.iter().for_each(|(name, text)| fs::write(path.join(name), text).unwrap());
    }
    let mut stale = Vec::new();
    let mut committed = Files::new();
    for entry in fs::read_dir(&path).into_iter().flatten() {
        let path = entry.unwrap().path();
        committed.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap());
    }
    stale.extend(files.iter().filter(|(name, text)| committed.get(*name) != Some(*text)).map(|(name, _)| name));
    stale.extend(committed.keys().filter(|name| !files.contains_key(*name)));
    assert!(
        stale.is_empty(),
        "stale in docs/{folder}: {stale:?}: run `just generate`, or UPDATE_GENERATED=1 cargo test -p profile-tests --test cli -- reference"
    );
}

#[test]
fn the_committed_reference_is_what_the_help_says() {
    let block = |text: &str| format!("```text\n{}\n```\n", text.trim_end());
    let note = "Generated from the help: `just generate` writes it anew.";
    let mut files = Files::new();
    let mut index = String::new();
    for (name, help) in helps() {
        if name.is_empty() {
            index = format!("# Command reference\n\n{note}\n\n{}\n", block(&help));
            continue;
        }
        let about = help.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        index += &format!("- [kubectl profile {name}]({name}.md): {about}\n");
        files.insert(format!("{name}.md"), format!("# kubectl profile {name}\n\n{note}\n\n{}", block(&help)));
    }
    let options = Folder::empty().run_exactly("options").exits(0).stdout.clone();
    index += "- [kubectl profile options](options.md): the flags that every command takes\n";
    files.insert("options.md".to_owned(), format!("# kubectl profile options\n\n{note}\n\n{}", block(&options)));
    files.insert("README.md".to_owned(), index);
    is_kept("reference", &files);
}

#[test]
fn the_committed_man_pages_of_the_reference_are_what_the_command_line_says() {
    is_kept("man", &man::pages(&helps()));
}
