//! Shows what is waited for: a moving line for each thing on a terminal, else a line whenever something changes.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::escape;

/// How often a moving line moves.
const TICK: Duration = Duration::from_millis(120);

/// What is waited for, by name.
pub(crate) struct Progress {
    /// The moving lines, where stderr is a terminal.
    terminal: Option<MultiProgress>,
    bars: BTreeMap<String, ProgressBar>,
    told: Vec<(String, String)>,
    is_silent: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        let terminal = io::stderr().is_terminal().then(MultiProgress::new);
        Self { terminal, bars: BTreeMap::new(), told: Vec::new(), is_silent: false }
    }

    /// One that tells nobody.
    pub(super) fn silent() -> Self {
        Self { terminal: None, bars: BTreeMap::new(), told: Vec::new(), is_silent: true }
    }

    /// Tells how many of many are done: a moving line on a terminal, and nothing elsewhere.
    pub(crate) fn count(&mut self, done: usize, all: usize, what: &str) {
        if self.terminal.is_some() {
            let line = format!("{done} of {all} {what}");
            self.tell(if done < all { vec![(what.to_owned(), line)] } else { Vec::new() });
        }
    }

    /// Tells what is still waited for: a name and a line each. What is no longer among it is done.
    pub(crate) fn tell(&mut self, missing: Vec<(String, String)>) {
        if self.is_silent || missing == self.told {
            return;
        }
        if let Some(terminal) = &self.terminal {
            let is_missing = |name: &String| missing.iter().any(|(it, _)| it == name);
            self.bars.extract_if(.., |name, _| !is_missing(name)).for_each(|(_, bar)| bar.finish_and_clear());
            for (name, line) in &missing {
                let bar = self.bars.entry(name.clone()).or_insert_with(|| {
                    let bar = terminal.add(ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner()));
                    bar.enable_steady_tick(TICK);
                    bar
                });
                bar.set_message(escape::control(line).replace('\n', " "));
            }
        } else {
            for (_, line) in &missing {
                // A closed stderr is no reason to stop waiting.
                let _ = writeln!(io::stderr(), "{}", escape::control(line));
            }
        }
        self.told = missing;
    }
}

impl Drop for Progress {
    /// Leaves the terminal as it was.
    fn drop(&mut self) {
        self.bars.values().for_each(ProgressBar::finish_and_clear);
    }
}
