//! Words for what is scaled down.

use std::collections::BTreeSet;

use super::{
    records::{Recorded, Records},
    scaling::placed,
};
use crate::store::{Document, KubernetesStore, Store};

/// What is scaled down for each of some clusters of one store, in words; `None` where that is not visible. The requests grow
/// with the servers and with the kinds that can be stopped, and not with the clusters.
pub(crate) async fn scaled_down(store: &Store, clusters: &[&Document]) -> Vec<Option<Vec<String>>> {
    let mut read: Vec<(KubernetesStore, Option<Records>)> = Vec::new();
    let mut down = Vec::new();
    for cluster in clusters {
        let Ok(Some(workload)) = store.live(cluster).await else {
            down.push(None);
            continue;
        };
        let known = match read.iter().position(|(it, _)| it.is_same_connection(&workload)) {
            Some(known) => known,
            None => {
                let records = Records::read(&workload, &BTreeSet::new()).await.ok();
                read.push((workload, records.filter(|it| it.not_visible.is_empty())));
                read.len() - 1
            }
        };
        let of = |records: &Records| records.of(cluster, |_| false).into_iter().filter_map(words).collect();
        down.push(read[known].1.as_ref().map(of));
    }
    down
}

/// The object and what it was, in words.
pub(super) fn words(recorded: &Recorded) -> Option<String> {
    let record = recorded.record.as_ref().ok()?;
    Some(format!("{} ({})", placed(&recorded.identity), record.former.was()))
}
