//! Follows a cluster until it runs what its spec says.

use std::time::Duration;

use profile_core::{
    cluster::Cluster,
    content::Content,
    field,
    reconciliation::{Unreconciled, unreconciled},
};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    error::{Error, Kind},
    output::{Output, progress::Progress},
    store::{Document, Store},
};

mod manager;

/// How often the cluster is read.
const INTERVAL: Duration = Duration::from_secs(1);

/// Waits until every pack is reconciled and tells on stderr what is missing, whenever that changes. `written` is the
/// document whose profile content was written: where the cluster has another one meanwhile, somebody wrote it back.
pub(crate) async fn until_reconciled(
    store: &Store,
    cluster: &Document,
    written: &Value,
    timeout: Duration,
    output: &mut Output,
) -> Result<(), Error> {
    let (progress, flags) = (output.progress(), store.flags());
    let ended = tokio::select! {
        // Whoever looked at the cluster last knows better than an interrupt that comes at the same time.
        biased;
        ended = follow(store, cluster, written, timeout, progress) => ended,
        _ = tokio::signal::ctrl_c() => Err(stands(Error::new(Kind::Interrupted, "interrupted while waiting"), (cluster, &flags))),
    };
    let name = cluster.cluster().name().into_owned();
    ended.map(|()| output.note(&format!("cluster {name:?} runs what its spec says")))
}

async fn follow(
    store: &Store,
    cluster: &Document,
    written: &Value,
    timeout: Duration,
    mut progress: Progress,
) -> Result<(), Error> {
    let (deadline, flags) = (Instant::now() + timeout, store.flags());
    loop {
        let now = store.reread(cluster).await?;
        let missing = match state(&now.value, written) {
            State::Reconciled => return Ok(()),
            State::Missing(missing) => missing,
            State::Reverted(by) => return Err(reverted((cluster, &flags), by.as_deref())),
            State::AwaitsRepave => return Err(awaits_repave((cluster, &flags))),
        };
        progress.tell(missing.iter().map(|it| (it.pack.clone(), line(it))).collect());
        if Instant::now() + INTERVAL > deadline {
            let reasons: Vec<_> = missing.iter().map(|it| format!("{} ({})", it.pack, it.reason)).collect();
            let name = cluster.cluster().name().into_owned();
            let message = format!("cluster {name:?} is not reconciled after {timeout:?}: {}", reasons.join(", "));
            return Err(stands(Error::new(Kind::TimedOut, message), (cluster, &flags)));
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

fn line(it: &Unreconciled) -> String {
    format!("waiting for pack {} {}: {}", it.pack, it.version.as_deref().unwrap_or_default(), it.reason)
}

/// How far a cluster is.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// It runs what its spec says.
    Reconciled,
    /// These packs are missing.
    Missing(Vec<Unreconciled>),
    /// It has other content than what was written; whoever manages it now, where that is told.
    Reverted(Option<String>),
    /// Nothing goes on before somebody approves that nodes are replaced.
    AwaitsRepave,
}

fn state(now: &Value, written: &Value) -> State {
    let cluster = Cluster::new(now);
    if Content::of(&cluster) != Content::of(&Cluster::new(written)) {
        return State::Reverted(manager::newest_of_spec(now));
    }
    let repave = field::text(now, &["status", "repave", "state"]);
    if repave.is_some_and(|state| state.trim().eq_ignore_ascii_case("pending")) {
        return State::AwaitsRepave;
    }
    let missing = unreconciled(&cluster);
    if missing.is_empty() { State::Reconciled } else { State::Missing(missing) }
}

fn reverted((cluster, flags): (&Document, &str), by: Option<&str>) -> Error {
    let who = by.map_or_else(|| "somebody".into(), |manager| format!("field manager {manager:?}"));
    Error::refused(format!(
        "cluster {:?} no longer has what was written: {who} changed its profile content since",
        cluster.cluster().name()
    ))
    .hint("a Palette agent writes back what Palette says: make the change in Palette itself")
    .hint(format!("look at `kubectl profile diff {}{flags}`", cluster.words()))
}

fn awaits_repave((cluster, flags): (&Document, &str)) -> Error {
    let name = cluster.cluster().name().into_owned();
    let message = format!("a repave of cluster {name:?} waits for approval: its nodes are to be replaced");
    stands(Error::new(Kind::DecisionNeeded, message), (cluster, flags))
        .hint("approve the repave in Palette, then wait again")
}

fn stands(error: Error, (cluster, flags): (&Document, &str)) -> Error {
    error.hint(format!("the write stands; look at `kubectl profile status {}{flags}`", cluster.words()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cluster(values: &str, status: Value) -> Value {
        json!({
            "metadata": {"name": "c", "managedFields": [
                {"manager": "agent", "operation": "Update", "time": "2026-01-02T00:00:00Z", "fieldsV1": {"f:spec": {}}},
            ]},
            "spec": {"clusterProfileTemplates": [{"name": "p", "packs": [{"name": "k", "version": "1", "values": values}]}]},
            "status": status,
        })
    }

    #[test]
    fn a_cluster_is_done_when_all_packs_are() {
        let written = cluster("a: 1", json!({}));
        let done = cluster("a: 1", json!({"packs": [{"name": "k", "version": "1"}]}));
        assert_eq!(state(&done, &written), State::Reconciled);
        let failing = json!([{"name": "k", "condition": {"type": "Error", "status": "True", "message": "no quota"}}]);
        let State::Missing(missing) = state(&cluster("a: 1", json!({"packs": failing})), &written) else { panic!() };
        assert_eq!(line(&missing[0]), "waiting for pack k 1: Error=True: no quota");
    }

    #[test]
    fn content_that_is_written_back_is_no_success_and_names_who_did_it() {
        let written = cluster("a: 2", json!({}));
        let now = cluster("a: 1", json!({"packs": [{"name": "k", "version": "1"}]}));
        assert_eq!(state(&now, &written), State::Reverted(Some("agent".into())));
        let document = Document { value: now, place: String::new() };
        let error = reverted((&document, ""), Some("agent"));
        assert_eq!(error.kind, Kind::Refused);
        assert!(error.message.contains("field manager \"agent\""), "{error}");
    }

    #[test]
    fn a_repave_that_waits_for_approval_ends_the_wait() {
        let written = cluster("a: 1", json!({}));
        for (repave, awaits) in [("Pending", true), ("PENDING", true), ("Approved", false), ("", false)] {
            let now = cluster("a: 1", json!({"repave": {"state": repave}}));
            assert_eq!(state(&now, &written) == State::AwaitsRepave, awaits, "{repave}");
        }
        let document = Document { value: written, place: String::new() };
        let error = awaits_repave((&document, ""));
        assert_eq!(error.kind.exit_code(), 6);
        assert!(error.hints.iter().any(|hint| hint.contains("kubectl profile status c")), "{error:?}");
    }
}
