//! Finds the live objects that still use an orphan.

use serde_json::{Value, json};

use super::podspec;
use crate::{field, render::Identity};

/// The users of `object` among `live`, as `Kind/name` and what they use it for, sorted.
pub(super) fn used_by(identity: &Identity, object: &Value, live: &[Value]) -> Vec<String> {
    let mut users: Vec<String> = live
        .iter()
        .filter(|other| *other != object)
        .filter_map(|other| {
            let user = Identity::of_live(other)?;
            // A Pod of a workload is spoken for by the workload.
            let owned = field::items(other, &["metadata", "ownerReferences"]).next().is_some();
            let near = user.namespace == identity.namespace || identity.namespace.is_none() || user.namespace.is_none();
            let how = if near && !owned { how(identity, object, &user, other) } else { None };
            how.map(|how| format!("{user} {how}"))
        })
        .collect();
    users.sort();
    users.dedup();
    users
}

/// What `user` uses the object for.
fn how(identity: &Identity, object: &Value, user: &Identity, other: &Value) -> Option<&'static str> {
    let labels = || podspec::template(object).and_then(|template| field::at(template, &["metadata", "labels"]));
    let targets = |target: Option<&Value>| {
        target.is_some_and(|target| {
            // KEDA leaves the kind out where it means a Deployment.
            field::text(target, &["kind"]).is_none_or(|kind| kind == identity.kind)
                && field::text(target, &["name"]).is_some_and(|name| name == identity.name)
        })
    };
    let is_service = identity.is("", "Service");
    match (user.group.as_str(), user.kind.as_str()) {
        ("", "Service") => {
            let selector = field::at(other, &["spec", "selector"])
                .filter(|map| map.as_object().is_some_and(|map| !map.is_empty()));
            let selects = selector.is_some_and(|map| podspec::selects(Some(&json!({"matchLabels": map})), labels()));
            (labels().is_some() && selects).then_some("selects its pods")
        }
        ("policy", "PodDisruptionBudget") => {
            let selects = podspec::selects(field::at(other, &["spec", "selector"]), labels());
            (labels().is_some() && selects).then_some("guards its pods")
        }
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => {
            targets(field::at(other, &["spec", "scaleTargetRef"])).then_some("scales it")
        }
        ("networking.k8s.io" | "extensions", "Ingress") => {
            (is_service && ingress_backends(other).any(|name| name == identity.name)).then_some("routes to it")
        }
        ("gateway.networking.k8s.io", _) => {
            let mut backends =
                field::items(other, &["spec", "rules"]).flat_map(|(_, rule)| field::items(rule, &["backendRefs"]));
            let routes =
                backends.any(|(_, backend)| field::text(backend, &["name"]).is_some_and(|name| name == identity.name));
            (is_service && routes).then_some("routes to it")
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => binds(identity, other),
        _ => {
            let template = podspec::template(other)?;
            podspec::refers_to(template, &identity.kind, &identity.name).then_some("uses it in its pods")
        }
    }
}

fn ingress_backends(ingress: &Value) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    let paths = field::items(ingress, &["spec", "rules"])
        .flat_map(|(_, rule)| field::items(rule, &["http", "paths"]))
        .filter_map(|(_, path)| field::at(path, &["backend"]));
    let default = field::at(ingress, &["spec", "defaultBackend"]);
    paths.chain(default).filter_map(|backend| {
        field::text(backend, &["service", "name"]).or_else(|| field::text(backend, &["serviceName"]))
    })
}

fn binds(identity: &Identity, binding: &Value) -> Option<&'static str> {
    let names = |reference: &Value| {
        field::text(reference, &["kind"]).is_some_and(|kind| kind == identity.kind)
            && field::text(reference, &["name"]).is_some_and(|name| name == identity.name)
    };
    let in_same_namespace = |subject: &Value| {
        field::text(subject, &["namespace"])
            .is_none_or(|namespace| Some(namespace.as_ref()) == identity.namespace.as_deref())
    };
    let grants = identity.group == "rbac.authorization.k8s.io" && field::at(binding, &["roleRef"]).is_some_and(names);
    let serves = identity.is("", "ServiceAccount")
        && field::items(binding, &["subjects"]).any(|(_, subject)| names(subject) && in_same_namespace(subject));
    if grants { Some("grants it") } else { serves.then_some("gives it rights") }
}
