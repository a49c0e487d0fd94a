//! Why Prism cannot judge.

use std::{io, path::PathBuf};

/// Why Prism cannot judge.
#[derive(Debug, thiserror::Error)]
pub enum PrismError {
    /// The API description is not there.
    #[error("there is no API description at {} (set PALETTE_OPENAPI)", .0.display())]
    NoDescription(PathBuf),
    /// Node.js or npm is not there.
    #[error("`{program}` cannot be run ({source}): install Node.js 18.20 or newer, which brings npm")]
    NoNode {
        /// The program.
        program: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file or a pipe could not be used.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was tried, as the end of the phrase "cannot …".
        doing: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// npm could not install Prism.
    #[error("`npm ci` could not install Prism: {0}")]
    Install(String),
    /// Prism does not listen.
    #[error("Prism did not start; what it said last: {0}")]
    Start(String),
    /// Prism answered with something that is no judgement, or not at all.
    #[error("Prism gave no judgement: {0}")]
    Judgement(String),
}

impl PrismError {
    /// For `map_err`: says what was tried, as the end of the phrase "cannot …".
    pub(super) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing: doing.into(), source }
    }
}
