//! What the objects of a pack were read from.

use std::fmt;

/// A Helm release, as Palette installs one for each chart of a pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// The namespace that the release is in.
    pub namespace: String,
    /// The release's name.
    pub name: String,
    /// Its revision, where a record of it was read.
    pub revision: Option<u64>,
}

impl Release {
    /// Whether both are the same release, in whatever revision.
    pub fn is(&self, other: &Self) -> bool {
        self.namespace == other.namespace && self.name == other.name
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Helm release {} in namespace {}", self.name, self.namespace)?;
        self.revision.map_or(Ok(()), |revision| write!(f, ", revision {revision}"))
    }
}

/// What some objects of a pack were read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The pack's manifests, which were rendered here.
    Manifests,
    /// The record that Helm keeps of a release.
    Release(Release),
    /// The user's own `helm` program, for a chart of the pack's directory.
    Program {
        /// The chart.
        chart: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifests => write!(f, "its manifests"),
            Self::Release(release) => write!(f, "the record of {release}"),
            Self::Program { chart } => write!(f, "`helm template` of its chart {chart}"),
        }
    }
}
