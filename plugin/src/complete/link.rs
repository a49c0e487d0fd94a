//! The completer beside the plugin, where kubectl looks for it: another name of the same program.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::error::Error;

/// What stands in every version of this program, and hardly in another one.
#[cfg(not(unix))]
const MARK: &str = concat!("the completer of ", env!("CARGO_PKG_NAME"));

/// The plugin as kubectl finds it, and the name beside it that completes for it.
pub(crate) struct Link {
    /// The plugin's entry in a directory of PATH. With krew that is a link into its store, and a later version changes it.
    plugin: PathBuf,
    /// Where the completer belongs.
    pub(crate) path: PathBuf,
}

/// What is at the completer's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    /// The link, as it is to be.
    Ours,
    /// A link or copy of ours that a later version of the plugin leaves behind.
    OursButOld,
    /// Something else.
    Foreign,
}

impl Link {
    /// The link for the program that was called as `program`.
    ///
    /// # Errors
    /// When kubectl would not find the plugin: under another name, or in no directory of PATH.
    pub(crate) fn of(program: &Path) -> Result<Self, Error> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix("kubectl-") else {
            return Err(Error::failed(format!(
                "the plugin was called as {name:?}, and kubectl finds only what starts with kubectl-"
            ))
            .hint("install it as kubectl-profile in a directory of PATH"));
        };
        let plugin = on_path(program, &name).ok_or_else(|| {
            Error::failed(format!(
                "{name} is in no directory of PATH, so kubectl finds neither it nor a completer beside it"
            ))
            .hint("move it into a directory of PATH, and run this again")
        })?;
        let path = plugin.with_file_name(format!("{}{rest}", super::PREFIX));
        Ok(Self { plugin, path })
    }

    /// The plugin as kubectl finds it.
    pub(crate) fn plugin_name(&self) -> String {
        self.plugin.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// What is there now.
    pub(crate) fn found(&self) -> Found {
        match fs::symlink_metadata(&self.path) {
            Err(_) => Found::Nothing,
            Ok(metadata) if metadata.is_symlink() => self.found_link(),
            Ok(_) => self.found_file(),
        }
    }

    fn found_link(&self) -> Found {
        let Ok(target) = fs::read_link(&self.path) else { return Found::Foreign };
        let is_plugin = target.as_os_str() == self.plugin.file_name().unwrap_or_default() || target == self.plugin;
        let leads_to_plugin = || {
            let [link, plugin] = [&self.path, &self.plugin].map(|it| fs::canonicalize(it).ok());
            link.is_some() && link == plugin
        };
        match () {
            () if is_plugin => Found::Ours,
            () if leads_to_plugin() => Found::OursButOld,
            () => Found::Foreign,
        }
    }

    /// Makes the link, in place of an old one of ours.
    pub(crate) fn make(&self) -> Result<(), Error> {
        if self.found() == Found::OursButOld {
            self.remove()?;
        }
        self.make_new().map_err(|error| self.failed("make", &error))
    }

    /// Removes what is there; only ever called for what is ours.
    pub(crate) fn remove(&self) -> Result<(), Error> {
        fs::remove_file(&self.path).map_err(|error| self.failed("remove", &error))
    }

    fn failed(&self, what: &str, error: &io::Error) -> Error {
        let failed = Error::failed(format!("cannot {what} {}: {error}", self.path.display()));
        match error.kind() {
            io::ErrorKind::PermissionDenied => failed.hint("run it as who owns that directory"),
            _ => failed,
        }
    }

    /// A link to the name beside it, so that it leads to whatever version is there.
    #[cfg(unix)]
    fn make_new(&self) -> io::Result<()> {
        std::os::unix::fs::symlink(self.plugin_name(), &self.path)
    }

    #[cfg(unix)]
    fn found_file(&self) -> Found {
        Found::Foreign
    }

    /// A copy: links take rights that users seldom have there.
    #[cfg(not(unix))]
    fn make_new(&self) -> io::Result<()> {
        fs::copy(&self.plugin, &self.path).map(|_| ())
    }

    #[cfg(not(unix))]
    fn found_file(&self) -> Found {
        let [copy, plugin] = [&self.path, &self.plugin].map(|it| fs::read(it).unwrap_or_default());
        // What only this program looks for stands in every version of it.
        let is_ours = copy.windows(MARK.len()).any(|it| it == MARK.as_bytes());
        match () {
            () if copy == plugin => Found::Ours,
            () if is_ours => Found::OursButOld,
            () => Found::Foreign,
        }
    }
}

/// The plugin in a directory of PATH: as it was called where that is one, else the first that bears its name.
fn on_path(program: &Path, name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<_> = env::split_paths(&path).filter(|it| it.is_absolute()).collect();
    let called = program.parent().filter(|it| !it.as_os_str().is_empty()).and_then(|it| fs::canonicalize(it).ok());
    let is_called = |folder: &&PathBuf| called.is_some() && fs::canonicalize(folder).ok() == called;
    let as_called = folders.iter().find(is_called);
    as_called.into_iter().chain(&folders).map(|it| it.join(name)).find(|it| it.is_file())
}
