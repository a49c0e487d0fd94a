//! What a program shows on a pseudo-terminal, and the keyboard before it.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

use std::{
    io::{Read as _, Write as _},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

/// A program on a pseudo-terminal that `script`, of util-linux, makes.
pub struct Screen {
    child: Child,
    keyboard: Option<ChildStdin>,
    shown: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Screen {
    /// Runs a line of sh. `place` gives what else the command has: its directory, its environment.
    pub fn run(line: &str, place: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new("script");
        command.args(["--quiet", "--flush", "--return", "--command", line, "/dev/null"]);
        place(&mut command);
        command.env("SHELL", "/bin/sh");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("script, of util-linux, makes the terminal");
        let (keyboard, mut output) = (child.stdin.take(), child.stdout.take().unwrap());
        let shown = Arc::new(Mutex::new(String::new()));
        let screen = Arc::clone(&shown);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                // Carriage returns and bells move nothing that a test looks for.
                let text = String::from_utf8_lossy(&bytes[..count]).replace(['\r', '\u{7}'], "");
                screen.lock().unwrap().push_str(&text);
            }
        });
        Self { child, keyboard, shown, reader: Some(reader) }
    }

    /// Everything that was ever on it.
    pub fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Types keys as they are: no line is ended that has no `\n`.
    pub fn types(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    /// Takes the keyboard away, and with it the terminal of whatever still reads from it.
    pub fn leaves(&mut self) {
        self.keyboard = None;
    }

    /// Waits for the end, and gives it with everything that was on the screen.
    pub fn ends(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        self.leaves();
        self.reader.take().unwrap().join().unwrap();
        (status, self.shown())
    }
}
