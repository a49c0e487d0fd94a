//! Counts how many of a Service's ready endpoints are an orphan's own pods.

use std::{collections::BTreeSet, fmt};

use serde_json::{Value, json};

use super::super::{live::Live, podspec};
use crate::{field, render::Identity};

/// The ready endpoints of a Service.
pub(super) struct Endpoints {
    /// How many are pods of the orphan.
    pub(super) own: usize,
    total: usize,
}

impl fmt::Display for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.own, self.total) {
            (_, 0) => write!(f, "no endpoint is ready"),
            (own, total) => write!(f, "{own} of its {total} ready endpoints are these pods"),
        }
    }
}

/// The ready endpoints of `service`; `None` where its EndpointSlices are not among `live`.
pub(super) fn of(service: &str, identity: &Identity, object: &Value, live: &Live<'_>) -> Option<Endpoints> {
    let namespace = identity.namespace.as_deref();
    let slices = live.in_namespace(namespace, "discovery.k8s.io", "EndpointSlice").map(|(_, slice)| slice);
    let slices: Vec<_> = slices
        .filter(|it| {
            field::text(it, &["metadata", "labels", "kubernetes.io/service-name"]).is_some_and(|name| name == service)
        })
        .collect();
    if slices.is_empty() {
        return None;
    }
    // A pod stands in a slice for each family of addresses, and counts once.
    let ready: BTreeSet<_> = slices
        .iter()
        .flat_map(|slice| field::items(slice, &["endpoints"]))
        .filter(|(_, it)| field::at(it, &["conditions", "ready"]).and_then(Value::as_bool).unwrap_or(true))
        .filter_map(|(_, it)| {
            let pod = field::text(it, &["targetRef", "name"]);
            pod.or_else(|| field::items(it, &["addresses"]).next().and_then(|(_, it)| it.as_str()).map(Into::into))
        })
        .collect();
    let pods = live.in_namespace(namespace, "", "Pod");
    let own: BTreeSet<_> = pods.filter(|(it, pod)| is_own(identity, object, it, pod)).map(|(it, _)| &it.name).collect();
    let (total, own) = (ready.len(), ready.iter().filter(|it| own.iter().any(|own| **own == **it)).count());
    Some(Endpoints { own, total })
}

/// Whether the pod is one of the workload's: its selector says so.
fn is_own(identity: &Identity, object: &Value, pod: &Identity, raw: &Value) -> bool {
    let labels = field::at(raw, &["metadata", "labels"]);
    let selector = field::at(object, &["spec", "selector"]);
    let is_plain = |it: &&Value| it.get("matchLabels").is_none() && it.get("matchExpressions").is_none();
    // Only a ReplicationController's selector is a map of labels without more.
    let plain = selector.filter(is_plain).map(|it| json!({"matchLabels": it}));
    pod == identity || podspec::selects(plain.as_ref().or(selector), labels)
}
