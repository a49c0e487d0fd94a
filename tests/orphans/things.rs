//! The objects of a random cluster: what they are, how manifests write them, how they are live.

use profile_core::render::Identity;
use serde_json::{Value, json};

use crate::choices::Choices;

/// A kind, where it lives, and every API version under which manifests name it. The first one is live.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) versions: &'static [&'static str],
    pub(crate) is_namespaced: bool,
}

const KINDS: [Kind; 8] = [
    Kind { name: "Deployment", versions: &["apps/v1", "extensions/v1beta1", "apps/v1beta2"], is_namespaced: true },
    Kind { name: "StatefulSet", versions: &["apps/v1", "apps/v1beta1"], is_namespaced: true },
    Kind { name: "Service", versions: &["v1"], is_namespaced: true },
    Kind { name: "ConfigMap", versions: &["v1"], is_namespaced: true },
    Kind { name: "Ingress", versions: &["networking.k8s.io/v1", "extensions/v1beta1"], is_namespaced: true },
    Kind {
        name: "ClusterRole",
        versions: &["rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1"],
        is_namespaced: false,
    },
    // Only the cluster knows that these live outside of namespaces.
    Kind { name: "Issuer", versions: &["example.com/v1", "example.com/v1alpha1"], is_namespaced: false },
    Kind { name: "Gadget", versions: &["example.com/v1"], is_namespaced: true },
];

/// The namespaces of objects and packs.
pub(crate) const NAMESPACES: [&str; 2] = ["one", "two"];

/// One object.
pub(crate) struct Thing {
    pub(crate) kind: &'static Kind,
    pub(crate) namespace: &'static str,
    pub(crate) name: String,
}

/// What others say about a live object, so that it is none of ours to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    Nobody,
    Owner,
    Keep,
    HelmKeep,
    Deletion,
    GitOps,
    HelmRelease,
    OtherCluster,
}

const CLAIMS: [Claim; 7] = [
    Claim::Owner,
    Claim::Keep,
    Claim::HelmKeep,
    Claim::Deletion,
    Claim::GitOps,
    Claim::HelmRelease,
    Claim::OtherCluster,
];

impl Claim {
    pub(crate) fn any(choices: &mut Choices) -> Self {
        if choices.chance(20) { choices.one_of(&CLAIMS) } else { Self::Nobody }
    }
}

impl Thing {
    /// Some objects, none twice; some share a name.
    pub(crate) fn some(choices: &mut Choices) -> Vec<Self> {
        let mut things: Vec<Self> = Vec::new();
        for _ in 0..2 + choices.below(8) {
            let thing = Self {
                kind: &KINDS[choices.below(KINDS.len())],
                namespace: choices.one_of(&NAMESPACES),
                name: choices.one_of(&["web", "db", "api", "ui"]).to_owned(),
            };
            if things.iter().all(|other| other.identity() != thing.identity()) {
                things.push(thing);
            }
        }
        things
    }

    /// What it is as a live object.
    pub(crate) fn identity(&self) -> Identity {
        Identity {
            group: self.kind.versions[0].split_once('/').map_or("", |(group, _)| group).to_owned(),
            kind: self.kind.name.to_owned(),
            namespace: self.kind.is_namespaced.then(|| self.namespace.to_owned()),
            name: self.name.clone(),
        }
    }

    /// As a manifest writes it, under one of its versions.
    pub(crate) fn manifest(&self, version: usize, names_namespace: bool) -> String {
        let version = self.kind.versions[version % self.kind.versions.len()];
        let namespace = if names_namespace { format!(", namespace: {}", self.namespace) } else { String::new() };
        format!("apiVersion: {version}\nkind: {}\nmetadata: {{name: {}{namespace}}}\n", self.kind.name, self.name)
    }

    /// As the API server holds it.
    pub(crate) fn live(&self, uid: usize, created: &str, claim: Claim) -> Value {
        let mut object = json!({
            "apiVersion": self.kind.versions[0], "kind": self.kind.name,
            "metadata": {"name": self.name, "uid": format!("uid-{uid}"), "creationTimestamp": created},
        });
        let metadata = &mut object["metadata"];
        if self.kind.is_namespaced {
            metadata["namespace"] = json!(self.namespace);
        }
        match claim {
            Claim::Nobody | Claim::OtherCluster => {}
            Claim::Owner => metadata["ownerReferences"] = json!([{"kind": "Rollout", "name": "r"}]),
            Claim::Keep => metadata["annotations"] = json!({"kubectl-profile.dev/keep": "true"}),
            Claim::HelmKeep => metadata["annotations"] = json!({"helm.sh/resource-policy": "keep"}),
            Claim::Deletion => metadata["deletionTimestamp"] = json!("2026-07-01T00:00:00Z"),
            Claim::GitOps => metadata["labels"] = json!({"argocd.argoproj.io/instance": "shop"}),
            Claim::HelmRelease => {
                metadata["labels"] = json!({"app.kubernetes.io/managed-by": "Helm"});
                metadata["annotations"] = json!({"meta.helm.sh/release-name": "theirs"});
            }
        }
        object
    }
}
