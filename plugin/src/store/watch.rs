//! When the clusters of a store have changed.

use std::time::Duration;

use tokio::time::sleep;

use super::Store;

/// A point in the changes of a store's clusters.
#[derive(Debug)]
pub(crate) enum Mark {
    /// The resourceVersion of their list.
    Version(String),
    /// The store does not tell.
    None,
}

/// How often files are looked at.
const FILES: Duration = Duration::from_secs(1);
/// How often Palette is: it takes ten requests a second of a user.
const PALETTE: Duration = Duration::from_secs(15);
/// When an API server is asked again although no cluster changed there: profiles, records and workloads are not watched.
const KUBERNETES: Duration = Duration::from_secs(30);

impl Store {
    /// Where the changes are now.
    pub(crate) async fn mark(&self) -> Mark {
        match self {
            Self::Kubernetes(store) => store.clusters_version().await.map_or(Mark::None, Mark::Version),
            Self::Files(_) | Self::Palette(_) => Mark::None,
        }
    }

    /// Ends when a cluster has changed since `mark`, or when it is time to look again anyway.
    pub(crate) async fn changed_since(&self, mark: Mark) {
        match (self, mark) {
            (Self::Kubernetes(store), Mark::Version(version)) => store.cluster_changes(&version, KUBERNETES).await,
            // A server that did not tell a version is away, or about to be asked for its error.
            (Self::Kubernetes(_), Mark::None) => {}
            (Self::Files(_), _) => sleep(FILES).await,
            (Self::Palette(_), _) => sleep(PALETTE).await,
        }
    }
}
