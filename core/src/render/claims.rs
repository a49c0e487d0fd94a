//! Names the claims that a StatefulSet makes for its pods, which stay when Helm removes it.

use serde_json::{Value, json};

use super::{Identity, RenderedObject};
use crate::field;

/// The most pods of one StatefulSet whose claims are named.
const MAX_PODS: i64 = 256;

/// The claims of the StatefulSets among `objects`, as objects of the same release: Kubernetes calls them
/// `TEMPLATE-STATEFULSET-NUMBER`.
pub(super) fn of(objects: &[RenderedObject]) -> Vec<RenderedObject> {
    let sets = objects.iter().filter(|it| it.identity.is("apps", "StatefulSet"));
    sets.flat_map(|set| {
        let count = |path: &[&str]| field::at(&set.document, path).and_then(Value::as_i64);
        let first = count(&["spec", "ordinals", "start"]).unwrap_or(0);
        let pods = count(&["spec", "replicas"]).unwrap_or(1).clamp(0, MAX_PODS);
        let templates = field::items(&set.document, &["spec", "volumeClaimTemplates"]);
        let names = templates.filter_map(|(_, it)| field::text(it, &["metadata", "name"]));
        names.flat_map(move |name| {
            (0..pods).map(move |pod| claim(set, format!("{name}-{}-{}", set.identity.name, first.saturating_add(pod))))
        })
    })
    .collect()
}

/// Whether the StatefulSet's controller makes the object, and not the chart: a claim that a chart holds says what it asks for.
pub(super) fn is_made(object: &RenderedObject) -> bool {
    object.identity.is("", "PersistentVolumeClaim") && object.document.get("spec").is_none()
}

fn claim(set: &RenderedObject, name: String) -> RenderedObject {
    let document = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}});
    let kind = "PersistentVolumeClaim".to_owned();
    let identity = Identity { group: String::new(), kind, namespace: set.identity.namespace.clone(), name };
    RenderedObject { identity, document, ..set.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pod_has_a_claim_of_each_template() {
        let names = |spec: Value| {
            let document =
                json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"}, "spec": spec});
            let identity = Identity::of_rendered(&document, Some("n")).unwrap();
            let set = RenderedObject { identity, document, pack: "p".into(), manifest: "m".into(), release: None };
            of(&[set]).into_iter().map(|it| it.identity.name).collect::<Vec<_>>()
        };
        let templates = json!([{"metadata": {"name": "data"}}, {"metadata": {"name": "log"}}]);
        let both = json!({"replicas": 2, "volumeClaimTemplates": templates});
        assert_eq!(names(both), ["data-db-0", "data-db-1", "log-db-0", "log-db-1"]);
        let later = json!({"ordinals": {"start": 3}, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]});
        assert_eq!(names(later), ["data-db-3"]);
        let huge = json!({"replicas": i64::MAX, "ordinals": {"start": i64::MAX}, "volumeClaimTemplates": templates});
        assert_eq!(names(huge).len(), 2 * MAX_PODS as usize);
        assert!(names(json!({"replicas": 2})).is_empty());
    }
}
