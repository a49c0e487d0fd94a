//! Questions that only a kubeconfig, files or a server can answer, and what is handed over with them.

use serde::{Deserialize, Serialize};

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Question {
    Contexts,
    KubeconfigClusters,
    KubeconfigUsers,
    Namespaces,
    Clusters,
    /// The profiles of a cluster, of the only one where it has no name, or all where `of_cluster` is not set.
    Profiles {
        of_cluster: bool,
        cluster: Option<String>,
    },
    /// The versions of a profile, and what the rules say of each for a cluster where `of_cluster` is set.
    Versions {
        of_cluster: bool,
        cluster: Option<String>,
        profile: String,
    },
    /// The profile versions that a cluster has attached.
    Attached {
        cluster: Option<String>,
    },
    Packs {
        cluster: Option<String>,
    },
    /// The paths of the values of a pack.
    Paths {
        cluster: Option<String>,
        pack: String,
    },
    Orphans {
        cluster: Option<String>,
    },
    ScaledDown {
        cluster: Option<String>,
    },
    Revisions {
        cluster: Option<String>,
    },
}

impl Question {
    /// Whether the order of its answers says something.
    pub(super) fn is_ordered(&self) -> bool {
        matches!(self, Self::Versions { .. } | Self::Revisions { .. })
    }

    /// Whether the kubeconfig alone answers it.
    pub(super) fn is_of_kubeconfig(&self) -> bool {
        matches!(self, Self::Contexts | Self::KubeconfigClusters | Self::KubeconfigUsers)
    }
}

/// Questions in the order in which they are asked: the first that has an answer for what is typed is the last.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Inquiry {
    pub(super) questions: Vec<Question>,
    /// What the answers have to start with to be of use.
    pub(super) typed: String,
    /// The global flags of the line, as one reads them from a command line.
    pub(super) flags: Vec<String>,
}

/// The answer: which of the questions it is for, and what it is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reply {
    pub(super) question: usize,
    pub(super) candidates: Vec<super::candidate::Candidate>,
}
