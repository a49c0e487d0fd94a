//! Which kinds may use an orphan, so that no others are listed.

use std::collections::{BTreeMap, BTreeSet};

use profile_core::render::Identity;
use serde_json::Value;

use super::target::is_custom;
use crate::store::{Depth, Resource};

/// Kinds that may be used, and the kinds that may use them or say how: group, kind, and how much of it is asked for.
type Uses = (&'static [&'static str], &'static [(&'static str, &'static str, Depth)]);

/// What leads to a Service, and so to the workload behind it.
const ROUTES: [(&str, &str, Depth); 8] = [
    ("networking.k8s.io", "Ingress", Depth::Whole),
    ("gateway.networking.k8s.io", "HTTPRoute", Depth::Whole),
    ("gateway.networking.k8s.io", "GRPCRoute", Depth::Whole),
    ("gateway.networking.k8s.io", "TLSRoute", Depth::Whole),
    ("gateway.networking.k8s.io", "TCPRoute", Depth::Whole),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", Depth::Whole),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", Depth::Whole),
    ("apiregistration.k8s.io", "APIService", Depth::Whole),
];

const WORKLOADS: [&str; 8] =
    ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet", "ReplicationController"];

/// What may scale a custom resource, which says of itself neither that it has pods nor which.
const OF_CUSTOM: [(&str, &str, Depth); 2] =
    [("autoscaling", "HorizontalPodAutoscaler", Depth::Whole), ("keda.sh", "ScaledObject", Depth::Whole)];

const USES: [Uses; 6] = [
    (
        &WORKLOADS,
        &[
            ("", "Service", Depth::Whole),
            ("autoscaling", "HorizontalPodAutoscaler", Depth::Whole),
            ("policy", "PodDisruptionBudget", Depth::Whole),
            ("keda.sh", "ScaledObject", Depth::Whole),
            ("discovery.k8s.io", "EndpointSlice", Depth::Whole),
            // Their labels say whose they are.
            ("", "Pod", Depth::Metadata),
            // No users: these are what the workloads hold.
            ("", "PersistentVolumeClaim", Depth::Whole),
        ],
    ),
    (&WORKLOADS, &ROUTES),
    (&["Service"], &ROUTES),
    (&["Gateway"], &ROUTES),
    (
        &["PersistentVolumeClaim", "ConfigMap", "Secret", "ServiceAccount"],
        &[
            ("", "Pod", Depth::Whole),
            ("apps", "Deployment", Depth::Whole),
            ("apps", "StatefulSet", Depth::Whole),
            ("apps", "DaemonSet", Depth::Whole),
            ("batch", "CronJob", Depth::Whole),
            ("batch", "Job", Depth::Whole),
        ],
    ),
    (
        &["ServiceAccount", "Role", "ClusterRole"],
        &[
            ("rbac.authorization.k8s.io", "RoleBinding", Depth::Whole),
            ("rbac.authorization.k8s.io", "ClusterRoleBinding", Depth::Whole),
        ],
    ),
];

/// Group and kind, how much of each object is read, and the namespaces; `None` is all of them.
type Lists = BTreeMap<(&'static str, &'static str), (Depth, Option<BTreeSet<String>>)>;

/// What to list, and where, to see who uses the `found` objects: each kind once, in the namespaces of what it may use, or in
/// all.
pub(super) fn to_list<'f>(found: impl Iterator<Item = &'f Identity> + Clone) -> Lists {
    let mut wanted = BTreeMap::new();
    let by_kind = USES.map(|(used, users)| {
        let of_kind = found.clone().filter(|it| used.contains(&it.kind.as_str()));
        (of_kind.map(|it| it.namespace.clone()).collect::<BTreeSet<_>>(), users)
    });
    let custom = found.clone().filter(|it| is_custom(it) && it.namespace.is_some());
    let custom = (custom.map(|it| it.namespace.clone()).collect(), &OF_CUSTOM[..]);
    for (places, users) in by_kind.into_iter().chain([custom]) {
        for (group, kind, depth) in users.iter().filter(|_| !places.is_empty()) {
            let (deepest, namespaces) = wanted.entry((*group, *kind)).or_insert((*depth, Some(BTreeSet::new())));
            if *depth == Depth::Whole {
                *deepest = Depth::Whole;
            }
            // What is outside of namespaces may be used in any.
            match namespaces {
                Some(known) if !places.contains(&None) => known.extend(places.iter().flatten().cloned()),
                _ => *namespaces = None,
            }
        }
    }
    wanted
}

/// What matters of an object that may use another: much of it is held at once, and most of it says nothing about use.
pub(super) fn trimmed(mut object: Value) -> Value {
    let is_claim = object.get("kind").and_then(Value::as_str) == Some("PersistentVolumeClaim");
    if let Some(fields) = object.as_object_mut() {
        // A claim says in its status how big it is.
        if !is_claim {
            fields.remove("status");
        }
        if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
            metadata.remove("annotations");
        }
    }
    object
}

/// The kinds that decide about a workload's size by themselves.
pub(super) fn scalers() -> [Resource; 2] {
    [
        Resource::stable("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
        Resource::stable("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_says_nothing_about_use_is_dropped_and_the_size_of_a_claim_is_kept() {
        let object = |kind: &str| json!({"kind": kind, "metadata": {"name": "a", "labels": {}, "annotations": {"x": "y"}, "managedFields": []}, "spec": {}, "status": {}});
        assert_eq!(trimmed(object("Pod")), json!({"kind": "Pod", "metadata": {"name": "a", "labels": {}}, "spec": {}}));
        assert!(trimmed(object("PersistentVolumeClaim")).get("status").is_some());
    }

    fn listed(kinds: &[(&str, &str)]) -> Vec<(&'static str, Depth, usize)> {
        let identity = |(kind, namespace): &(&str, &str)| Identity {
            group: String::new(),
            kind: (*kind).to_owned(),
            namespace: (!namespace.is_empty()).then(|| (*namespace).to_owned()),
            name: "a".into(),
        };
        let found: Vec<_> = kinds.iter().map(identity).collect();
        to_list(found.iter())
            .into_iter()
            .map(|((_, kind), (depth, places))| (kind, depth, places.map_or(0, |it| it.len())))
            .collect()
    }

    #[test]
    fn only_kinds_that_may_use_it_are_listed_and_each_once() {
        let services = listed(&[("Service", "a"), ("Service", "b")]);
        assert_eq!(services.len(), ROUTES.len());
        assert!(services.contains(&("Ingress", Depth::Whole, 2)));
        let workloads = listed(&[("Deployment", "a"), ("StatefulSet", "a")]);
        assert!(workloads.contains(&("Pod", Depth::Metadata, 1)), "{workloads:?}");
        assert!(listed(&[("Secret", "a"), ("Deployment", "b")]).contains(&("Pod", Depth::Whole, 2)));
        assert_eq!(listed(&[("CustomThing", "a")]), []);
        let custom = |group: &str| Identity {
            group: group.into(),
            kind: "Widget".into(),
            namespace: Some("a".into()),
            name: "w".into(),
        };
        assert_eq!(to_list([custom("example.com")].iter()).len(), OF_CUSTOM.len());
        assert!(to_list([custom("scheduling.k8s.io")].iter()).is_empty());
    }

    #[test]
    fn a_kind_outside_of_namespaces_is_used_by_its_bindings() {
        assert!(listed(&[("ClusterRole", "")]).contains(&("RoleBinding", Depth::Whole, 0)), "0 stands for all");
    }
}
