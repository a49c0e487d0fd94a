//! Keeps a scale-down waiting until what replaces the orphans is there.

use std::{collections::BTreeSet, time::Duration};

use futures_util::{StreamExt, stream};
use profile_core::{content::Content, reconciliation::unreconciled, render::Identity, scale::availability};

use super::{search::Search, sight};
use crate::{
    error::{Error, Kind},
    output::Output,
    store::{Document, KubernetesStore, Resource, Store},
    wait::until_empty,
};

/// What a scale-down does while what replaces the orphans is not ready.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unready {
    /// Say that it is waited for, where nothing is written yet.
    Tell,
    /// It refuses.
    Refuse,
    /// It waits so long, then gives up.
    Wait(Duration),
    /// It warns.
    Warn,
}

/// Sees that every pack is reconciled, and that every workload is Available that is rendered now in a namespace where
/// something is to be scaled down.
pub(super) async fn until_ready(
    (hub, store): (&Store, &KubernetesStore),
    cluster: &Document,
    search: &Search,
    orphans: &[&Identity],
    unready: Unready,
    output: &mut Output,
) -> Result<(), Error> {
    let name = cluster.cluster().name().into_owned();
    let namespaces: BTreeSet<_> = orphans.iter().map(|it| &it.namespace).collect();
    let missing = missing(store, cluster, search, &namespaces).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let lines = || missing.iter().map(|(_, it)| format!("\n  {it}")).collect::<String>();
    let status = format!("look at `kubectl profile status {}{}`", cluster.words(), hub.flags());
    match unready {
        Unready::Warn => {
            output.warning("what replaces the orphans may not serve yet, and scaling them down may end service:");
            missing.iter().for_each(|(_, it)| output.note(&format!("  {it}")));
            Ok(())
        }
        Unready::Tell => {
            output.note("what replaces the orphans is not ready yet, and is waited for before anything is scaled:");
            missing.iter().for_each(|(_, it)| output.note(&format!("  {it}")));
            Ok(())
        }
        Unready::Refuse => {
            Err(Error::refused(format!("what replaces the orphans of cluster {name:?} is not ready:{}", lines()))
                .hint(format!("nothing was scaled; {status} and try again, or let --wait wait for it"))
                .hint(
                    "--even-if-not-ready scales them down all the same, at the risk that nothing serves in their place",
                ))
        }
        Unready::Wait(timeout) => {
            let again = async || {
                let now = hub.reread(cluster).await?;
                if Content::of(&now.cluster()) != Content::of(&cluster.cluster()) {
                    let message = format!("the profiles of cluster {name:?} changed meanwhile");
                    return Err(Error::new(Kind::DecisionNeeded, message).hint("nothing was scaled; run this again"));
                }
                let missing = self::missing(store, &now, search, &namespaces).await?;
                Ok(missing.into_iter().map(|(name, line)| (name, format!("waiting: {line}"))).collect())
            };
            let what = format!("what replaces the orphans of cluster {name:?} is not ready");
            until_empty(again, timeout, output.progress(), &what, &[format!("nothing was scaled; {status}")]).await
        }
    }
}

/// What is missing, by name and as a sentence.
async fn missing(
    store: &KubernetesStore,
    cluster: &Document,
    search: &Search,
    namespaces: &BTreeSet<&Option<String>>,
) -> Result<Vec<(String, String)>, Error> {
    let packs = unreconciled(&cluster.cluster()).into_iter().map(|it| {
        let line = format!("pack {} {}: {}", it.pack, it.version.unwrap_or_default(), it.reason);
        (it.pack, line)
    });
    let mut missing: Vec<_> = packs.collect();
    let kinds = workloads();
    let rendered = sight::rendered_now(&search.now, &kinds).filter(|(_, it)| namespaces.contains(&it.namespace));
    let checks = rendered.map(|(resource, identity)| async move {
        unavailable(store, resource, identity).await.map(|line| line.map(|line| (identity.to_string(), line)))
    });
    let checks: Vec<_> = stream::iter(checks.collect::<Vec<_>>()).buffered(sight::PARALLEL).collect().await;
    for check in checks {
        missing.extend(check?);
    }
    Ok(missing)
}

fn workloads() -> [Resource; 3] {
    let [deployment, stateful_set, ..] = Resource::stoppable();
    [deployment, stateful_set, Resource::stable("apps", "v1", "DaemonSet", "daemonsets")]
}

/// What keeps a workload from being Available, in words.
async fn unavailable(
    store: &KubernetesStore,
    resource: &Resource,
    identity: &Identity,
) -> Result<Option<String>, Error> {
    match store.live(resource, identity).await {
        Ok(Some(live)) => Ok(availability(&live).err()),
        Ok(None) => Ok(Some(format!("{identity} is not there yet"))),
        Err(error) if error.kind == Kind::Forbidden => {
            Ok(Some(format!("whether {identity} is available is not visible: you may not get {}", resource.plural)))
        }
        Err(error) => Err(error),
    }
}
