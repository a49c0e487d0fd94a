//! What can go wrong in a sandbox, each with what to do next.

use std::io;

/// Why a sandbox could not be started or used.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A file, a pipe or a program could not be used.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was tried, as the end of the phrase "cannot …".
        doing: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A program of the control plane was found in none of the three places.
    #[error(
        "{program} was found in none of three places: (1) the directory that KUBEBUILDER_ASSETS names ({assets}); \
         (2) the cache {cache}; (3) building it with Go: {build}. Install Go (the version is in \
         tests/sandbox/control-plane/go.mod) or set KUBEBUILDER_ASSETS to a directory that has it"
    )]
    Missing {
        /// The program.
        program: &'static str,
        /// What `KUBEBUILDER_ASSETS` says.
        assets: String,
        /// The cache that was looked into.
        cache: String,
        /// Why the build did not work.
        build: String,
    },
    /// A command that had to succeed did not.
    #[error("`{command}` failed ({status}): {output}")]
    Command {
        /// The command line.
        command: String,
        /// How it ended.
        status: String,
        /// What it printed.
        output: String,
    },
    /// A process of the sandbox ended by itself.
    #[error("{process} ended unexpectedly ({status}); the end of its log:\n{log}")]
    Ended {
        /// Which one.
        process: String,
        /// How it ended.
        status: String,
        /// The last lines of its log.
        log: String,
    },
    /// Something that was waited for did not come.
    #[error("waited {seconds} s for {what}: {last}")]
    Deadline {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
        /// What was seen last.
        last: String,
    },
    /// The supervisor answered with an error, or not at all.
    #[error("the sandbox's supervisor: {0}")]
    Supervisor(String),
    /// The API server refused, or could not be reached.
    #[error("API server: {0}")]
    Kube(#[from] Box<kube::Error>),
    /// A certificate could not be made.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A document is not what it should be.
    #[error("{what} cannot be read: {problem}")]
    Document {
        /// Which document.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl From<kube::Error> for SandboxError {
    fn from(error: kube::Error) -> Self {
        Self::Kube(Box::new(error))
    }
}

impl SandboxError {
    /// For `map_err`: says what was tried, as the end of the phrase "cannot …".
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing: doing.into(), source }
    }

    /// For `map_err`: says which document is broken.
    pub(crate) fn document<E: std::fmt::Display>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        move |problem| Self::Document { what: what.into(), problem: problem.to_string() }
    }
}
