//! Gives workloads the size back that their records name, the last one scaled down first.

use std::collections::BTreeSet;

use profile_core::{
    annotations, field,
    render::Identity,
    scale::{Record, plan_back},
};
use serde_json::Value;

use super::{
    live_store,
    names::{Name, pick},
    past,
    scaling::{Scaling, Step, cluster_of_record, scale},
};
use crate::{
    commands::Outcome,
    error::{Error, Kind},
    output::Output,
    store::{Document, KubernetesStore, Resource, Store},
};

/// Scales the workloads back that were scaled down for `cluster`, or those that `names` name.
pub(crate) async fn scale_back(
    store: &Store,
    cluster: &Document,
    names: &[Name],
    scaling: &Scaling,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let kubernetes = live_store(store)?;
    let name = cluster.cluster().name().into_owned();
    // Without the right to read the revisions, today's packs still name their namespaces.
    let revisions = kubernetes.revisions(cluster).await.unwrap_or_default();
    let namespaces = past::namespaces(cluster, &revisions);
    let workloads = workloads(kubernetes, &namespaces, output).await?;
    let may_be_ours = |namespace: &str| !names.is_empty() || namespaces.contains(namespace);
    let workloads = in_order(workloads, &cluster_of_record(cluster), may_be_ours);
    let identities: Vec<_> = workloads.iter().filter_map(Identity::of_live).collect();
    let what = format!("a workload that was scaled down for cluster {name:?}");
    let picked = pick(names, &identities.iter().collect::<Vec<_>>(), &what)?;
    if picked.is_empty() {
        output.note(&format!("nothing to scale back: nothing is scaled down for cluster {name:?}"));
        return Ok(Outcome::Done);
    }
    let planner = |live: &Value| plan_back(live).map(Some).map_err(|refusal| refusal.to_string());
    let live = picked.into_iter().map(|index| &workloads[index]);
    let steps: Vec<_> = live.map(|live| Step { planned: planner(live), live: live.clone() }).collect();
    scale(kubernetes, cluster, &steps, &planner, scaling, output).await
}

/// The revisions that a scale-down of `cluster` still names, in all namespaces: they tell what it was about.
///
/// # Errors
/// When not everything is visible: then no revision can be said to be unused.
pub(crate) async fn revisions_in_use(store: &Store, cluster: &Document) -> Result<BTreeSet<u64>, Error> {
    let Store::Kubernetes(kubernetes) = store else { return Ok(BTreeSet::new()) };
    let cluster = cluster_of_record(cluster);
    let mut used = BTreeSet::new();
    for resource in Resource::scalable() {
        used.extend(kubernetes.live_list(&resource, None).await?.iter().filter_map(|live| revision_of(live, &cluster)));
    }
    Ok(used)
}

/// The revision that a workload's record for `cluster` names. What nobody can read names none: it is refused by a scale-back
/// whatever is kept, and anybody's broken annotation would end the pruning of all clusters otherwise.
fn revision_of(live: &Value, cluster: &str) -> Option<u64> {
    Record::of(live).ok().flatten().filter(|record| record.cluster == cluster)?.revision
}

/// All Deployments and StatefulSets that this user may list: everywhere, or else where the cluster's packs are.
async fn workloads(
    store: &KubernetesStore,
    namespaces: &BTreeSet<String>,
    output: &mut Output,
) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for resource in Resource::scalable() {
        match store.live_list(&resource, None).await {
            Ok(items) => found.extend(items),
            Err(error) if error.kind == Kind::Forbidden => {
                found.extend(by_namespace(store, namespaces, &resource, output).await?);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn by_namespace(
    store: &KubernetesStore,
    namespaces: &BTreeSet<String>,
    resource: &Resource,
    output: &mut Output,
) -> Result<Vec<Value>, Error> {
    let plural = &resource.plural;
    let places = namespaces.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    output.warning(&format!(
        "you may not list {plural} in all namespaces; only those of the cluster's packs are looked at: {places}"
    ));
    let mut found = Vec::new();
    let mut refused = None;
    for namespace in namespaces {
        match store.live_list(resource, Some(namespace)).await {
            Ok(items) => found.extend(items),
            Err(error) if error.kind == Kind::Forbidden => {
                output.warning(&format!("not visible: you may not list {plural} in namespace {namespace}"));
                refused.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// The workloads that carry a record for the cluster, the last one scaled down first. A record that nobody can read comes
/// last where it may be this cluster's: it is refused in words and not passed over.
fn in_order(workloads: Vec<Value>, cluster: &str, may_be_ours: impl Fn(&str) -> bool) -> Vec<Value> {
    let mut ours: Vec<_> = workloads
        .into_iter()
        .filter_map(|live| match Record::of(&live) {
            Ok(None) => None,
            Ok(Some(record)) => (record.cluster == cluster).then_some((Some(record.at), live)),
            Err(_) => {
                let namespace = field::text(&live, &["metadata", "namespace"]).unwrap_or_default();
                let is_ours = recorded_cluster(&live).map_or_else(|| may_be_ours(&namespace), |it| it == cluster);
                is_ours.then_some((None, live))
            }
        })
        .collect();
    // A later time as RFC 3339 text in UTC is the greater text, down to the same number of decimals, which we write.
    ours.sort_by(|(left, _), (right, _)| right.cmp(left));
    ours.into_iter().map(|(_, live)| live).collect()
}

/// The cluster in a record that is otherwise not what we write.
fn recorded_cluster(live: &Value) -> Option<String> {
    let text = field::text(live, &["metadata", "annotations", annotations::SCALED_DOWN])?;
    let record: Value = serde_json::from_str(&text).ok()?;
    field::text(&record, &["cluster"]).map(Into::into)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workload(name: &str, record: Option<Value>) -> Value {
        let annotations =
            record.map(|it| json!({annotations::SCALED_DOWN: it.as_str().map_or(it.to_string(), Into::into)}));
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "n", "annotations": annotations}})
    }

    fn record(cluster: &str, at: &str) -> Option<Value> {
        Some(json!({"replicas": 2, "at": at, "cluster": cluster, "uid": "u"}))
    }

    #[test]
    fn the_last_one_scaled_down_comes_first_and_other_clusters_do_not_matter() {
        let workloads = vec![
            workload("first", record("c", "2026-01-01T00:00:00.001Z")),
            workload("last", record("c", "2026-01-01T00:00:00.010Z")),
            workload("other", record("d", "2026-01-01T00:00:00.020Z")),
            workload("bare", None),
        ];
        let names: Vec<_> =
            in_order(workloads, "c", |it| it == "n").iter().map(|it| it["metadata"]["name"].clone()).collect();
        assert_eq!(names, ["last", "first"]);
    }

    #[test]
    fn a_record_that_cannot_be_read_names_no_revision_and_ends_nothing() {
        let with =
            |revision: Value| Some(json!({"replicas": 2, "at": "", "cluster": "c", "uid": "u", "revision": revision}));
        let of = |record, cluster| revision_of(&workload("a", record), cluster);
        assert_eq!(of(with(json!(7)), "c"), Some(7));
        assert_eq!(of(with(json!(7)), "d"), None);
        for unreadable in [with(json!("many")), Some(json!("{")), None] {
            assert_eq!(of(unreadable, "c"), None);
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_is_not_passed_over() {
        let workloads = vec![
            workload("garbage", Some(json!("{"))),
            workload("edited", Some(json!({"replicas": 0, "at": "", "cluster": "c", "uid": "u"}))),
            workload("edited-of-another", Some(json!({"replicas": 0, "at": "", "cluster": "d", "uid": "u"}))),
        ];
        let names = |may_be_ours: bool| -> Vec<Value> {
            let ours = in_order(workloads.clone(), "c", |_| may_be_ours);
            ours.iter().map(|it| it["metadata"]["name"].clone()).collect()
        };
        assert_eq!(names(true), ["garbage", "edited"]);
        assert_eq!(names(false), ["edited"]);
    }
}
