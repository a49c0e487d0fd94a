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
    /// It lives in a namespace of Kubernetes or of Palette itself, or is one.
    SystemNamespace(String),
    /// It is being deleted already.
    BeingDeleted {
        /// What its deletion waits for.
        finalizers: Vec<String>,
    },
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
            Self::BeingDeleted { finalizers } if finalizers.is_empty() => write!(f, "being deleted"),
            Self::BeingDeleted { finalizers } => {
                write!(f, "being deleted, and waits for its finalizers: {}", finalizers.join(", "))
            }
        }
    }
}

/// Namespaces of Kubernetes itself and of Palette's own parts.
const SYSTEM_NAMESPACES: [&str; 7] = [
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "palette-system",
    "spectro-system",
    "hubble-system",
    "jet-system",
];

/// Beginnings of names that Palette gives to namespaces of its tasks and of Cluster API.
const SYSTEM_PREFIXES: [&str; 3] = ["spectro-task", "system-upgrade", "capi-"];

fn is_system(namespace: &str) -> bool {
    SYSTEM_NAMESPACES.contains(&namespace) || SYSTEM_PREFIXES.iter().any(|it| namespace.starts_with(it))
}

/// Why the live `object` is left out; `None` when it is an orphan.
pub(super) fn of(identity: &Identity, object: &Value, proofs: &[Proof<'_>], now: &Rendering) -> Option<Exclusion> {
    by_itself(identity, object).or_else(|| by_helm(object, proofs, now))
}

/// What the object says of itself.
pub fn by_itself(identity: &Identity, object: &Value) -> Option<Exclusion> {
    let annotation = |name| field::text(object, &["metadata", "annotations", name]);
    if field::text(object, &["metadata", "deletionTimestamp"]).is_some() {
        let finalizers = field::items(object, &["metadata", "finalizers"]);
        let finalizers = finalizers.filter_map(|(_, it)| it.as_str().map(str::to_owned)).collect();
        return Some(Exclusion::BeingDeleted { finalizers });
    }
    let own_name = identity.is("", "Namespace").then_some(identity.name.as_str());
    let namespace = identity.namespace.as_deref().or(own_name).filter(|name| is_system(name));
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
fn by_helm(object: &Value, proofs: &[Proof<'_>], now: &Rendering) -> Option<Exclusion> {
    let is_managed =
        field::text(object, &["metadata", "labels", "app.kubernetes.io/managed-by"]).as_deref() == Some("Helm");
    let annotation = |name| field::text(object, &["metadata", "annotations", name]);
    let name = annotation("meta.helm.sh/release-name").filter(|_| is_managed)?.into_owned();
    let namespace = annotation("meta.helm.sh/release-namespace").unwrap_or_default().into_owned();
    let release = Release { namespace, name, revision: None };
    let is_known = |releases: &[Release]| releases.iter().any(|it| it.is(&release));
    let was_attached = proofs.iter().any(|proof| is_known(&proof.pack.releases));
    let is_abandoned = was_attached && !now.packs.iter().any(|pack| is_known(&pack.releases));
    (!is_abandoned).then_some(Exclusion::HelmRelease(release.name))
}

/// What was asked of an object before it was called an orphan, with the answers that made it one.
pub fn considered(identity: &Identity, object: &Value) -> Vec<String> {
    if let Some(reason) = by_itself(identity, object) {
        return vec![reason.to_string()];
    }
    let keep = annotations::KEEP;
    [
        "not being deleted",
        "in no system namespace",
        "without an owner reference",
        "without a mark of Argo CD or Flux",
        &format!("without the annotation {keep}"),
        "without helm.sh/resource-policy: keep",
        "part of no Helm release that somebody else holds",
    ]
    .map(str::to_owned)
    .to_vec()
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
