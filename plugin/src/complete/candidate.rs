//! What a shell is offered, written as kubectl reads it.

use serde::{Deserialize, Serialize};

use crate::output::escape;

/// What a shell is told to do with candidates; the bits are those of cobra, which kubectl is made of.
const NO_SPACE: u8 = 2;
const NO_FILES: u8 = 4;
const ONLY_FOLDERS: u8 = 16;
const KEEP_ORDER: u8 = 32;

/// How long a help text may be; a shell cuts it to the line anyway.
const LONGEST_HELP: usize = 160;

/// One word that may stand in the place of what is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Candidate {
    pub(super) value: String,
    /// One line about it; empty for none.
    pub(super) help: String,
    /// Whether more is to follow in the same word, so that no space may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_open: bool,
}

impl Candidate {
    pub(super) fn new(value: impl Into<String>, help: impl Into<String>) -> Self {
        Self { value: value.into(), help: help.into(), is_open: false }
    }

    /// The same with more to follow.
    pub(super) fn open(self) -> Self {
        Self { is_open: true, ..self }
    }
}

/// Which names of files the shell offers itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Files {
    #[default]
    None,
    All,
    Folders,
}

/// What is offered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) candidates: Vec<Candidate>,
    pub(super) files: Files,
    /// Whether the order says something, and is not to be that of the alphabet.
    pub(super) is_ordered: bool,
}

impl Answer {
    /// Those of `candidates` that start with what is typed, behind `lead`, which stands in the same word already.
    pub(super) fn matching(candidates: Vec<Candidate>, lead: &str, typed: &str) -> Self {
        let candidates = candidates.into_iter().filter(|it| it.value.starts_with(typed));
        let candidates = candidates.map(|it| Candidate { value: format!("{lead}{}", it.value), ..it }).collect();
        Self { candidates, ..Self::default() }
    }

    /// `VALUE<TAB>HELP` a line, and a last line that says what the shell is to do with them.
    pub(super) fn text(&self) -> String {
        // A shell takes nothing but the names of folders or files then, and reads candidates as their endings.
        let candidates = if self.files == Files::Folders { &[] } else { self.candidates.as_slice() };
        let mut lines: String = candidates.iter().filter_map(line).collect();
        let is_open = !candidates.is_empty() && candidates.iter().all(|it| it.is_open);
        let bits = match self.files {
            Files::None => NO_FILES,
            Files::All => 0,
            Files::Folders => ONLY_FOLDERS,
        };
        let bits = bits | if is_open { NO_SPACE } else { 0 } | if self.is_ordered { KEEP_ORDER } else { 0 };
        lines.push_str(&format!(":{bits}\n"));
        lines
    }
}

/// A candidate on its line; none where its value cannot stand on one.
fn line(candidate: &Candidate) -> Option<String> {
    let Candidate { value, help, .. } = candidate;
    // A line break or a tab would be read as the end of it, and whatever drives a terminal has no place on a command line.
    if value.is_empty() || value.contains(char::is_control) || !escape::is_harmless(value) {
        return None;
    }
    let help: String = escape::control(help).split_whitespace().collect::<Vec<_>>().join(" ");
    let help = match help.char_indices().nth(LONGEST_HELP) {
        Some((at, _)) => format!("{}…", &help[..at]),
        None => help,
    };
    Some(if help.is_empty() { format!("{value}\n") } else { format!("{value}\t{help}\n") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(candidates: &[Candidate]) -> String {
        Answer { candidates: candidates.to_vec(), ..Answer::default() }.text()
    }

    #[test]
    fn each_candidate_is_a_line_and_the_last_line_tells_what_to_do() {
        assert_eq!(text(&[]), ":4\n");
        assert_eq!(text(&[Candidate::new("a", "help"), Candidate::new("b", "")]), "a\thelp\nb\n:4\n");
        assert_eq!(Answer { files: Files::All, ..Answer::default() }.text(), ":0\n");
        assert_eq!(Answer { files: Files::Folders, ..Answer::default() }.text(), ":16\n");
        assert_eq!(Answer { is_ordered: true, ..Answer::default() }.text(), ":36\n");
    }

    #[test]
    fn no_space_follows_where_all_of_them_go_on() {
        assert_eq!(text(&[Candidate::new("a@", "").open()]), "a@\n:6\n");
        assert_eq!(text(&[Candidate::new("a@", "").open(), Candidate::new("b", "")]), "a@\nb\n:4\n");
    }

    #[test]
    fn what_would_break_a_line_or_drive_a_terminal_is_not_offered() {
        for value in ["", "a\nb", "a\tb", "\u{1b}[31mred", "a\u{202e}b"] {
            assert_eq!(text(&[Candidate::new(value, "help")]), ":4\n", "{value:?}");
        }
        assert_eq!(text(&[Candidate::new("a", "two\nlines\tand \u{1b}[31m")]), "a\ttwo lines and ^[[31m\n:4\n");
        assert!(text(&[Candidate::new("a", "x".repeat(500))]).len() < 200);
    }

    #[test]
    fn only_what_starts_as_typed_is_offered_behind_what_stands_there() {
        let all = vec![Candidate::new("one", ""), Candidate::new("two", "")];
        assert_eq!(Answer::matching(all, "zero,", "t").text(), "zero,two\n:4\n");
    }
}
