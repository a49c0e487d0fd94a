//! Where a lever stands: a size, whether a CronJob is suspended, or KEDA's pause.

use std::fmt;

/// What stops an object, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// How many replicas are asked for.
    Replicas(i64),
    /// Whether a CronJob is suspended.
    Suspended(bool),
    /// At how many replicas KEDA is paused, as its annotation says; `None` without that annotation.
    PausedAt(Option<String>),
}

impl Setting {
    /// Whether nothing runs by it.
    pub fn is_stopped(&self) -> bool {
        *self == self.stopped()
    }

    /// The same lever where nothing runs.
    pub fn stopped(&self) -> Self {
        match self {
            Self::Replicas(_) => Self::Replicas(0),
            Self::Suspended(_) => Self::Suspended(true),
            Self::PausedAt(_) => Self::PausedAt(Some("0".to_owned())),
        }
    }

    /// What it is called in the object.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Replicas(_) => "replicas",
            Self::Suspended(_) => "suspend",
            Self::PausedAt(_) => "paused-replicas",
        }
    }

    /// What it was, as a half sentence: `was 3`.
    pub fn was(&self) -> String {
        match self {
            Self::Replicas(replicas) => format!("was {replicas}"),
            Self::Suspended(suspended) => format!("was {}", if *suspended { "suspended" } else { "running" }),
            Self::PausedAt(None) => "was not paused".to_owned(),
            Self::PausedAt(Some(replicas)) => format!("was paused at {replicas}"),
        }
    }

    /// What setting it so has done: `scaled down`, `scaled back to 3`.
    pub fn done(&self) -> String {
        match self {
            Self::Replicas(0) => "scaled down".to_owned(),
            Self::Replicas(replicas) => format!("scaled back to {replicas}"),
            Self::Suspended(true) => "suspended".to_owned(),
            Self::Suspended(false) => "resumed".to_owned(),
            Self::PausedAt(None) => "resumed".to_owned(),
            Self::PausedAt(Some(replicas)) => format!("paused at {replicas}"),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replicas(replicas) => write!(f, "{replicas}"),
            Self::Suspended(suspended) => write!(f, "{suspended}"),
            Self::PausedAt(replicas) => f.write_str(replicas.as_deref().unwrap_or("none")),
        }
    }
}
