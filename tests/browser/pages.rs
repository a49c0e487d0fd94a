//! Pages that the real binary makes of the sample hub.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use profile_tests::{Run, binaries};
use tempfile::TempDir;

/// A folder with a copy of the sample hub, and pages beside it.
pub(crate) struct Pages {
    folder: TempDir,
}

impl Pages {
    pub(crate) fn of_hub() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("hub")).unwrap();
        let hub = Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox/fixtures/hub");
        for entry in fs::read_dir(hub).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path().join("hub").join(path.file_name().unwrap())).unwrap();
        }
        Self { folder }
    }

    /// Replaces `from`, which has to be there, by `to` in a file of the hub.
    #[track_caller]
    pub(crate) fn edit(self, name: &str, from: &str, to: &str) -> Self {
        let path = self.folder.path().join("hub").join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name} holds no {from:?}: {text}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// The page of `words`, whose exit code says that something differs.
    #[track_caller]
    pub(crate) fn page(&self, words: &str) -> PathBuf {
        let mut command = Command::new(binaries::kubectl_profile().unwrap());
        command.args(words.split_whitespace()).args(["-o", "html", "-f", "hub"]).current_dir(self.folder.path());
        command.env("KUBECONFIG", "no-kubeconfig").env_remove("NO_COLOR");
        let run = Run::of(&mut command).unwrap();
        assert!(run.code == Some(1) && run.stderr.is_empty(), "kubectl profile {words}\n{run}");
        let path = self.folder.path().join("page.html");
        fs::write(&path, run.stdout).unwrap();
        path
    }
}
