//! What can go wrong in a release.

use std::{io, path::Path};

/// Why a release was not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or a program could not be used.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was tried, as the end of the phrase "cannot …".
        doing: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A program that had to succeed did not.
    #[error("`{command}` failed ({status}): {output}")]
    Command {
        /// The command line.
        command: String,
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },
    /// What was asked for does not fit the checkout or the machine.
    #[error("{0}")]
    Refused(String),
}

impl Error {
    /// Wraps what the operating system said of something that was done.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        |source| Self::Io { doing, source }
    }

    /// The same for one file.
    pub(crate) fn file(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io(format!("{verb} {}", path.display()))
    }
}
