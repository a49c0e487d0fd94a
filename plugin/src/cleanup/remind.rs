//! Reminds of what is scaled down for a cluster.

use super::{
    records::{Recorded, Records},
    scaling::object,
};
use crate::{
    output::Output,
    store::{Document, Store},
};

/// Names what was scaled down for `cluster` and still is: what a switch renders again stays without pods until somebody
/// scales it back. A reminder is no reason to fail, so what is not visible is left out.
pub(crate) async fn remind(store: &Store, cluster: &Document, output: &mut Output) {
    let Ok(Some(kubernetes)) = store.live(cluster).await else { return };
    let Ok(records) = Records::of_cluster((store, &kubernetes), cluster).await else { return };
    let down: Vec<_> = records.of(cluster, |_| false).into_iter().filter_map(words).collect();
    if down.is_empty() {
        return;
    }
    down.iter().for_each(|it| output.note(&format!("still scaled down: {it}")));
    output.note(&format!("hint: `kubectl profile scale-back {}` gives them their size back", cluster.words()));
}

/// The object and what it was, in words.
fn words(recorded: &Recorded) -> Option<String> {
    let record = recorded.record.as_ref().ok()?;
    let place = recorded.identity.namespace.as_ref().map(|it| format!(" in {it}")).unwrap_or_default();
    Some(format!("{}{place} ({})", object(&recorded.identity), record.former.was()))
}
