//! Keeps a scale-down waiting until what replaces the orphans is there.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use profile_core::{reconciliation::unreconciled, render::Identity, scale::availability};

use super::{search::Search, sight};
use crate::{
    error::{Error, Kind},
    output::Output,
    store::{Document, KubernetesStore, Resource},
};

/// Refuses while a pack is not reconciled, or while a workload that is rendered now is not Available in a namespace where
/// something is to be scaled down. `at_any_rate` makes warnings of it.
pub(super) async fn refuse_unready(
    store: &KubernetesStore,
    cluster: &Document,
    search: &Search,
    orphans: &[&Identity],
    at_any_rate: bool,
    output: &mut Output,
) -> Result<(), Error> {
    let mut missing: Vec<String> = unreconciled(&cluster.cluster())
        .into_iter()
        .map(|it| format!("pack {} {}: {}", it.pack, it.version.unwrap_or_default(), it.reason))
        .collect();
    let namespaces: BTreeSet<_> = orphans.iter().map(|it| &it.namespace).collect();
    let kinds = workloads();
    let rendered = sight::rendered_now(&search.now, &kinds).filter(|(_, it)| namespaces.contains(&it.namespace));
    let checks = rendered.map(|(resource, identity)| unavailable(store, resource, identity)).collect::<Vec<_>>();
    let checks: Vec<_> = stream::iter(checks).buffered(sight::PARALLEL).collect().await;
    for check in checks {
        missing.extend(check?);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let name = cluster.cluster().name().into_owned();
    if at_any_rate {
        output.warning("what replaces the orphans may not serve yet, and scaling them down may end service:");
        missing.iter().for_each(|it| output.note(&format!("  {it}")));
        return Ok(());
    }
    let lines: Vec<_> = missing.iter().map(|it| format!("\n  {it}")).collect();
    Err(Error::refused(format!("what replaces the orphans of cluster {name:?} is not ready:{}", lines.concat()))
        .hint(format!("nothing was scaled; look at `kubectl profile status {}` and try again", cluster.words()))
        .hint("--even-if-not-ready scales them down all the same, at the risk that nothing serves in their place"))
}

fn workloads() -> [Resource; 3] {
    let [deployment, stateful_set] = Resource::scalable();
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
