//! Keeps a scale-down waiting until what replaces the orphans is there.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use profile_core::{content::Content, reconciliation::unreconciled, render::Identity, scale::availability};

use super::{
    past::Sources,
    scaling::{Scaling, Work},
    search::Search,
    sight,
};
use crate::{
    error::{Error, Kind},
    output::Output,
    store::{Document, KubernetesStore, Resource},
    wait::until_empty,
};

/// What has to be ready before orphans are scaled down.
pub(super) struct Guard {
    /// What is rendered now, and more.
    pub(super) search: Search,
    /// What the search was made of.
    pub(super) sources: Sources,
    /// Only warn where it is not.
    pub(super) even_if_not_ready: bool,
}

impl Guard {
    /// Sees that every pack is reconciled, and that every workload is Available that is rendered now in a namespace where one
    /// of `orphans` is to be scaled down. Where not it refuses, waits, or warns, as it is asked to; a preview that would wait
    /// says so.
    pub(super) async fn until_ready(
        &self,
        work: &Work<'_>,
        orphans: &[&Identity],
        scaling: &Scaling,
        is_preview: bool,
        output: &mut Output,
    ) -> Result<(), Error> {
        let cluster = &*work.cluster;
        let name = cluster.cluster().name().into_owned();
        let namespaces: BTreeSet<_> = orphans.iter().map(|it| &it.namespace).collect();
        let missing = missing(&work.store, cluster, &self.search, &namespaces).await?;
        if missing.is_empty() {
            return Ok(());
        }
        let status = format!("look at `kubectl profile status {}{}`", cluster.words(), work.hub.flags());
        if self.even_if_not_ready {
            output.warning("what replaces the orphans may not serve yet, and scaling them down may end service:");
            missing.iter().for_each(|(_, it)| output.note(&format!("  {it}")));
            return Ok(());
        }
        if !scaling.wait {
            let lines: String = missing.iter().map(|(_, it)| format!("\n  {it}")).collect();
            let message = format!("what replaces the orphans of cluster {name:?} is not ready:{lines}");
            return Err(Error::refused(message)
                .hint(format!("nothing was scaled; {status} and try again, or let --wait wait for it"))
                .hint(
                    "--even-if-not-ready scales them down all the same, at the risk that nothing serves in their place",
                ));
        }
        let Some(timeout) = scaling.waits().filter(|_| !is_preview) else {
            output.note("what replaces the orphans is not ready yet, and is waited for before anything is scaled:");
            missing.iter().for_each(|(_, it)| output.note(&format!("  {it}")));
            return Ok(());
        };
        let again = async || {
            let now = work.hub.reread(cluster).await?;
            if Content::of(&now.cluster()) != Content::of(&cluster.cluster()) {
                let message = format!("the profiles of cluster {name:?} changed meanwhile");
                return Err(Error::new(Kind::DecisionNeeded, message).hint("nothing was scaled; run this again"));
            }
            let missing = self::missing(&work.store, &now, &self.search, &namespaces).await?;
            Ok(missing.into_iter().map(|(name, line)| (name, format!("waiting: {line}"))).collect())
        };
        let what = format!("what replaces the orphans of cluster {name:?} is not ready");
        until_empty(again, timeout, output.progress(), &what, &[format!("nothing was scaled; {status}")]).await
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
