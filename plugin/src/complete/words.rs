//! From a line to what is offered for its last word.

use std::time::Instant;

use clap::{Arg, Command};

use super::{
    asking,
    candidate::{Answer, Candidate, Files},
    flags,
    line::{Line, Place, takes_value},
    paths,
    question::{Inquiry, Question},
    wanted::{self, Wanted},
};

/// What is offered for the last of `words`.
pub(super) fn answer(mut root: Command, words: &[String], started: Instant) -> Answer {
    root.build();
    let (words, before) = joined(words);
    let mut answer = of_line(&Line::walk(&root, &words), started);
    answer.candidates.retain_mut(|it| match it.value.get(before..) {
        Some(rest) => {
            it.value = rest.to_owned();
            true
        }
        None => false,
    });
    answer
}

fn of_line(line: &Line<'_>, started: Instant) -> Answer {
    let lead = line.lead.as_str();
    match line.place {
        Place::Flag => Answer::matching(flags::names(line), lead, &line.typed),
        Place::Value(arg) => of_argument(arg, line, started),
        Place::Word => {
            let commands = if line.words.is_empty() { flags::commands(line.command) } else { Vec::new() };
            match line.positional() {
                _ if !commands.is_empty() => Answer::matching(commands, lead, &line.typed),
                Some(arg) => of_argument(arg, line, started),
                None => Answer::default(),
            }
        }
    }
}

/// Some shells take `hello@1.0.0` for three words. Joins them, and tells how much of the last one stands before the word that the
/// shell completes.
fn joined(words: &[String]) -> (Vec<String>, usize) {
    let mut joined: Vec<String> = Vec::new();
    let (mut is_open, mut before) = (false, 0);
    for word in words {
        match joined.last_mut() {
            Some(last) if word == "@" || is_open => {
                before = last.len();
                last.push_str(word);
            }
            _ => {
                before = 0;
                joined.push(word.clone());
            }
        }
        is_open = word == "@";
    }
    (joined, before)
}

fn of_argument(arg: &Arg, line: &Line<'_>, started: Instant) -> Answer {
    let own = flags::possible_values(arg);
    if !own.is_empty() {
        return Answer::matching(own, &line.lead, &line.typed);
    }
    let wanted = wanted::of(arg);
    if wanted == [Wanted::Command] {
        return Answer::matching(flags::commands(line.root), &line.lead, &line.typed);
    }
    if is_complete(&wanted, line) {
        return Answer::default();
    }
    let files = match () {
        () if wanted.contains(&Wanted::File) => Files::All,
        () if wanted.contains(&Wanted::Folder) => Files::Folders,
        () => Files::None,
    };
    let asked = Asked::of(line);
    // A word that the help of an argument spells as it is to be typed.
    let literal = arg.get_value_names().unwrap_or_default().iter().flat_map(|it| it.split('|'));
    let literal = literal.filter(|it| !it.is_empty() && it.chars().all(|it| it.is_ascii_lowercase()));
    let literal: Vec<_> = literal.map(|it| Candidate::new(it, "")).collect();
    let questions = asked.questions(&wanted);
    if questions.is_empty() {
        return Answer { files, ..Answer::matching(literal, &line.lead, &line.typed) };
    }
    let is_path = wanted.iter().any(|it| matches!(it, Wanted::Assignment | Wanted::ValuePath));
    let inquiry = Inquiry { questions, typed: line.typed.clone(), flags: global_flags(line) };
    let Some(reply) = asking::ask(&inquiry, started) else {
        return Answer { files, ..Answer::matching(literal, &line.lead, &line.typed) };
    };
    let mut candidates = reply.candidates;
    if is_path {
        candidates = paths::next(&candidates, &line.typed, wanted.contains(&Wanted::Assignment));
    }
    if wanted == [Wanted::Attached] {
        candidates = candidates.into_iter().map(closed).collect();
    }
    candidates.retain(|it| !asked.is_named(&it.value));
    candidates.splice(0..0, literal);
    let is_ordered = inquiry.questions.get(reply.question).is_some_and(Question::is_ordered);
    let files = if candidates.is_empty() || wanted[0] == Wanted::File { files } else { Files::None };
    Answer { is_ordered, files, ..Answer::matching(candidates, &line.lead, &line.typed) }
}

/// Whether the version is there that ends the words of a command.
fn is_complete(wanted: &[Wanted], line: &Line<'_>) -> bool {
    let is_last = wanted.last() == Some(&Wanted::Version) && matches!(line.place, Place::Word);
    is_last && line.words.iter().any(|it| it.contains('@'))
}

/// A profile by its name alone.
fn closed(profile: Candidate) -> Candidate {
    Candidate { value: profile.value.trim_end_matches('@').to_owned(), is_open: false, ..profile }
}

/// The global flags that were given, in words that clap reads again.
fn global_flags(line: &Line<'_>) -> Vec<String> {
    let given = line.given.iter().filter(|(arg, _)| arg.is_global_set());
    given
        .filter_map(|(arg, value)| {
            let long = arg.get_long()?;
            match value {
                Some(value) if takes_value(arg) => Some(format!("--{long}={value}")),
                _ => Some(format!("--{long}")),
            }
        })
        .collect()
}

/// What the words before say about what is asked for.
struct Asked<'l> {
    line: &'l Line<'l>,
    /// The words behind the command that name clusters.
    clusters: Vec<&'l str>,
    /// Whether the command is about clusters at all.
    takes_clusters: bool,
}

impl<'l> Asked<'l> {
    fn of(line: &'l Line<'l>) -> Self {
        let takes_clusters = line.command.get_positionals().any(|it| wanted::of(it).contains(&Wanted::Cluster));
        let is_cluster = |word: &&str| takes_clusters && !word.contains(['@', '/', '=']);
        let words = line.words.iter().map(String::as_str);
        Self { line, clusters: words.take_while(is_cluster).collect(), takes_clusters }
    }

    /// Whether a word stands on the line already, and would say nothing more.
    fn is_named(&self, value: &str) -> bool {
        self.line.words.iter().any(|it| it == value)
    }

    fn cluster(&self) -> Option<String> {
        self.clusters.first().map(|it| (*it).to_owned())
    }

    /// What is to be found out, the likeliest first.
    fn questions(&self, wanted: &[Wanted]) -> Vec<Question> {
        let mut questions: Vec<_> = wanted.iter().filter_map(|it| self.question(*it, wanted)).collect();
        // Who has named a cluster goes on with what is done to it, and may name another.
        if matches!(self.line.place, Place::Word) && !self.clusters.is_empty() && wanted[0] == Wanted::Cluster {
            questions.rotate_left(1);
        }
        questions
    }

    fn question(&self, wanted: Wanted, beside: &[Wanted]) -> Option<Question> {
        let cluster = self.cluster();
        let typed = self.line.typed.as_str();
        // A cluster that is asked for beside a version is one that is to be switched to it.
        let of_cluster = beside.contains(&Wanted::Cluster);
        match wanted {
            Wanted::Own | Wanted::Command | Wanted::File | Wanted::Folder => None,
            Wanted::Context => Some(Question::Contexts),
            Wanted::Namespace => Some(Question::Namespaces),
            Wanted::KubeconfigCluster => Some(Question::KubeconfigClusters),
            Wanted::KubeconfigUser => Some(Question::KubeconfigUsers),
            Wanted::Cluster => (!typed.contains(['@', '/'])).then_some(Question::Clusters),
            Wanted::Version => Some(match typed.split_once('@') {
                Some((profile, _)) => Question::Versions { of_cluster, cluster, profile: profile.to_owned() },
                None => Question::Profiles { of_cluster, cluster },
            }),
            Wanted::AttachedVersion if self.takes_clusters => Some(Question::Attached { cluster }),
            Wanted::AttachedVersion => self.question(Wanted::Version, beside),
            Wanted::Attached => Some(Question::Profiles { of_cluster: true, cluster }),
            Wanted::Pack => Some(Question::Packs { cluster }),
            Wanted::Assignment | Wanted::ValuePath => {
                // The pack is the last of the words, and the only one where there is one cluster.
                let (pack, clusters) = self.line.words.split_last()?;
                Some(Question::Paths { cluster: clusters.first().cloned(), pack: pack.clone() })
            }
            Wanted::Workload if self.line.command.get_name() == SCALE_BACK => Some(Question::ScaledDown { cluster }),
            Wanted::Workload => Some(Question::Orphans { cluster }),
            Wanted::Revision => Some(Question::Revisions { cluster }),
        }
    }
}

/// The one command whose workloads are no orphans.
const SCALE_BACK: &str = "scale-back";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], expected: &[&str], before: usize) {
        let words: Vec<_> = words.iter().map(|it| (*it).to_owned()).collect();
        let expected: Vec<_> = expected.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(joined(&words), (expected, before));
    }

    #[test]
    fn a_version_that_a_shell_took_apart_is_one_word_again() {
        check(&["switch", "a@1"], &["switch", "a@1"], 0);
        check(&["switch", "a", "@"], &["switch", "a@"], 1);
        check(&["switch", "a", "@", "1."], &["switch", "a@1."], 2);
        check(&["switch", "a", "@", "1.0.0", "-"], &["switch", "a@1.0.0", "-"], 0);
    }

    fn asked(text: &str, wanted: &[Wanted]) -> Vec<Question> {
        let mut root = crate::cli::command();
        root.build();
        let words: Vec<_> = text.split(' ').map(str::to_owned).collect();
        let line = Line::walk(&root, &words);
        Asked::of(&line).questions(wanted)
    }

    #[test]
    fn who_has_named_a_cluster_is_asked_what_to_do_with_it() {
        let wanted = [Wanted::Cluster, Wanted::Version];
        let profiles =
            |cluster: Option<&str>| Question::Profiles { of_cluster: true, cluster: cluster.map(str::to_owned) };
        assert_eq!(asked("switch ", &wanted), [Question::Clusters, profiles(None)]);
        assert_eq!(asked("switch a ", &wanted), [profiles(Some("a")), Question::Clusters]);
        let (cluster, profile) = (Some("a".to_owned()), "p".to_owned());
        assert_eq!(asked("switch a p@1", &wanted), [Question::Versions { of_cluster: true, cluster, profile }]);
    }

    #[test]
    fn the_pack_of_a_path_is_the_last_word() {
        let path = |cluster: Option<&str>| Question::Paths { cluster: cluster.map(str::to_owned), pack: "p".into() };
        assert_eq!(asked("override a p --set ", &[Wanted::Assignment]), [path(Some("a"))]);
        assert_eq!(asked("override p --set ", &[Wanted::Assignment]), [path(None)]);
        assert_eq!(asked("override --set ", &[Wanted::Assignment]), []);
    }

    #[test]
    fn workloads_are_those_of_the_command() {
        assert!(matches!(asked("scale-down a d/", &[Wanted::Workload])[..], [Question::Orphans { .. }]));
        assert!(matches!(asked("scale-back a d/", &[Wanted::Workload])[..], [Question::ScaledDown { .. }]));
    }
}
