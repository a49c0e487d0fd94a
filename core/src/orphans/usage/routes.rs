//! Finds what leads requests to a Service: Ingresses, routes, admission webhooks, aggregated APIs.

use std::borrow::Cow;

use serde_json::Value;

use crate::{field, render::Identity};

/// What `user` leads to the Service, or attaches to the Gateway, that `identity` is.
pub(super) fn how(identity: &Identity, user: &Identity, other: &Value) -> Option<&'static str> {
    let is_service = identity.is("", "Service");
    let is_meant = |reference: &Value, default: Option<&str>| {
        let namespace = field::text(reference, &["namespace"]);
        let is_here = namespace.as_deref().or(default) == identity.namespace.as_deref();
        is_here && field::text(reference, &["name"]).is_some_and(|name| name == identity.name)
    };
    let own = user.namespace.as_deref();
    match (user.group.as_str(), user.kind.as_str()) {
        ("networking.k8s.io", "Ingress") => {
            (is_service && ingress_backends(other).any(|name| name == identity.name)).then_some("routes to it")
        }
        ("gateway.networking.k8s.io", _) => {
            let mut backends =
                field::items(other, &["spec", "rules"]).flat_map(|(_, rule)| field::items(rule, &["backendRefs"]));
            if is_service && backends.any(|(_, backend)| is_meant(backend, own)) {
                return Some("routes to it");
            }
            let is_gateway = identity.is("gateway.networking.k8s.io", "Gateway");
            let mut parents = field::items(other, &["spec", "parentRefs"]);
            (is_gateway && parents.any(|(_, parent)| is_meant(parent, own))).then_some("attaches to it")
        }
        ("admissionregistration.k8s.io", _) => {
            let mut services = field::items(other, &["webhooks"])
                .filter_map(|(_, webhook)| field::at(webhook, &["clientConfig", "service"]));
            (is_service && services.any(|it| is_meant(it, None))).then_some("asks it about writes")
        }
        ("apiregistration.k8s.io", "APIService") => {
            let service = field::at(other, &["spec", "service"]);
            (is_service && service.is_some_and(|it| is_meant(it, None))).then_some("is served by it")
        }
        _ => None,
    }
}

fn ingress_backends(ingress: &Value) -> impl Iterator<Item = Cow<'_, str>> {
    let paths = field::items(ingress, &["spec", "rules"])
        .flat_map(|(_, rule)| field::items(rule, &["http", "paths"]))
        .filter_map(|(_, path)| field::at(path, &["backend"]));
    let default = field::at(ingress, &["spec", "defaultBackend"]);
    paths.chain(default).filter_map(|backend| {
        field::text(backend, &["service", "name"]).or_else(|| field::text(backend, &["serviceName"]))
    })
}
