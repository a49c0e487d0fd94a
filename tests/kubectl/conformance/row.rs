//! One question to both, and what their answers have to do with each other.

use profile_sandbox::Run;
use profile_tests::threads;

use super::world::World;

/// What of two answers is to be the same.
#[derive(Clone, Copy)]
pub(super) enum Same {
    /// Both succeed and print the same bytes.
    Output,
    /// Both fail, and their first lines are the same.
    Words,
    /// Both fail, and their first lines start alike: `error:`, or `Error from server (REASON):`.
    Kind,
    /// What a function says of them.
    By(fn(&Run, &Run) -> bool),
}

/// A question, and how the answers are said to be.
#[derive(Clone)]
pub(super) struct Row {
    /// What it is about: a flag, a format, a kind of error.
    pub(super) what: &'static str,
    pub(super) kubectl: Vec<&'static str>,
    pub(super) plugin: Vec<&'static str>,
    pub(super) same: Same,
    /// Why the answers differ, where they do.
    pub(super) differs: Option<&'static str>,
}

impl Row {
    /// A question in the words of both, split at spaces.
    pub(super) fn new(what: &'static str, kubectl: &'static str, plugin: &'static str, same: Same) -> Self {
        let split = |words: &'static str| words.split(' ').filter(|it| !it.is_empty()).collect();
        Self { what, kubectl: split(kubectl), plugin: split(plugin), same, differs: None }
    }

    /// The same, said to differ.
    pub(super) fn differs(self, reason: &'static str) -> Self {
        Self { differs: Some(reason), ..self }
    }
}

/// A row with its answers.
pub(super) struct Asked {
    pub(super) row: Row,
    kubectl: Run,
    plugin: Run,
    /// Their first lines on stderr, without what is another one in each run.
    pub(super) said: (String, String),
}

/// Asks both, several rows at a time since kubectl is slow to start.
pub(super) fn ask_all(world: &World, rows: &[Row]) -> Vec<Asked> {
    threads::each(rows, |row| ask(world, row))
}

fn ask(world: &World, row: &Row) -> Asked {
    let (kubectl, plugin) = (world.kubectl(&row.kubectl), world.plugin(&row.plugin));
    let said = (first_line(&world.plain(&kubectl.stderr)), first_line(&world.plain(&plugin.stderr)));
    Asked { row: row.clone(), kubectl, plugin, said }
}

fn first_line(text: &str) -> String {
    // What client-go logs of its own is no answer; such a line starts with its level, the date and the time.
    let is_log = |line: &&str| {
        let mut letters = line.chars();
        matches!(letters.next(), Some('E' | 'W' | 'I')) && letters.next().is_some_and(|it| it.is_ascii_digit())
    };
    text.lines().find(|line| !is_log(line) && !line.is_empty()).unwrap_or_default().to_owned()
}

/// How an error starts, up to what it is about.
fn kind(line: &str) -> &str {
    line.split_once(": ").map_or(line, |(kind, _)| kind)
}

impl Asked {
    pub(super) fn is_same(&self) -> bool {
        let both_fail = !self.kubectl.is_success() && !self.plugin.is_success();
        match self.row.same {
            Same::Output => {
                self.kubectl.is_success() && self.plugin.is_success() && self.kubectl.stdout == self.plugin.stdout
            }
            Same::Words => both_fail && self.said.0 == self.said.1,
            Same::Kind => both_fail && kind(&self.said.0) == kind(&self.said.1),
            Same::By(same) => same(&self.kubectl, &self.plugin),
        }
    }

    /// Whether the same is not meant to the letter.
    pub(super) fn is_alike(&self) -> bool {
        matches!(self.row.same, Same::By(_))
    }

    /// Whether both fail, so that their words are of interest.
    pub(super) fn is_error(&self) -> bool {
        !self.kubectl.is_success() && !self.plugin.is_success()
    }

    /// What is wrong where the answers are not as they are said to be.
    pub(super) fn objection(&self) -> Option<String> {
        let claim = match (self.is_same(), self.row.differs) {
            (true, None) | (false, Some(_)) => return None,
            (false, None) => "is not the same",
            (true, Some(_)) => "does not differ any more",
        };
        let Self { row, kubectl, plugin, .. } = self;
        Some(format!(
            "== {} {claim}\n$ kubectl {:?}\n{kubectl}$ kubectl profile {:?}\n{plugin}",
            row.what, row.kubectl, row.plugin
        ))
    }
}
