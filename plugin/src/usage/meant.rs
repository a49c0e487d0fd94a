//! The commands that may be meant by a word that is none.

use crate::nearest::nearest;

/// What users of kubectl and helm are used to type, and what it is called here.
const CALLED: [(&str, &[&str]); 29] = [
    ("get", &["list", "status"]),
    ("ls", &["list"]),
    ("versions", &["list"]),
    ("clusters", &["status"]),
    ("describe", &["show", "status"]),
    ("top", &["status"]),
    ("compare", &["diff"]),
    ("verify", &["check"]),
    ("validate", &["check"]),
    ("lint", &["check"]),
    ("logs", &["history"]),
    ("events", &["history"]),
    ("revisions", &["history"]),
    ("rollout", &["history", "rollback", "status"]),
    ("upgrade", &["switch"]),
    ("replace", &["switch"]),
    ("plan", &["switch", "apply"]),
    ("patch", &["override"]),
    ("edit", &["override"]),
    ("set", &["override"]),
    ("undo", &["rollback"]),
    ("revert", &["rollback"]),
    ("restore", &["rollback", "scale-back"]),
    ("create", &["new-version", "import"]),
    ("delete", &["detach"]),
    ("remove", &["detach"]),
    ("scale", &["scale-down", "scale-back"]),
    ("prune", &["orphans", "scale-down"]),
    ("clean", &["orphans", "scale-down"]),
];

/// Those of `names` that are meant by `word`, the likeliest first.
pub(super) fn commands<'n>(word: &str, names: &[&'n str]) -> Vec<&'n str> {
    let word = word.to_lowercase();
    let known = CALLED.iter().find(|(name, _)| *name == word).map_or(&[][..], |(_, meant)| meant);
    let called = known.iter().filter_map(|known| names.iter().copied().find(|name| name == known));
    // As with kubectl the beginning of a name is enough.
    let begun = names.iter().copied().filter(|name| !word.is_empty() && name.starts_with(&word));
    let near = nearest(&word, names);
    let all: Vec<_> = called.chain(begun).collect();
    let all = if all.is_empty() { near } else { all };
    let mut meant = Vec::new();
    for name in all {
        if !meant.contains(&name) {
            meant.push(name);
        }
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    fn meant(word: &str) -> Vec<String> {
        let root = cli::command();
        let names: Vec<_> = root.get_subcommands().map(clap::Command::get_name).collect();
        commands(word, &names).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_slip_and_a_beginning_find_the_command() {
        assert_eq!(meant("lst")[0], "list");
        assert_eq!(meant("SWITCH"), ["switch"]);
        assert_eq!(meant("hist"), ["history"]);
        assert!(meant("xyzzy").is_empty());
    }

    #[test]
    fn words_of_kubectl_find_ours() {
        assert_eq!(meant("get"), ["list", "status"]);
        assert_eq!(meant("undo"), ["rollback"]);
        assert_eq!(meant("scale"), ["scale-down", "scale-back"]);
    }

    #[test]
    fn every_command_that_a_word_stands_for_is_there_and_no_word_is_one() {
        let root = cli::command();
        let is_there = |name: &str| root.find_subcommand(name).is_some();
        for (word, meant) in CALLED {
            assert!(meant.iter().all(|name| is_there(name)), "{word}: {meant:?}");
            assert!(!is_there(word), "{word} is a command");
        }
    }
}
