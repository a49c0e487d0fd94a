//! A person at a pseudo-terminal, who reads the screen and types.

use std::{
    io::{Read as _, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

use crate::world::{DEADLINE, World};

/// The question before every write.
pub(crate) const QUESTION: &str = "Do you want to continue? (y/N): ";

/// The plugin on a pseudo-terminal that `script` makes.
pub(crate) struct Terminal<'a> {
    world: &'a World,
    child: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl<'a> Terminal<'a> {
    /// Runs `kubectl-profile WORDS` in the world's namespace.
    pub(crate) fn run(world: &'a World, kubeconfig: &Path, words: &str) -> Self {
        Self::run_with(world, kubeconfig, words, &[])
    }

    /// The same with more of an environment.
    pub(crate) fn run_with(world: &'a World, kubeconfig: &Path, words: &str, environment: &[(&str, &str)]) -> Self {
        let plugin = world.sandbox.plugin_command();
        let mut command = Command::new("script");
        let line = format!("\"$PLUGIN\" {words} -n {}", world.namespace);
        command.args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"]);
        command.env("PLUGIN", plugin.get_program()).env("KUBECONFIG", kubeconfig).env("SHELL", "/bin/sh");
        command.env("NO_COLOR", "1").envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("script, of util-linux, makes the terminal");
        let (keyboard, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&screen);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                shown.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { world, child, keyboard, screen, reader }
    }

    /// Waits until the question before a write was asked so often, then types a line.
    pub(crate) fn answer(&mut self, times: usize, line: &str) {
        self.answer_to(QUESTION, times, line);
    }

    /// Waits until a text was on the screen so often, then types a line.
    pub(crate) fn answer_to(&mut self, text: &str, times: usize, line: &str) {
        self.seen(text, times);
        writeln!(self.keyboard, "{line}").unwrap();
    }

    /// Waits until a text was on the screen so often.
    pub(crate) fn seen(&self, text: &str, times: usize) {
        let seen = self.world.sandbox.wait_until(text, DEADLINE, || {
            let screen = self.screen.lock().unwrap().clone();
            if screen.matches(text).count() == times { Ok(()) } else { Err(screen) }
        });
        seen.unwrap();
    }

    /// The exit code and everything that was on the screen.
    pub(crate) fn finish(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        drop(self.keyboard);
        self.reader.join().unwrap();
        let screen = self.screen.lock().unwrap().replace('\r', "");
        (code, screen)
    }
}
