//! A person at a real bash: types, presses TAB, and reads the screen.
//!
//! Everything waits for what the screen shows, and gives up with the whole screen after a deadline.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

use std::{
    io::{Read as _, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

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

/// An interactive bash on a pseudo-terminal that `script`, of util-linux, makes.
pub struct Shell {
    child: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<String>>,
    /// What of the screen was there before the last keys.
    before: usize,
    reader: JoinHandle<()>,
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
        let mut command = Command::new("script");
        command.args(["--quiet", "--flush", "--return", "--command", "exec bash --noprofile --norc -i", "/dev/null"]);
        command.env_clear();
        place(&mut command);
        command.env("PS1", PROMPT).env("TERM", "dumb").env("SHELL", "/bin/sh");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("script, of util-linux, makes the terminal");
        let (keyboard, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&screen);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                // Carriage returns and bells move nothing that a test looks for.
                let text = String::from_utf8_lossy(&bytes[..count]).replace(['\r', '\u{7}'], "");
                shown.lock().unwrap().push_str(&text);
            }
        });
        let mut shell = Self { child, keyboard, screen, before: 0, reader };
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
        self.before = self.screen.lock().unwrap().len();
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits until a text is on the screen, among what came since the last keys.
    #[track_caller]
    pub fn sees(&self, text: &str) {
        self.wait(text, |shown| shown.contains(text).then_some(()));
    }

    /// What the screen shows since the last keys.
    pub fn shown(&self) -> String {
        self.screen.lock().unwrap()[self.before..].to_owned()
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
        // Its terminal goes with the keyboard, however it is busy.
        let _ = self.keyboard.write_all(b"\x03\nexit\n");
        drop(self.keyboard);
        self.child.wait().unwrap();
        self.reader.join().unwrap();
        self.screen.lock().unwrap().clone()
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
