//! Waits for what others do: for a cluster to run what its spec says, for whatever else is missing.

use std::time::Duration;

use profile_core::{
    cluster::Cluster,
    content::Content,
    diff::in_meaning,
    field,
    reconciliation::{Unreconciled, unreconciled},
};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    error::{Error, Kind},
    output::{Output, progress::Progress},
    review::judgement::{Judgement, Reason},
    store::{Document, Repave, Store},
};

mod manager;

/// How often it is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// Waits until every pack is reconciled and tells on stderr what is missing, whenever that changes. `written` is the
/// document whose profile content was written, now or before: where the cluster has another one meanwhile, somebody wrote it back.
pub(crate) async fn until_reconciled(
    store: &Store,
    cluster: &Document,
    (written, has_written): (&Value, bool),
    approves: Option<&Judgement>,
    timeout: Duration,
    output: &mut Output,
) -> Result<(), Error> {
    let flags = store.flags();
    let missing = async || match state(&store.reread(cluster).await?.value, written) {
        State::AwaitsRepave if approves.is_some() => {
            approve(store, cluster, approves).await.map_err(|error| error.hint(stands((cluster, &flags))))?;
            Ok(vec![("repave".to_owned(), "waiting: the repave that was shown is approved".to_owned())])
        }
        State::Reconciled => Ok(Vec::new()),
        State::Missing(missing) => Ok(missing.iter().map(|it| (it.pack.clone(), line(it))).collect()),
        State::Reverted(by) => Err(reverted((cluster, &flags), by.as_deref())),
        State::AwaitsRepave => Err(awaits_repave((cluster, &flags), matches!(store, Store::Palette(_)))),
    };
    let name = cluster.cluster().name().into_owned();
    let what = format!("cluster {name:?} is not reconciled");
    let status = format!("look at `kubectl profile status {}{flags}`", cluster.words());
    let hint = if has_written { stands((cluster, &flags)) } else { status };
    until_empty(missing, timeout, output.progress(), &what, &[hint]).await?;
    output.note(&format!("cluster {name:?} runs what its spec says"));
    Ok(())
}

/// Asks again and again what is missing, by name and as a line each, until nothing is. `what` is not so then, and `hints` say
/// what to do, when the time is over or the user interrupts.
///
/// An API server that restarts, as it does while nodes are replaced, is no reason to give up before the time is over.
pub(crate) async fn until_empty(
    missing: impl AsyncFn() -> Result<Vec<(String, String)>, Error>,
    timeout: Duration,
    mut progress: Progress,
    what: &str,
    hints: &[String],
) -> Result<(), Error> {
    // A time beyond what can be told is as good as a very long one.
    let now = Instant::now();
    let deadline = now.checked_add(timeout).unwrap_or(now + FOREVER);
    let ends = |error: Error| hints.iter().fold(error, |error, hint| error.hint(hint.clone()));
    let follow = async {
        let mut known = Vec::new();
        loop {
            // A server that does not answer must not take longer than there is time; what was missing before still is.
            match tokio::time::timeout_at(deadline, missing()).await {
                Ok(Ok(now)) if now.is_empty() => return Ok(()),
                Ok(Ok(now)) => known = now,
                Ok(Err(error)) if may_pass(&error) => known = vec![waits_for_server(&error.message)],
                Ok(Err(error)) => return Err(error),
                Err(_) if known.is_empty() => known.push(waits_for_server("the API server does not answer")),
                Err(_) => {}
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let lines: Vec<_> = known.iter().map(|(_, line)| line.trim_start_matches("waiting: ")).collect();
                let message = format!("{what} after {timeout:?}: {}", lines.join("; "));
                return Err(ends(Error::new(Kind::TimedOut, message)));
            }
            progress.tell(known.clone());
            tokio::time::sleep(INTERVAL.min(left)).await;
        }
    };
    tokio::select! {
        // Whoever looked last knows better than an interrupt that comes at the same time.
        biased;
        ended = follow => ended,
        _ = tokio::signal::ctrl_c() => Err(ends(Error::new(Kind::Interrupted, "interrupted while waiting"))),
    }
}

/// As long as makes no difference to anybody.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);

fn waits_for_server(why: &str) -> (String, String) {
    ("API server".to_owned(), format!("waiting: {why}"))
}

/// Whether what failed may well work the next time.
pub(crate) fn may_pass(error: &Error) -> bool {
    matches!(error.kind, Kind::Failed | Kind::Unanswered | Kind::Unreachable | Kind::TimedOut)
}

fn line(it: &Unreconciled) -> String {
    format!("waiting: pack {} {}: {}", it.pack, it.version.as_deref().unwrap_or_default(), it.reason)
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
    let written = Cluster::new(written);
    if Content::of(&cluster) != Content::of(&written) && !in_meaning(&written, &cluster).is_empty() {
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

/// Approves the repave that waits, where all of its reasons were shown before the write.
async fn approve(store: &Store, cluster: &Document, shown: Option<&Judgement>) -> Result<(), Error> {
    let Store::Palette(store) = store else { return Ok(()) };
    // Who approved it meanwhile left nothing to be done.
    let Some(waiting) = store.repave(cluster).await?.filter(Repave::is_pending) else { return Ok(()) };
    let known = shown.and_then(|it| it.repave.as_ref().ok()).map(|it| it.reasons.as_slice()).unwrap_or_default();
    let new: Vec<_> = waiting.reasons.iter().filter(|it| !known.contains(it)).map(Reason::line).collect();
    if new.is_empty() && !waiting.reasons.is_empty() {
        return store.approve_repave(cluster).await;
    }
    let name = cluster.cluster().name().into_owned();
    let why = if new.is_empty() { "Palette gives no reason".to_owned() } else { new.join("; ") };
    let message = format!("the repave of cluster {name:?} is not the one that was shown, and not approved: {why}");
    Err(Error::new(Kind::DecisionNeeded, message).hint(format!(
        "look at it: `kubectl profile approve {}{}`",
        cluster.words(),
        store.flags()
    )))
}

fn awaits_repave((cluster, flags): (&Document, &str), is_palette: bool) -> Error {
    let name = cluster.cluster().name().into_owned();
    let message = format!("a repave of cluster {name:?} waits for approval: its nodes are to be replaced");
    Error::new(Kind::DecisionNeeded, message).hint(stands((cluster, flags))).hint(match is_palette {
        true => format!("look at it and approve it: `kubectl profile approve {}{flags}`", cluster.words()),
        false => "approve the repave in Palette, then wait again".into(),
    })
}

fn stands((cluster, flags): (&Document, &str)) -> String {
    format!("the write stands; look at `kubectl profile status {}{flags}`", cluster.words())
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
        assert_eq!(line(&missing[0]), "waiting: pack k 1: Error=True: no quota");
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
        let error = awaits_repave((&document, ""), false);
        assert_eq!(error.kind.exit_code(), 6);
        assert!(error.hints.iter().any(|hint| hint.contains("kubectl profile status c")), "{error:?}");
    }
}
