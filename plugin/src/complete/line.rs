//! The words of a command line, walked along the tree of commands and flags up to the one that is being typed.

use clap::{Arg, ArgAction, Command};

/// What stands on the line before the cursor, and what is being typed there.
#[derive(Debug)]
pub(super) struct Line<'c> {
    /// The command that the line begins with.
    pub(super) root: &'c Command,
    /// The command that the words lead to.
    pub(super) command: &'c Command,
    /// The flags that were given, with their values.
    pub(super) given: Vec<(&'c Arg, Option<String>)>,
    /// The other words behind the command.
    pub(super) words: Vec<String>,
    /// What is being typed.
    pub(super) place: Place<'c>,
    /// What of the word is not to be completed, and has to stand before every candidate.
    pub(super) lead: String,
    /// What is typed so far.
    pub(super) typed: String,
}

/// What is being typed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'c> {
    /// The name of a flag.
    Flag,
    /// The value of a flag.
    Value(&'c Arg),
    /// A subcommand, or a word that the command takes.
    Word,
}

impl<'c> Line<'c> {
    /// Walks `words`, of which the last one is being typed, from `root`, which is built.
    pub(super) fn walk(root: &'c Command, words: &[String]) -> Self {
        let (typed, before) = words.split_last().map_or(("", words), |(last, before)| (last.as_str(), before));
        let mut line = Self {
            root,
            command: root,
            given: Vec::new(),
            words: Vec::new(),
            place: Place::Word,
            lead: String::new(),
            typed: typed.to_owned(),
        };
        let mut expects = None;
        let mut only_words = false;
        for word in before {
            if let Some(arg) = expects.take() {
                line.given.push((arg, Some(word.clone())));
            } else if only_words {
                line.words.push(word.clone());
            } else if word == "--" {
                only_words = true;
            } else if is_flag(word) {
                expects = line.take_flag(word);
            } else {
                line.take_word(word);
            }
        }
        line.place(expects, only_words);
        line
    }

    /// The argument that the word in the place of the cursor belongs to.
    pub(super) fn positional(&self) -> Option<&'c Arg> {
        let all: Vec<_> = self.command.get_positionals().collect();
        let last = all.last().copied();
        let takes_many =
            |arg: &&Arg| arg.get_num_args().is_none_or(|it| it.max_values() > self.words.len() + 1 - all.len());
        all.get(self.words.len()).copied().or_else(|| last.filter(|arg| is_list(arg)).filter(takes_many))
    }

    /// Takes a whole word of flags. The flag whose value is still to come, if any.
    fn take_flag(&mut self, word: &str) -> Option<&'c Arg> {
        if let Some(name) = word.strip_prefix("--") {
            let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
            let arg = long(self.command, name)?;
            if takes_next(arg) && value.is_none() {
                return Some(arg);
            }
            self.given.push((arg, value.map(str::to_owned)));
            return None;
        }
        let (arg, lead) = self.shorts(word)?;
        let value = &word[lead..];
        if value.is_empty() && !word.ends_with('=') && takes_next(arg) {
            return Some(arg);
        }
        self.given.push((arg, Some(value.to_owned())));
        None
    }

    /// Takes the flags of a word such as `-Ayn`. The one at its end that takes a value, and where in the word that begins.
    fn shorts(&mut self, word: &str) -> Option<(&'c Arg, usize)> {
        for (at, letter) in word.char_indices().skip(1) {
            let arg = self.command.get_arguments().find(|it| it.get_short() == Some(letter))?;
            if takes_value(arg) {
                let value = at + letter.len_utf8();
                return Some((arg, value + usize::from(word[value..].starts_with('='))));
            }
            self.given.push((arg, None));
        }
        None
    }

    fn take_word(&mut self, word: &str) {
        match self.command.find_subcommand(word).filter(|_| self.words.is_empty()) {
            Some(command) => self.command = command,
            None => self.words.push(word.to_owned()),
        }
    }

    /// Tells what is being typed.
    fn place(&mut self, expects: Option<&'c Arg>, only_words: bool) {
        if let Some(arg) = expects {
            self.place = Place::Value(arg);
        } else if !only_words && self.typed.starts_with('-') {
            self.place_flag();
        }
        if let Place::Value(arg) = self.place
            && let Some(delimiter) = arg.get_value_delimiter()
            && let Some(at) = self.typed.rfind(delimiter)
        {
            let rest = self.typed.split_off(at + delimiter.len_utf8());
            self.lead.push_str(&self.typed);
            self.typed = rest;
        }
    }

    fn place_flag(&mut self) {
        self.place = Place::Flag;
        let typed = self.typed.clone();
        if let Some(name) = typed.strip_prefix("--") {
            let Some((name, value)) = name.split_once('=') else { return };
            // Shells hand over what stands behind the sign, and put the name of the flag before it again themselves.
            self.typed = value.to_owned();
            match long(self.command, name).filter(|arg| takes_value(arg)) {
                Some(arg) => self.place = Place::Value(arg),
                None => self.typed = typed,
            }
            return;
        }
        let count = self.given.len();
        match self.shorts(&typed) {
            Some((arg, at)) if at < typed.len() || typed.ends_with('=') => {
                self.place = Place::Value(arg);
                self.typed = typed[at..].to_owned();
                self.lead = if typed[..at].ends_with('=') { String::new() } else { typed[..at].to_owned() };
            }
            // The letters may be the beginning of another word, and say nothing yet.
            _ => self.given.truncate(count),
        }
    }
}

fn is_flag(word: &str) -> bool {
    word.len() > 1 && word.starts_with('-')
}

fn long<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    let is_called = |arg: &&Arg| {
        arg.get_long() == Some(name) || arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
    };
    command.get_arguments().find(is_called)
}

/// Whether a flag takes a value at all.
pub(super) fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

/// Whether the value of a flag may be a word of its own.
fn takes_next(arg: &Arg) -> bool {
    takes_value(arg) && !arg.is_require_equals_set()
}

/// Whether an argument may be given several times.
pub(super) fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append | ArgAction::Count)
        || arg.get_num_args().is_some_and(|it| it.max_values() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn root() -> Command {
        let mut root = cli::command();
        root.build();
        root
    }

    /// The command, the words, the place, the lead and what is typed.
    fn walk(text: &str) -> (String, Vec<String>, String, String, String) {
        let root = root();
        let line = Line::walk(&root, &words(text));
        let place = match line.place {
            Place::Flag => "flag".to_owned(),
            Place::Value(arg) => format!("value of {}", arg.get_long().unwrap_or_default()),
            Place::Word => "word".to_owned(),
        };
        (line.command.get_name().to_owned(), line.words, place, line.lead, line.typed)
    }

    fn check(text: &str, command: &str, before: &[&str], place: &str, lead: &str, typed: &str) {
        let before = before.iter().map(|it| (*it).to_owned()).collect();
        let expected = (command.into(), before, place.into(), lead.into(), typed.into());
        assert_eq!(walk(text), expected, "{text}");
    }

    #[test]
    fn words_lead_to_a_command_and_to_what_it_takes() {
        check("", "kubectl-profile", &[], "word", "", "");
        check("swi", "kubectl-profile", &[], "word", "", "swi");
        check("switch ", "switch", &[], "word", "", "");
        check("switch list ", "switch", &["list"], "word", "", "");
        check("-n list switch a b", "switch", &["a"], "word", "", "b");
        check("switch -- -n", "switch", &[], "word", "", "-n");
        check("help swi", "help", &[], "word", "", "swi");
    }

    #[test]
    fn a_flag_waits_for_its_value_or_holds_it() {
        check("list -n ", "list", &[], "value of namespace", "", "");
        check("list -n=a", "list", &[], "value of namespace", "", "a");
        check("list -na", "list", &[], "value of namespace", "-n", "a");
        check("list -An", "list", &[], "flag", "", "-An");
        check("list -Ana", "list", &[], "value of namespace", "-An", "a");
        check("list --namespace=a", "list", &[], "value of namespace", "", "a");
        check("list --namespace a", "list", &[], "value of namespace", "", "a");
        check("list --names", "list", &[], "flag", "", "--names");
        check("status --contexts=a,b", "status", &[], "value of contexts", "a,", "b");
    }

    #[test]
    fn a_flag_that_wants_its_value_behind_the_sign_takes_no_word() {
        check("switch --dry-run a", "switch", &[], "word", "", "a");
        check("switch --dry-run=s", "switch", &[], "value of dry-run", "", "s");
        check("switch --wait a", "switch", &[], "word", "", "a");
    }

    #[test]
    fn what_was_given_is_kept() {
        let root = root();
        let line = Line::walk(&root, &words("list -n a --context=c -A -f x "));
        let given: Vec<_> = line.given.iter().map(|(arg, value)| (arg.get_long().unwrap(), value.as_deref())).collect();
        assert_eq!(
            given,
            [("namespace", Some("a")), ("context", Some("c")), ("all-namespaces", None), ("filename", Some("x"))]
        );
    }

    #[test]
    fn unknown_flags_are_passed_over() {
        check("list --nope=x -Q a", "list", &[], "word", "", "a");
    }
}
