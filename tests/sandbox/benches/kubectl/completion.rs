//! Completion through kubectl itself: how much longer the plugin takes than a completer that has nothing to say.

use std::{
    env,
    error::Error,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use profile_benches::table::{Row, Unit};
use profile_sandbox::Sandbox;

const RUNS: usize = 15;
const COMPLETER: &str = "kubectl_complete-profile";

/// Two folders of programs: one whose completer says nothing, and one whose completer is the plugin.
pub(crate) struct Completion<'s> {
    sandbox: &'s Sandbox,
    folder: tempfile::TempDir,
}

impl<'s> Completion<'s> {
    /// Makes the folders.
    pub(crate) fn of(sandbox: &'s Sandbox, product: &Path) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        for (name, completer) in [("empty", None), ("ours", Some(product))] {
            let folder = folder.path().join(name);
            fs::create_dir(&folder)?;
            symlink(product, folder.join("kubectl-profile"))?;
            match completer {
                Some(product) => symlink(product, folder.join(COMPLETER))?,
                None => {
                    fs::write(folder.join(COMPLETER), "#!/bin/sh\necho :4\n")?;
                    fs::set_permissions(folder.join(COMPLETER), PermissionsExt::from_mode(0o755))?;
                }
            }
        }
        Ok(Self { sandbox, folder })
    }

    /// Completes some words in both ways, one beside the other, so that what disturbs disturbs both. One of the candidates must be
    /// `expected`.
    pub(crate) fn rows(
        &self,
        what: [&'static str; 2],
        words: &[&str],
        expected: &str,
    ) -> Result<Vec<Row>, Box<dyn Error>> {
        let (mut floor, mut over) = (Vec::new(), Vec::new());
        for run in 0..=RUNS {
            let (_, empty) = self.run("empty", words)?;
            let (said, ours) = self.run("ours", words)?;
            if !said.lines().any(|line| line.split('\t').next() == Some(expected)) {
                return Err(
                    format!("`kubectl __complete {}` has no candidate {expected:?}: {said}", words.join(" ")).into()
                );
            }
            // The first one warms up, and fills the cache.
            if run > 0 {
                floor.push(empty);
                over.push(ours - empty);
            }
        }
        let [first, second] = what;
        Ok(vec![Row::new(first, Unit::Milliseconds, None, floor), Row::new(second, Unit::Milliseconds, 15.0, over)])
    }

    fn run(&self, folder: &str, words: &[&str]) -> Result<(String, f64), Box<dyn Error>> {
        let own: PathBuf = self.folder.path().join(folder);
        let path = env::join_paths([own, PathBuf::from("/usr/bin"), PathBuf::from("/bin")])?;
        let mut command: Command = self.sandbox.kubectl_command();
        command.arg("__complete").args(words).env("PATH", path).stdin(Stdio::null());
        let start = Instant::now();
        let output = command.output()?;
        let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok((String::from_utf8(output.stdout)?, milliseconds))
    }
}
