//! Finds the live objects that still use an orphan.

mod endpoints;
mod routes;

use serde_json::{Value, json};

use super::{live::Live, podspec};
use crate::{field, render::Identity};

/// The users of `object` among `live`, as `Kind/name` and what they use it for, sorted.
pub(super) fn used_by(identity: &Identity, object: &Value, live: &Live<'_>) -> Vec<String> {
    let near = || live.near(identity.namespace.as_deref()).filter(|(user, _)| user != identity);
    let mut users = Vec::new();
    let mut services = Vec::new();
    for (user, other) in near().filter(|(user, other)| !is_spoken_for(user, other)) {
        let Some(how) = how(identity, object, user, other) else { continue };
        if user.is("", "Service") {
            let endpoints = endpoints::of(&user.name, identity, object, live);
            users.push(format!("{user} {how}{}", endpoints.map(|it| format!("; {it}")).unwrap_or_default()));
            services.push(user);
        } else {
            users.push(format!("{user} {how}"));
        }
    }
    // What leads to a workload leads to one of its Services.
    for service in services {
        let through = near().filter_map(|(user, other)| Some((user, routes::how(service, user, other)?)));
        users.extend(through.map(|(user, how)| format!("{user} {how} through {service}")));
    }
    users.sort();
    users.dedup();
    users
}

/// Whether a pod belongs to a workload that is looked at itself.
fn is_spoken_for(user: &Identity, other: &Value) -> bool {
    const LISTED: [&str; 5] = ["ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"];
    let mut owners = field::items(other, &["metadata", "ownerReferences"]);
    let is_listed = |owner: &Value| field::text(owner, &["kind"]).is_some_and(|kind| LISTED.contains(&kind.as_ref()));
    (user.is("", "Pod") || user.is("batch", "Job")) && owners.any(|(_, owner)| is_listed(owner))
}

/// What `user` uses the object for.
fn how(identity: &Identity, object: &Value, user: &Identity, other: &Value) -> Option<&'static str> {
    let labels = || podspec::template(object).and_then(|template| field::at(template, &["metadata", "labels"]));
    let targets = |target: Option<&Value>| {
        target.is_some_and(|target| {
            // KEDA leaves the kind out where it means a Deployment.
            let kind = field::text(target, &["kind"]).unwrap_or("Deployment".into());
            kind == identity.kind && field::text(target, &["name"]).is_some_and(|name| name == identity.name)
        })
    };
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
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => binds(identity, other),
        _ => routes::how(identity, user, other).or_else(|| {
            let template = podspec::template(other)?;
            podspec::refers_to(template, &identity.kind, &identity.name).then_some("uses it in its pods")
        }),
    }
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
