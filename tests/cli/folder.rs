//! A temporary folder to run the plugin in, and what a run is checked for.

use std::{
    collections::BTreeMap,
    fs,
    ops::Deref,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use profile_tests::{Run, binaries, schema};
use serde_json::Value;
use tempfile::TempDir;

/// The folder, which is gone when the test is over.
pub(crate) struct Folder {
    folder: TempDir,
}

/// What a file is: its bytes and its permissions.
type Snapshot = BTreeMap<PathBuf, (Vec<u8>, u32)>;

impl Folder {
    pub(crate) fn empty() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A copy of the sample hub: clusters shop-aws and store-edge, profiles hello-aws and hello-edge.
    pub(crate) fn hub() -> Self {
        let folder = Self::empty();
        let hub = Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox/fixtures/hub");
        for entry in fs::read_dir(hub).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
        }
        folder
    }

    /// The same with one more file.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    /// Replaces `from`, which has to be there, by `to`.
    #[track_caller]
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} holds no {from:?}: {text}");
        self.write(name, text.replacen(from, to, 1));
    }

    /// All files below, with what they hold.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut found = Snapshot::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path.clone());
                    found.insert(path, (Vec::new(), 0));
                } else {
                    let mode = fs::metadata(&path).unwrap().permissions().mode();
                    found.insert(path.clone(), (fs::read(&path).unwrap(), mode));
                }
            }
        }
        found
    }

    /// The plugin with `words` as its arguments, in this folder, with nothing of the caller's environment but the path.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(binaries::kubectl_profile().unwrap());
        self.hermetic(command.args(words.split_whitespace()));
        command
    }

    pub(crate) fn hermetic(&self, command: &mut Command) {
        command.current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path("no-home")).env("KUBECONFIG", self.path("no-kubeconfig"));
    }

    /// Runs the plugin on this folder's files.
    #[track_caller]
    pub(crate) fn run(&self, words: &str) -> Ran {
        Ran::of(words, &mut self.command(&format!("{words} -f .")))
    }

    /// Runs the plugin with exactly these words.
    #[track_caller]
    pub(crate) fn run_exactly(&self, words: &str) -> Ran {
        Ran::of(words, &mut self.command(words))
    }

    /// Runs the plugin with exactly these words, and expects an error: its exit code, each of `parts` in it, nothing on
    /// stdout, and every file as it was.
    #[track_caller]
    pub(crate) fn refuses(&self, words: &str, code: i32, parts: &[&str]) {
        let before = self.snapshot();
        let ran = self.run_exactly(words).exits(code).prints("");
        for part in parts {
            ran.tells(part);
        }
        assert_eq!(self.snapshot(), before, "a file changed: {}", *ran);
    }
}

/// A finished run. What is checked of it fails with all that it printed.
pub(crate) struct Ran {
    words: String,
    run: Run,
}

impl Deref for Ran {
    type Target = Run;

    fn deref(&self) -> &Run {
        &self.run
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn of(words: &str, command: &mut Command) -> Self {
        Self::from(words, Run::of(command).unwrap())
    }

    #[track_caller]
    pub(crate) fn from(words: &str, run: Run) -> Self {
        let ran = Self { words: words.to_owned(), run };
        ran.holds(!ran.stderr.contains("panicked"), "it panicked");
        schema::hold(&ran);
        ran
    }

    #[track_caller]
    fn holds(&self, holds: bool, claim: &str) {
        assert!(holds, "{claim}\n$ kubectl profile {}\n{}", self.words, self.run);
    }

    /// It ended with `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        self.holds(self.code == Some(code), &format!("the exit code is not {code}"));
        self
    }

    /// Its stdout is `text` and no more.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        self.holds(self.stdout == text, &format!("stdout is not {text:?}"));
        self
    }

    /// Its stdout holds `part`.
    #[track_caller]
    pub(crate) fn shows(&self, part: &str) -> &Self {
        self.holds(self.stdout.contains(part), &format!("stdout holds no {part:?}"));
        self
    }

    /// Neither stream holds `part`.
    #[track_caller]
    pub(crate) fn hides(&self, part: &str) -> &Self {
        self.holds(!self.stdout.contains(part) && !self.stderr.contains(part), &format!("{part:?} is shown"));
        self
    }

    /// Its stderr holds `part`.
    #[track_caller]
    pub(crate) fn tells(&self, part: &str) -> &Self {
        self.holds(self.stderr.contains(part), &format!("stderr holds no {part:?}"));
        self
    }

    /// Its stdout as JSON, with our version and the kind.
    #[track_caller]
    pub(crate) fn document(&self, kind: &str) -> Value {
        let document: Value = serde_json::from_str(&self.stdout).unwrap_or_default();
        self.holds(document["apiVersion"] == "kubectl-profile.dev/v1alpha1", "stdout is no document of ours");
        self.holds(document["kind"] == kind, &format!("the kind is not {kind}"));
        document
    }
}
