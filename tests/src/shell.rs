//! A person at a real bash: types, presses TAB, and reads the screen.
//!
//! Everything waits for what the screen shows, and gives up with the whole screen after a deadline.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use crate::screen::Screen;

/// The key that completes.
pub const TAB: &str = "\t";

/// How long anything may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(20);
const PROMPT: &str = "ready> ";

/// The files of bash that offer completion functions, where packages install them.
const BASH_COMPLETION: [&str; 3] = [
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/share/bash-completion/bash_completion",
];

/// An interactive bash on a pseudo-terminal.
pub struct Shell {
    screen: Screen,
    /// What of the screen was there before the last keys.
    before: usize,
}

/// What a command line printed and its exit code.
#[derive(Debug)]
pub struct Answer {
    /// Both streams, as they came.
    pub screen: String,
    /// The exit code.
    pub code: i32,
}

impl Shell {
    /// Starts bash without anybody's configuration. `place` gives the directory and the environment to a command that has none
    /// but what it gives; PATH has to lead to `script`, `bash` and whatever is to be called.
    pub fn start(place: impl FnOnce(&mut Command)) -> Self {
        let screen = Screen::run("exec bash --noprofile --norc -i", |command| {
            place(command.env_clear());
            command.env("PS1", PROMPT).env("TERM", "dumb");
        });
        let mut shell = Self { screen, before: 0 };
        shell.sees(PROMPT);
        // Wide enough that no line is scrolled, and lists that come at once and whole.
        let settings = ["page-completions off", "completion-query-items 0", "show-all-if-ambiguous on"];
        let settings: String = settings.map(|it| format!("; bind 'set {it}'")).concat();
        assert_eq!(shell.run(&format!("stty cols 240 rows 60{settings}")).code, 0);
        shell
    }

    /// Loads the package bash-completion, which kubectl's own script is written for.
    pub fn load_completion(&mut self) {
        let file = BASH_COMPLETION.into_iter().find(|it| std::path::Path::new(it).is_file());
        let file = file.expect("the package bash-completion is not installed: `apt-get install bash-completion`");
        let answer = self.run(&format!("source {file}"));
        assert!(answer.code == 0 || self.run("declare -F _get_comp_words_by_ref").code == 0, "{answer:?}");
    }

    /// Types keys as they are: no line is ended that has no `\n`.
    pub fn types(&mut self, keys: &str) {
        self.before = self.screen.shown().len();
        self.screen.types(keys);
    }

    /// Waits until a text is on the screen, among what came since the last keys.
    #[track_caller]
    pub fn sees(&self, text: &str) {
        self.wait(text, |shown| shown.contains(text).then_some(()));
    }

    /// What the screen shows since the last keys.
    pub fn shown(&self) -> String {
        self.screen.shown()[self.before..].to_owned()
    }

    /// Throws the line away that is being typed.
    pub fn clears(&mut self) {
        // Ctrl-C: bash answers with a fresh prompt.
        self.types("\u{3}");
        self.sees(PROMPT);
    }

    /// Runs a line to its end.
    #[track_caller]
    pub fn run(&mut self, line: &str) -> Answer {
        // What is typed has no number where what is printed has one.
        self.types(&format!("{line}; echo \"<ended $?>\"\n"));
        let (screen, code) = self.wait(line, |shown| {
            let (screen, rest) = shown.rsplit_once("<ended ")?;
            let (code, rest) = rest.split_once('>')?;
            let code = code.parse().ok().filter(|_| rest.contains(PROMPT))?;
            let screen = screen.split_once("$?>\"\n").map_or(screen, |(_, printed)| printed);
            Some((screen.to_owned(), code))
        });
        Answer { screen, code }
    }

    /// Ends the shell, and gives everything that was ever on the screen.
    pub fn ends(mut self) -> String {
        self.screen.types("\u{3}\nexit\n");
        // Its terminal goes with the keyboard, however it is busy.
        self.screen.leaves();
        self.screen.ends().1
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, look: impl Fn(&str) -> Option<T>) -> T {
        let end = Instant::now() + DEADLINE;
        loop {
            let shown = self.shown();
            if let Some(seen) = look(&shown) {
                return seen;
            }
            assert!(Instant::now() < end, "waited {DEADLINE:?} for {what:?}; the screen shows:\n{shown}");
            std::thread::sleep(PAUSE);
        }
    }
}
