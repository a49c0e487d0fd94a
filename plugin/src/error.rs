//! Errors of the plugin: what kind they are, what they say, and what to do next.

use std::fmt;

/// The kind of an error. It decides the exit code, and nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The command line makes no sense.
    Usage,
    /// The user said no.
    NotConfirmed,
    /// Something could not be done.
    Failed,
    /// What was named is not there.
    NotFound,
    /// The API server does not let this user.
    Forbidden,
    /// The API server cannot answer this; it may answer the rest.
    Unanswered,
    /// The API server is not there.
    Unreachable,
    /// Somebody else changed what was about to be changed.
    Conflict,
    /// A rule, the admission or the store refuses.
    Refused,
    /// Only the user can decide.
    DecisionNeeded,
    /// It took too long.
    TimedOut,
    /// The user interrupted.
    Interrupted,
    /// Nobody reads the output any more, which is fine.
    BrokenPipe,
}

impl Kind {
    /// The exit code; the README lists them.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Usage
            | Self::NotConfirmed
            | Self::Failed
            | Self::NotFound
            | Self::Forbidden
            | Self::Unanswered
            | Self::Unreachable
            | Self::Conflict => 2,
            Self::Refused => 4,
            Self::DecisionNeeded => 6,
            Self::TimedOut => 124,
            Self::Interrupted => 130,
        }
    }
}

/// An error with its hints.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) kind: Kind,
    /// A lowercase fragment that names the value and where it stands.
    pub(crate) message: String,
    /// What to do next, one line each.
    pub(crate) hints: Vec<String>,
    /// The reason in the API server's own word, such as `Forbidden`, where it is the API server that says no.
    pub(crate) reason: Option<String>,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new(), reason: None }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// The same once more: of a context that does not answer, for each cluster in it.
    pub(crate) fn copy(&self) -> Self {
        let (message, hints, reason) = (self.message.clone(), self.hints.clone(), self.reason.clone());
        Self { kind: self.kind, message, hints, reason }
    }

    /// One that the API server gives this reason for.
    pub(crate) fn by_server(kind: Kind, reason: &str, message: impl Into<String>) -> Self {
        Self { reason: Some(reason.to_owned()), ..Self::new(kind, message) }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<std::io::Error> for Error {
    /// For writes to the streams only: errors of files are made where the file's name is known.
    fn from(error: std::io::Error) -> Self {
        let kind = if error.kind() == std::io::ErrorKind::BrokenPipe { Kind::BrokenPipe } else { Kind::Failed };
        Self::new(kind, format!("cannot write the output: {error}"))
    }
}

impl From<profile_core::switch::SwitchError> for Error {
    fn from(error: profile_core::switch::SwitchError) -> Self {
        use profile_core::switch::SwitchError;
        let kind = match error {
            SwitchError::NotAttached { .. } => Kind::NotFound,
            SwitchError::AttachedSeveralTimes { .. } => Kind::DecisionNeeded,
            SwitchError::NotPublished { .. } => Kind::Failed,
        };
        Self::new(kind, error.to_string())
    }
}
