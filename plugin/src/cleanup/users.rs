//! Which kinds may use an orphan, so that no others are listed.

use profile_core::render::Identity;

use crate::store::Resource;

/// Kinds that may be used, and the kinds that may use them: group, version, kind, plural.
type Uses = (&'static [&'static str], &'static [[&'static str; 4]]);

const USES: [Uses; 4] = [
    (
        &["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet"],
        &[
            ["", "v1", "Service", "services"],
            ["autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"],
            ["policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"],
            ["keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"],
        ],
    ),
    (&["Service"], &[["networking.k8s.io", "v1", "Ingress", "ingresses"]]),
    (
        &["PersistentVolumeClaim", "ConfigMap", "Secret", "ServiceAccount"],
        &[
            ["apps", "v1", "Deployment", "deployments"],
            ["apps", "v1", "StatefulSet", "statefulsets"],
            ["apps", "v1", "DaemonSet", "daemonsets"],
            ["batch", "v1", "CronJob", "cronjobs"],
            ["batch", "v1", "Job", "jobs"],
        ],
    ),
    (&["ServiceAccount", "Role", "ClusterRole"], &[["rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"]]),
];

/// What to list, and where, to see who uses the `found` objects: each kind once for each namespace.
pub(super) fn to_list(found: &[Identity]) -> Vec<(Resource, String)> {
    let mut wanted: Vec<(Resource, String)> = Vec::new();
    for identity in found {
        let Some(namespace) = &identity.namespace else { continue };
        for (_, users) in USES.iter().filter(|(used, _)| used.contains(&identity.kind.as_str())) {
            for [group, version, kind, plural] in *users {
                let entry = (Resource::stable(group, version, kind, plural), namespace.clone());
                if !wanted.contains(&entry) {
                    wanted.push(entry);
                }
            }
        }
    }
    wanted
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
    use super::*;

    fn listed(kinds: &[&str]) -> Vec<String> {
        let identity = |kind: &&str| Identity {
            group: String::new(),
            kind: (*kind).to_owned(),
            namespace: Some("n".into()),
            name: "a".into(),
        };
        let found: Vec<_> = kinds.iter().map(identity).collect();
        to_list(&found).into_iter().map(|(resource, _)| resource.kind).collect()
    }

    #[test]
    fn only_kinds_that_may_use_it_are_listed_and_each_once() {
        assert_eq!(listed(&["Service", "Service"]), ["Ingress"]);
        assert_eq!(listed(&["Deployment", "StatefulSet"]).len(), 4);
        assert!(listed(&["Secret", "PersistentVolumeClaim"]).contains(&"CronJob".to_owned()));
        assert_eq!(listed(&["CustomThing"]), [""; 0]);
    }
}
