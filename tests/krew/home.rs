//! The home of somebody who has kubectl, krew and git, and what is in it.

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use profile_release::sums::sha256;
use profile_sandbox::assets::Program;
use profile_tests::{Run, binaries};
use tempfile::TempDir;

/// A home of its own, which is gone when the test is over.
pub(crate) struct Home {
    dir: TempDir,
}

/// What lies below a directory: the sum of each file, the target of each link, `/` for a directory.
pub(crate) type Tree = BTreeMap<PathBuf, String>;

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self { dir: TempDir::new().unwrap() };
        for dir in ["bin", "tmp", "home"] {
            fs::create_dir(home.path(dir)).unwrap();
        }
        symlink(binaries::program(Program::Kubectl).unwrap(), home.path("bin/kubectl")).unwrap();
        symlink(binaries::program(Program::Krew).unwrap(), home.path("bin/kubectl-krew")).unwrap();
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Where krew keeps everything.
    pub(crate) fn krew(&self, name: &str) -> PathBuf {
        self.path("krew").join(name)
    }

    /// A command that sees this home and nothing of the one that the test runs in, but its programs.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear();
        self.place(&mut command);
        command
    }

    /// Puts a command that has no environment yet into this home.
    pub(crate) fn place(&self, command: &mut Command) {
        let mut path = vec![self.krew("bin"), self.path("bin")];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap()));
        let path = env::join_paths(path).unwrap();
        command.current_dir(self.path("home")).env("PATH", path).env("HOME", self.path("home"));
        command.env("TMPDIR", self.path("tmp")).env("KREW_ROOT", self.krew(""));
        // Else krew asks GitHub for a newer version of itself.
        command.env("KREW_NO_UPGRADE_CHECK", "1").env("GIT_CONFIG_NOSYSTEM", "1");
    }

    /// Runs `kubectl` with these words.
    pub(crate) fn kubectl(&self, words: &[&str]) -> Run {
        Run::of(self.command(self.path("bin/kubectl")).args(words)).unwrap()
    }

    /// The same, and it must succeed.
    pub(crate) fn must(&self, words: &[&str]) -> Run {
        self.kubectl(words).success(&words.join(" ")).unwrap()
    }

    /// Everything that krew and the plugin may have written: below krew's root, the home and the place for temporary files.
    pub(crate) fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        for dir in ["krew", "tmp", "home"] {
            walk(self.dir.path(), Path::new(dir), &mut tree);
        }
        tree
    }
}

fn walk(root: &Path, dir: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(root.join(dir)).unwrap() {
        let entry = entry.unwrap();
        let path = dir.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        let what = if kind.is_symlink() {
            fs::read_link(entry.path()).unwrap().display().to_string()
        } else if kind.is_dir() {
            "/".to_owned()
        } else {
            sha256(&fs::read(entry.path()).unwrap())
        };
        tree.insert(path.clone(), what);
        if kind.is_dir() {
            walk(root, &path, tree);
        }
    }
}
