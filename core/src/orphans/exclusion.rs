//! Decides which objects are accounted for by someone else.

use std::fmt;

use serde_json::Value;

use super::{Rendering, evidence::Proof};
use crate::{
    annotations, field,
    render::{Identity, Release},
};

/// Why an object that nothing attached renders is not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// Something else owns it and answers for it: another object as `Kind/name`, or a tool and what it calls its own.
    Owned(String),
    /// Another cluster's profiles render it now: `NAMESPACE/NAME`.
    RenderedBy(String),
    /// A Helm release holds it: the release's name.
    HelmRelease(String),
    /// Its owner asked Helm to keep it.
    HelmKeep,
    /// Its owner asked us to leave it alone.
    Keep,
    /// It lives in a namespace of Kubernetes itself, or is one.
    SystemNamespace(String),
    /// It is being deleted already.
    BeingDeleted,
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owned(owner) => write!(f, "owned by {owner}"),
            Self::RenderedBy(cluster) => write!(f, "rendered by cluster {cluster}"),
            Self::HelmRelease(release) => write!(f, "part of the Helm release {release}"),
            Self::HelmKeep => write!(f, "kept by the annotation helm.sh/resource-policy"),
            Self::Keep => write!(f, "kept by the annotation {}", annotations::KEEP),
            Self::SystemNamespace(namespace) => write!(f, "in the system namespace {namespace}"),
            Self::BeingDeleted => write!(f, "being deleted"),
        }
    }
}

const SYSTEM_NAMESPACES: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// Why the live `object` is left out; `None` when it is an orphan.
pub(super) fn of(identity: &Identity, object: &Value, proof: &Proof<'_>, now: &Rendering) -> Option<Exclusion> {
    by_itself(identity, object).or_else(|| by_helm(object, proof, now))
}

/// What the object says of itself.
pub(super) fn by_itself(identity: &Identity, object: &Value) -> Option<Exclusion> {
    let annotation = |name| field::text(object, &["metadata", "annotations", name]);
    if field::text(object, &["metadata", "deletionTimestamp"]).is_some() {
        return Some(Exclusion::BeingDeleted);
    }
    let own_name = identity.is("", "Namespace").then_some(identity.name.as_str());
    let namespace = identity.namespace.as_deref().or(own_name).filter(|name| SYSTEM_NAMESPACES.contains(name));
    if let Some(namespace) = namespace {
        return Some(Exclusion::SystemNamespace(namespace.to_owned()));
    }
    if let Some((_, owner)) = field::items(object, &["metadata", "ownerReferences"]).next() {
        let part = |name| field::text(owner, &[name]).unwrap_or_default();
        return Some(Exclusion::Owned(format!("{}/{}", part("kind"), part("name"))));
    }
    if let Some(owner) = gitops(object) {
        return Some(Exclusion::Owned(owner));
    }
    // The value `false` is the one way to say that an object is not to be kept after all.
    if annotation(annotations::KEEP).is_some_and(|value| !value.eq_ignore_ascii_case("false")) {
        return Some(Exclusion::Keep);
    }
    if annotation("helm.sh/resource-policy").is_some_and(|policy| policy.split(',').any(|word| word.trim() == "keep")) {
        return Some(Exclusion::HelmKeep);
    }
    None
}

/// The Helm release that answers for the object. Helm removes by itself what the next revision of a release no longer
/// renders; it leaves what belongs to a release that nobody upgrades any longer, because its pack is gone or renamed.
fn by_helm(object: &Value, proof: &Proof<'_>, now: &Rendering) -> Option<Exclusion> {
    let is_managed =
        field::text(object, &["metadata", "labels", "app.kubernetes.io/managed-by"]).as_deref() == Some("Helm");
    let annotation = |name| field::text(object, &["metadata", "annotations", name]);
    let name = annotation("meta.helm.sh/release-name").filter(|_| is_managed)?.into_owned();
    let namespace = annotation("meta.helm.sh/release-namespace").unwrap_or_default().into_owned();
    let release = Release { namespace, name, revision: None };
    let is_known = |releases: &[Release]| releases.iter().any(|it| it.is(&release));
    let is_abandoned = is_known(&proof.pack.releases) && !now.packs.iter().any(|pack| is_known(&pack.releases));
    (!is_abandoned).then_some(Exclusion::HelmRelease(release.name))
}

/// The tool that applies the object from a repository, by the marks that it leaves on what it applies.
fn gitops(object: &Value) -> Option<String> {
    let label = |name| field::text(object, &["metadata", "labels", name]);
    // A tracking id starts with the application's name: `shop:apps/Deployment:ns/web`.
    let tracked = field::text(object, &["metadata", "annotations", "argocd.argoproj.io/tracking-id"])
        .map(|id| id.split(':').next().unwrap_or_default().to_owned());
    let argo = tracked.or_else(|| label("argocd.argoproj.io/instance").map(Into::into));
    let argo = argo.map(|application| format!("the Argo CD application {application}"));
    argo.or_else(|| label("kustomize.toolkit.fluxcd.io/name").map(|name| format!("the Flux Kustomization {name}")))
        .or_else(|| label("helm.toolkit.fluxcd.io/name").map(|name| format!("the Flux HelmRelease {name}")))
}
