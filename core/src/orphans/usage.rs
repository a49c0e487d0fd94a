//! Finds the live objects that still use an orphan.

mod endpoints;
mod routes;

use std::fmt;

use serde_json::{Value, json};

use super::{live::Live, podspec};
use crate::{field, render::Identity, scale::is_target_of};

/// A live object that still uses an orphan. It prints as `Kind/name` and what it uses it for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// `Kind/name`.
    pub object: String,
    /// What it uses the orphan for, in words.
    pub how: String,
    /// What it does to the orphan.
    pub role: Role,
}

/// What a user does to an orphan, as far as that matters to whoever scales it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It decides about its size.
    Scales,
    /// Its ready endpoints are pods of the orphan right now.
    IsServed,
    /// It names or selects it.
    Refers,
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.object, self.how)
    }
}

/// The users of `object` among `live`, sorted.
pub(super) fn used_by(identity: &Identity, object: &Value, live: &Live<'_>) -> Vec<User> {
    let near = || live.near(identity.namespace.as_deref()).filter(|(user, _)| user != identity);
    let mut users = Vec::new();
    let mut services = Vec::new();
    for (user, other) in near().filter(|(user, other)| !is_spoken_for(user, other)) {
        let Some(how) = how(identity, object, user, other) else { continue };
        let (mut how, mut role) = (how.to_owned(), Role::Refers);
        if user.is("", "Service") {
            if let Some(endpoints) = endpoints::of(&user.name, identity, object, live) {
                how = format!("{how}; {endpoints}");
                role = if endpoints.own > 0 { Role::IsServed } else { role };
            }
            services.push(user);
        } else if is_target_of(identity, other) {
            role = Role::Scales;
        }
        users.push(User { object: user.to_string(), how, role });
    }
    // What leads to a workload leads to one of its Services.
    for service in services {
        let through = near().filter_map(|(user, other)| Some((user, routes::how(service, user, other)?)));
        let through = through.map(|(user, how)| (user.to_string(), format!("{how} through {service}")));
        users.extend(through.map(|(object, how)| User { object, how, role: Role::Refers }));
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
            is_target_of(identity, other).then_some("scales it")
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
