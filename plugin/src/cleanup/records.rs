//! Finds the objects that carry a record of a scale-down, whatever their kind.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use profile_core::{annotations, field, render::Identity, scale::Record};
use serde_json::Value;

use super::{past, scaling::cluster_of_record, sight};
use crate::{
    error::{Error, Kind},
    store::{Document, KubernetesStore, Resource, Store},
};

/// An object with a record, as far as its metadata tell.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) resource: Resource,
    pub(super) identity: Identity,
    /// The record, or why it cannot be read.
    pub(super) record: Result<Record, String>,
    /// The cluster in a record that is otherwise not what we write.
    cluster: Option<String>,
}

impl Recorded {
    fn of(resource: &Resource, metadata: &Value) -> Option<Self> {
        let record = Record::of(metadata).transpose()?;
        // The Deployment controller copies annotations to its ReplicaSets, our record among them.
        let is_owned = field::items(metadata, &["metadata", "ownerReferences"]).next().is_some();
        let uid = field::text(metadata, &["metadata", "uid"]).unwrap_or_default();
        if is_owned && record.as_ref().map_or(true, |record| record.uid != uid) {
            return None;
        }
        let cluster = match &record {
            Ok(record) => Some(record.cluster.clone()),
            Err(_) => {
                let text = field::text(metadata, &["metadata", "annotations", annotations::SCALED_DOWN]);
                let raw: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
                raw.and_then(|raw| field::text(&raw, &["cluster"]).map(Into::into))
            }
        };
        Some(Self { resource: resource.clone(), identity: Identity::of_live(metadata)?, record, cluster })
    }
}

/// All records that this user may see, and what they may not see.
#[derive(Debug, Default)]
pub(crate) struct Records {
    all: Vec<Recorded>,
    pub(super) not_visible: Vec<String>,
    /// The first refusal of a list of everything, where not one namespace could be listed instead.
    pub(super) refused: Option<Error>,
}

impl Records {
    /// None, for this reason.
    pub(super) fn not_visible(reason: String) -> Self {
        Self { not_visible: vec![reason], ..Self::default() }
    }

    /// Reads the metadata of every kind that can be stopped: everywhere, or else in `namespaces`.
    pub(super) async fn read(store: &KubernetesStore, namespaces: &BTreeSet<String>) -> Result<Self, Error> {
        let resources = match store.stoppable().await {
            Ok(resources) => resources,
            // Whoever may not discover still has Kubernetes' own kinds.
            Err(error) if error.kind == Kind::Forbidden => Resource::stoppable().to_vec(),
            Err(error) => return Err(error),
        };
        let lists = resources.iter().map(|resource| async move { (resource, list(store, resource, namespaces).await) });
        let lists: Vec<_> = stream::iter(lists.collect::<Vec<_>>()).buffered(sight::PARALLEL).collect().await;
        let mut records = Self::default();
        let (mut partly, mut refused) = (Vec::new(), BTreeMap::<String, Vec<&str>>::new());
        for (resource, listed) in lists {
            let listed = listed?;
            records.all.extend(listed.items.iter().filter_map(|it| Recorded::of(resource, it)));
            records.not_visible.extend(listed.unanswered);
            partly.extend(listed.is_partial.then_some(resource.plural.as_str()));
            for (namespace, error) in listed.refused {
                refused.entry(namespace).or_default().push(&resource.plural);
                records.refused.get_or_insert(error);
            }
        }
        if !partly.is_empty() {
            let (kinds, places) =
                (partly.join(", "), namespaces.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
            let instead = match namespaces.is_empty() {
                true => String::new(),
                false => format!("; only those of the cluster's packs are looked at: {places}"),
            };
            records.not_visible.push(format!("you may not list {kinds} in all namespaces{instead}"));
        }
        let refused = refused.iter().map(|(namespace, kinds)| (kinds.join(", "), namespace));
        let refused = refused.map(|(kinds, namespace)| format!("you may not list {kinds} in namespace {namespace}"));
        records.not_visible.extend(refused);
        Ok(records)
    }

    /// The same for one cluster, whose packs name the namespaces to fall back to.
    pub(super) async fn of_cluster(
        (hub, store): (&Store, &KubernetesStore),
        cluster: &Document,
    ) -> Result<Self, Error> {
        // Without the right to read the revisions, today's packs still name their namespaces.
        let revisions = hub.revisions(cluster).await.unwrap_or_default();
        Self::read(store, &past::namespaces(cluster, &revisions)).await
    }

    /// What was scaled down for the cluster, the last one first. A record that nobody can read comes last where it may be
    /// this cluster's: it is refused in words and not passed over.
    pub(super) fn of(&self, cluster: &Document, may_be_ours: impl Fn(&str) -> bool) -> Vec<&Recorded> {
        self.of_name(&cluster_of_record(cluster), may_be_ours)
    }

    /// Those that do not say whose they are.
    pub(super) fn unclaimed(&self) -> impl Iterator<Item = &Recorded> {
        self.all.iter().filter(|it| it.cluster.is_none())
    }

    fn of_name(&self, cluster: &str, may_be_ours: impl Fn(&str) -> bool) -> Vec<&Recorded> {
        let is_ours = |it: &&Recorded| match &it.cluster {
            Some(name) => name == cluster,
            None => may_be_ours(it.identity.namespace.as_deref().unwrap_or_default()),
        };
        let mut ours: Vec<_> = self.all.iter().filter(is_ours).collect();
        // A later time as RFC 3339 text in UTC is the greater text, down to the same number of decimals, which we write.
        let time = |it: &Recorded| it.record.as_ref().ok().map(|record| record.at.clone());
        ours.sort_by_key(|it| std::cmp::Reverse(time(it)));
        ours
    }

    /// The revisions that records of the cluster name. What nobody can read names none: it is refused by a scale-back
    /// whatever is kept, and anybody's broken annotation would end the pruning of all clusters otherwise.
    pub(super) fn revisions(&self, cluster: &Document) -> BTreeSet<u64> {
        self.of(cluster, |_| false).into_iter().filter_map(|it| it.record.as_ref().ok()?.revision).collect()
    }
}

/// What a list of one kind comes to: its items, and where it was refused.
#[derive(Default)]
struct Listed {
    items: Vec<Value>,
    /// Whether only single namespaces were looked at.
    is_partial: bool,
    /// The namespaces that were refused, too.
    refused: Vec<(String, Error)>,
    /// Why the server of its group does not answer.
    unanswered: Option<String>,
}

async fn list(store: &KubernetesStore, resource: &Resource, namespaces: &BTreeSet<String>) -> Result<Listed, Error> {
    match store.metadata(resource, None).await {
        Ok(items) => return Ok(Listed { items, ..Listed::default() }),
        Err(error) if error.kind == Kind::Unanswered => {
            return Ok(Listed { unanswered: Some(error.message), ..Listed::default() });
        }
        Err(error) if error.kind == Kind::Forbidden => {}
        Err(error) => return Err(error),
    }
    let mut listed = Listed { is_partial: true, ..Listed::default() };
    for namespace in namespaces {
        match store.metadata(resource, Some(namespace)).await {
            Ok(found) => listed.items.extend(found),
            Err(error) if error.kind == Kind::Forbidden => listed.refused.push((namespace.clone(), error)),
            Err(error) => return Err(error),
        }
    }
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn records(all: &[(&str, Value)]) -> Records {
        let recorded = all.iter().filter_map(|(name, record)| {
            let text = record.as_str().map_or_else(|| record.to_string(), Into::into);
            let annotations = if record.is_null() { json!(null) } else { json!({annotations::SCALED_DOWN: text}) };
            let metadata = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "n", "annotations": annotations}});
            Recorded::of(&Resource::stoppable()[0], &metadata)
        });
        Records { all: recorded.collect(), ..Records::default() }
    }

    fn record(cluster: &str, at: &str) -> Value {
        json!({"replicas": 2, "at": at, "cluster": cluster, "uid": "u"})
    }

    fn names(records: &Records, may_be_ours: bool) -> Vec<&str> {
        records.of_name("c", |_| may_be_ours).iter().map(|it| it.identity.name.as_str()).collect()
    }

    #[test]
    fn the_last_one_scaled_down_comes_first_and_other_clusters_do_not_matter() {
        let all = records(&[
            ("first", record("c", "2026-01-01T00:00:00.001Z")),
            ("last", record("c", "2026-01-01T00:00:00.010Z")),
            ("other", record("d", "2026-01-01T00:00:00.020Z")),
            ("bare", json!(null)),
        ]);
        assert_eq!(names(&all, true), ["last", "first"]);
    }

    #[test]
    fn a_copy_on_a_replica_set_is_no_record_of_its_own() {
        let copy = |record: Value| {
            let owner = json!([{"kind": "Deployment", "name": "a", "uid": "u"}]);
            let metadata = json!({"uid": "v", "name": "a-1", "ownerReferences": owner, "annotations": {annotations::SCALED_DOWN: record.to_string()}});
            Recorded::of(
                &Resource::stoppable()[2],
                &json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata}),
            )
        };
        assert!(copy(record("c", "")).is_none() && copy(json!("{")).is_none());
        assert!(copy(json!({"replicas": 2, "at": "", "cluster": "c", "uid": "v"})).is_some());
    }

    #[test]
    fn a_record_that_cannot_be_read_names_no_revision_and_ends_nothing() {
        let with = |revision: Value| json!({"replicas": 2, "at": "", "cluster": "c", "uid": "u", "revision": revision});
        let cluster = |name: &str| Document { value: json!({"metadata": {"name": name}}), place: String::new() };
        let all = records(&[("a", with(json!(7))), ("b", with(json!("many"))), ("c", json!("{"))]);
        assert_eq!(all.revisions(&cluster("c")).into_iter().collect::<Vec<_>>(), [7]);
        assert!(all.revisions(&cluster("d")).is_empty());
    }

    #[test]
    fn a_record_that_cannot_be_read_is_not_passed_over() {
        let all = records(&[
            ("garbage", json!("{")),
            ("edited", json!({"replicas": 0, "at": "", "cluster": "c", "uid": "u"})),
            ("edited-of-another", json!({"replicas": 0, "at": "", "cluster": "d", "uid": "u"})),
        ]);
        assert_eq!(names(&all, true), ["garbage", "edited"]);
        assert_eq!(names(&all, false), ["edited"]);
    }
}
