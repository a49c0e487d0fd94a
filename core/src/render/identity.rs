//! What makes two renderings of an object the same object.

use std::fmt;

use serde_json::Value;

use crate::field;

/// Group, kind, namespace and name. The API version is left out on purpose: versions move, the object stays. So does the group
/// of the kinds that moved from one to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
    /// The namespace; `None` for cluster-scoped objects.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// Kinds that Kubernetes serves, or served, in two groups at once, with the group that stayed: the object is one and the same.
const MOVED: [(&str, &str, &str); 7] = [
    ("extensions", "DaemonSet", "apps"),
    ("extensions", "Deployment", "apps"),
    ("extensions", "Ingress", "networking.k8s.io"),
    ("extensions", "NetworkPolicy", "networking.k8s.io"),
    ("extensions", "PodSecurityPolicy", "policy"),
    ("extensions", "ReplicaSet", "apps"),
    ("events.k8s.io", "Event", ""),
];

/// The cluster-scoped kinds that Kubernetes itself serves, with their groups.
const CLUSTER_SCOPED: [(&str, &str); 30] = [
    ("", "Namespace"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("certificates.k8s.io", "CertificateSigningRequest"),
    ("certificates.k8s.io", "ClusterTrustBundle"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("networking.k8s.io", "IPAddress"),
    ("networking.k8s.io", "IngressClass"),
    ("networking.k8s.io", "ServiceCIDR"),
    ("node.k8s.io", "RuntimeClass"),
    ("policy", "PodSecurityPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("resource.k8s.io", "DeviceClass"),
    ("resource.k8s.io", "ResourceSlice"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "CSINode"),
    ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "VolumeAttachment"),
];

impl Identity {
    /// The identity of a live object: what it says about itself. `None` when kind or name are missing.
    pub fn of_live(object: &Value) -> Option<Self> {
        let kind = field::text(object, &["kind"])?.into_owned();
        let name = field::text(object, &["metadata", "name"])?.into_owned();
        let namespace = field::text(object, &["metadata", "namespace"]).map(std::borrow::Cow::into_owned);
        Some(Self { group: group(object, &kind), kind, namespace, name })
    }

    /// The identity that a rendered document will have once it is applied: cluster-scoped kinds lose a namespace, others
    /// get `namespace`, or `default`, where they name none. `None` when kind or name are missing.
    pub fn of_rendered(document: &Value, namespace: Option<&str>) -> Option<Self> {
        let mut identity = Self::of_live(document)?;
        identity.namespace = if identity.is_cluster_scoped() {
            None
        } else {
            identity.namespace.or_else(|| Some(namespace.unwrap_or("default").to_owned()))
        };
        Some(identity)
    }

    /// Whether the kind is one of Kubernetes' own that live outside of namespaces.
    pub fn is_cluster_scoped(&self) -> bool {
        CLUSTER_SCOPED.contains(&(self.group.as_str(), self.kind.as_str()))
    }

    /// Whether this is a kind of the given group: `("apps", "Deployment")`.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

fn group(object: &Value, kind: &str) -> String {
    let api_version = field::text(object, &["apiVersion"]).unwrap_or_default();
    let group = api_version.split_once('/').map(|(group, _)| group).unwrap_or_default();
    MOVED.iter().find(|(from, moved, _)| *from == group && *moved == kind).map_or(group, |(.., to)| to).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(document: &Value, namespace: Option<&str>) -> (Option<String>, String) {
        let identity = Identity::of_rendered(document, namespace).unwrap();
        (identity.namespace.clone(), identity.to_string())
    }

    #[test]
    fn a_namespace_comes_from_the_object_then_the_pack_then_default() {
        let own = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "own"}});
        let bare = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}});
        assert_eq!(rendered(&own, Some("pack")), (Some("own".into()), "Deployment/a".into()));
        assert_eq!(rendered(&bare, Some("pack")).0.as_deref(), Some("pack"));
        assert_eq!(rendered(&bare, None).0.as_deref(), Some("default"));
    }

    #[test]
    fn a_cluster_scoped_kind_never_gets_a_namespace() {
        for (group, kind) in CLUSTER_SCOPED {
            let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
            let document =
                json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a", "namespace": "x"}});
            assert_eq!(rendered(&document, Some("pack")).0, None, "{kind}");
        }
    }

    #[test]
    fn a_kind_of_the_same_name_in_another_group_is_namespaced() {
        let knative = json!({"apiVersion": "example.com/v1", "kind": "Node", "metadata": {"name": "a"}});
        assert_eq!(rendered(&knative, None).0.as_deref(), Some("default"));
    }

    #[test]
    fn the_api_version_does_not_matter_but_the_group_does() {
        let of = |version: &str, kind: &str| {
            let raw = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a", "namespace": "n"}});
            Identity::of_live(&raw).unwrap()
        };
        assert_eq!(of("networking.k8s.io/v1", "Ingress"), of("networking.k8s.io/v1beta1", "Ingress"));
        assert_ne!(of("networking.k8s.io/v1", "Ingress"), of("networking.istio.io/v1", "Ingress"));
        assert_eq!(of("v1", "Service").group, "");
    }

    #[test]
    fn a_kind_that_moved_to_another_group_is_the_same_object_in_both() {
        for (from, kind, to) in MOVED {
            let of = |group: &str| {
                let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1beta1") };
                let raw = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a", "namespace": "n"}});
                Identity::of_rendered(&raw, None).unwrap()
            };
            assert_eq!(of(from), of(to), "{kind}");
            assert_eq!(of(from).group, to);
        }
        let other = json!({"apiVersion": "extensions/v1", "kind": "Extension", "metadata": {"name": "a"}});
        assert_eq!(Identity::of_live(&other).unwrap().group, "extensions");
    }

    #[test]
    fn what_has_no_kind_or_name_has_no_identity() {
        for raw in [json!(null), json!({"kind": "Pod"}), json!({"metadata": {"name": "a"}}), json!([1])] {
            assert_eq!(Identity::of_live(&raw), None, "{raw}");
        }
    }
}
