//! Follows a cluster until it runs what its spec says.

use std::time::Duration;

use profile_core::reconciliation::unreconciled;
use tokio::time::Instant;

use crate::{
    error::{Error, Kind},
    output::Output,
    store::{Document, Store},
};

/// How often the cluster is read.
const INTERVAL: Duration = Duration::from_secs(1);

/// Waits until every pack is reconciled and tells on stderr what is missing, whenever that changes.
pub(crate) async fn until_reconciled(
    store: &Store,
    cluster: &Document,
    timeout: Duration,
    output: &mut Output,
) -> Result<(), Error> {
    let name = cluster.cluster().name().into_owned();
    let deadline = Instant::now() + timeout;
    let mut told = Vec::new();
    loop {
        let now = store.reread(cluster).await?;
        let missing = unreconciled(&now.cluster());
        if missing.is_empty() {
            output.note(&format!("cluster {name:?} runs what its spec says"));
            return Ok(());
        }
        if missing != told {
            for it in &missing {
                output.note(&format!(
                    "waiting for pack {} {}: {}",
                    it.pack,
                    it.version.as_deref().unwrap_or_default(),
                    it.reason
                ));
            }
            told = missing;
        }
        if Instant::now() + INTERVAL > deadline {
            let reasons: Vec<_> = told.iter().map(|it| format!("{} ({})", it.pack, it.reason)).collect();
            return Err(Error::new(
                Kind::TimedOut,
                format!("cluster {name:?} is not reconciled after {timeout:?}: {}", reasons.join(", ")),
            )
            .hint(format!("the write stands; look at `kubectl profile status {}`", cluster.words())));
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
