//! Says what an orphan costs or exposes while it stays.

use serde_json::Value;

use crate::{field, render::Identity};

/// The note for an object; `None` where there is nothing to say beyond its being there.
pub(super) fn of(identity: &Identity, object: &Value) -> Option<&'static str> {
    match (identity.group.as_str(), identity.kind.as_str()) {
        ("", "Service") if field::text(object, &["spec", "type"]).as_deref() == Some("LoadBalancer") => {
            Some("its load balancer keeps costing, and keeps exposing what it selects")
        }
        ("", "Service") if field::text(object, &["spec", "type"]).as_deref() == Some("NodePort") => {
            Some("its port stays open on every node")
        }
        ("networking.k8s.io", "Ingress") | ("gateway.networking.k8s.io", "Gateway" | "HTTPRoute") => {
            Some("it still exposes its backends")
        }
        ("", "Secret") => Some("it can still be read"),
        ("", "ServiceAccount") => Some("tokens for it can still be requested"),
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => Some("it can still be granted"),
        ("rbac.authorization.k8s.io", _) => Some("it still grants its rights"),
        ("", "PersistentVolumeClaim" | "PersistentVolume") => Some("it still stores, and costs, its data"),
        ("apps", "DaemonSet") => Some("it runs on every node and has no size to set to zero"),
        ("batch", "Job") => Some("it ends by itself and has no size to set to zero"),
        ("batch", "CronJob") => match field::at(object, &["spec", "suspend"]).and_then(Value::as_bool) {
            Some(true) => Some("it is suspended, and starts no jobs"),
            _ => Some("it keeps starting jobs"),
        },
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            Some("deleting it would delete all objects of its kind")
        }
        ("admissionregistration.k8s.io", _) => Some("it still decides about writes to the cluster"),
        ("", "Namespace") => Some("deleting it would delete everything in it"),
        _ => None,
    }
}
