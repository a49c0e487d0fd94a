//! A person at a pseudo-terminal, who reads the screen and types.

use std::path::Path;

use profile_tests::screen::Screen;

use crate::world::{DEADLINE, World};

/// The question before every write.
pub(crate) const QUESTION: &str = "Do you want to continue? (y/N): ";

/// The plugin on a pseudo-terminal.
pub(crate) struct Terminal<'a> {
    world: &'a World,
    screen: Screen,
}

impl<'a> Terminal<'a> {
    /// Runs `kubectl-profile WORDS` in the world's namespace.
    pub(crate) fn run(world: &'a World, kubeconfig: &Path, words: &str) -> Self {
        Self::run_with(world, kubeconfig, words, &[])
    }

    /// The same with more of an environment.
    pub(crate) fn run_with(world: &'a World, kubeconfig: &Path, words: &str, environment: &[(&str, &str)]) -> Self {
        let plugin = world.sandbox.plugin_command();
        let line = format!("\"$PLUGIN\" {words} -n {}", world.namespace);
        let screen = Screen::run(&line, |command| {
            command.env("PLUGIN", plugin.get_program()).env("KUBECONFIG", kubeconfig);
            command.env("NO_COLOR", "1").envs(environment.iter().copied());
        });
        Self { world, screen }
    }

    /// Waits until the question before a write was asked so often, then types a line.
    pub(crate) fn answer(&mut self, times: usize, line: &str) {
        self.answer_to(QUESTION, times, line);
    }

    /// Waits until a text was on the screen so often, then types a line.
    pub(crate) fn answer_to(&mut self, text: &str, times: usize, line: &str) {
        self.seen(text, times);
        self.screen.types(&format!("{line}\n"));
    }

    /// Waits until a text was on the screen so often.
    pub(crate) fn seen(&self, text: &str, times: usize) {
        let seen = self.world.sandbox.wait_until(text, DEADLINE, || {
            let screen = self.screen.shown();
            if screen.matches(text).count() == times { Ok(()) } else { Err(screen) }
        });
        seen.unwrap();
    }

    /// The exit code and everything that was on the screen.
    pub(crate) fn finish(self) -> (Option<i32>, String) {
        let (status, screen) = self.screen.ends();
        (status.code(), screen)
    }
}
