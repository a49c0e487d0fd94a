//! Reminds of what is scaled down while a cluster changes.

use profile_core::{field, render::Identity, scale::Record};
use serde_json::Value;

use super::{
    past,
    scaling::{cluster_of_record, object},
};
use crate::{
    error::Kind,
    output::Output,
    store::{Document, KubernetesStore, Resource, Store},
};

/// Names the workloads that were scaled down for `cluster` and still are: what a switch renders again stays without pods
/// until somebody scales it back. A reminder is no reason to fail, so what is not visible is left out.
pub(crate) async fn remind(store: &Store, cluster: &Document, output: &mut Output) {
    let Store::Kubernetes(kubernetes) = store else { return };
    let name = cluster_of_record(cluster);
    let down: Vec<_> = workloads(kubernetes, cluster).await.iter().filter_map(|it| still_down(it, &name)).collect();
    if down.is_empty() {
        return;
    }
    down.iter().for_each(|it| output.note(&format!("still scaled down: {it}")));
    output.note(&format!("hint: `kubectl profile scale-back {}` gives them their size back", cluster.words()));
}

/// What a user may see of all workloads, or else of those where the cluster's packs are.
async fn workloads(store: &KubernetesStore, cluster: &Document) -> Vec<Value> {
    let mut found = Vec::new();
    for resource in Resource::scalable() {
        match store.live_list(&resource, None).await {
            Ok(items) => found.extend(items),
            Err(error) if error.kind == Kind::Forbidden => {
                let revisions = store.revisions(cluster).await.unwrap_or_default();
                for namespace in past::namespaces(cluster, &revisions) {
                    found.extend(store.live_list(&resource, Some(&namespace)).await.unwrap_or_default());
                }
            }
            Err(_) => {}
        }
    }
    found
}

/// The workload in words, if it has a record for `cluster` and no size.
fn still_down(live: &Value, cluster: &str) -> Option<String> {
    let record = Record::of(live).ok().flatten().filter(|it| it.cluster == cluster)?;
    let identity = Identity::of_live(live)?;
    let is_down = field::at(live, &["spec", "replicas"]).and_then(Value::as_i64) == Some(0);
    let namespace = identity.namespace.as_deref().unwrap_or_default();
    is_down.then(|| format!("{} in {namespace} (was {})", object(&identity), record.replicas))
}

#[cfg(test)]
mod tests {
    use profile_core::annotations;
    use serde_json::json;

    use super::*;

    fn told(cluster: &str, replicas: i64, record: &str) -> Option<String> {
        let live = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": replicas},
            "metadata": {"name": "x", "namespace": "ns", "annotations": {annotations::SCALED_DOWN: record}},
        });
        still_down(&live, cluster)
    }

    #[test]
    fn only_what_is_down_for_this_cluster_is_told() {
        let record = r#"{"replicas": 3, "at": "", "cluster": "hub/c", "uid": "u"}"#;
        assert_eq!(told("hub/c", 0, record).as_deref(), Some("deployment.apps/x in ns (was 3)"));
        assert_eq!(told("hub/d", 0, record), None);
        assert_eq!(told("hub/c", 2, record), None);
        assert_eq!(told("hub/c", 0, "{"), None);
    }
}
