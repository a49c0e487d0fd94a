//! Flags without a value that are given one: kubectl takes `--wait=true` and `--wait=false` as well.

use std::ffi::OsString;

use clap::{ArgAction, Command};

/// The same command line in the words that clap takes: the flag alone where it is true, nothing where it is false.
pub(crate) fn plain(args: Vec<OsString>, root: impl FnOnce() -> Command) -> Vec<OsString> {
    let is_given = |word: &OsString| word.to_str().and_then(given).is_some();
    if !args.iter().any(is_given) {
        return args;
    }
    let root = root();
    let mut plain: Vec<OsString> = Vec::new();
    let mut words = args.into_iter();
    while let Some(word) = words.next() {
        match word.to_str().and_then(given).filter(|(flag, _)| is_switch(&root, flag)) {
            Some((flag, true)) => plain.push(flag.into()),
            // The last one holds: what stood before it is over.
            Some((flag, false)) => plain.retain(|before| before != flag),
            None if word == "--" => {
                plain.push(word);
                plain.extend(words.by_ref());
            }
            None => plain.push(word),
        }
    }
    plain
}

/// A flag with a value that is true or false, in the words of kubectl's own reader.
fn given(word: &str) -> Option<(&str, bool)> {
    let (flag, value) =
        word.split_once('=').filter(|(flag, _)| flag.starts_with("--") || flag.len() == 2 && flag.starts_with('-'))?;
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some((flag, true)),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some((flag, false)),
        _ => None,
    }
}

/// Whether no command takes a value after this flag, and one takes it.
fn is_switch(root: &Command, flag: &str) -> bool {
    let commands = [root].into_iter().chain(root.get_subcommands());
    let args = commands.flat_map(Command::get_arguments);
    let short = flag.strip_prefix('-').and_then(|it| it.chars().next()).filter(|_| !flag.starts_with("--"));
    let is_named = |arg: &&clap::Arg| match short {
        Some(letter) => arg.get_short() == Some(letter),
        None => arg.get_long() == flag.strip_prefix("--"),
    };
    let mut named = args.filter(is_named).peekable();
    named.peek().is_some() && named.all(|arg| matches!(arg.get_action(), ArgAction::SetTrue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> String {
        let args = line.split(' ').map(OsString::from).collect();
        let words: Vec<_> = plain(args, crate::cli::command).into_iter().map(|it| it.into_string().unwrap()).collect();
        words.join(" ")
    }

    #[test]
    fn a_switch_takes_true_and_false() {
        assert_eq!(words("x switch a@1 --wait=true --yes=false"), "x switch a@1 --wait");
        assert_eq!(words("x switch a@1 --wait=1 --wait=F"), "x switch a@1");
        assert_eq!(words("x status -A=true -w=false -w"), "x status -A -w");
        assert_eq!(words("x list --all-namespaces=True"), "x list --all-namespaces");
    }

    #[test]
    fn what_takes_a_value_keeps_it() {
        for line in ["x override p --set=true", "x list --nope=true", "x list -- --wait=true", "x switch a@1 --wait=x"]
        {
            assert_eq!(words(line), line);
        }
    }
}
