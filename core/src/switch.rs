//! The attached profile that a change is about, and what must not move between the look and the write.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{cluster::Cluster, content::Content, field, pack::Layer, profile::AttachedProfile};

/// Why a switch cannot even be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// No attached profile has the target's name.
    #[error("profile {profile:?} is not attached to cluster {cluster:?}; attached: {}", listed(.attached))]
    NotAttached {
        /// The profile that was asked for.
        profile: String,
        /// The cluster.
        cluster: String,
        /// `NAME@VERSION` of what is attached.
        attached: Vec<String>,
    },
    /// The profile is attached several times, so that it is not clear which one is meant.
    #[error(
        "profile {profile:?} is attached {count} times to cluster {cluster:?}; detach the duplicates in Palette first"
    )]
    AttachedSeveralTimes {
        /// The profile.
        profile: String,
        /// The cluster.
        cluster: String,
        /// How often it is attached.
        count: usize,
    },
    /// The version is a draft: it has no published content.
    #[error("profile version {reference} is not published: neither spec.published nor spec.template holds its packs")]
    NotPublished {
        /// `NAME@VERSION`.
        reference: String,
    },
}

fn listed(attached: &[String]) -> String {
    if attached.is_empty() { "none".into() } else { attached.join(", ") }
}

/// The attached profile that a switch to a version of `profile` replaces.
///
/// # Errors
/// When it is not attached, or attached several times.
pub fn attached<'a>(cluster: &Cluster<'a>, profile: &str) -> Result<AttachedProfile<'a>, SwitchError> {
    let all = cluster.profiles();
    let mut named: Vec<_> = all.iter().filter(|it| it.name() == profile).cloned().collect();
    let cluster = cluster.name().into_owned();
    match named.len() {
        1 => Ok(named.remove(0)),
        0 => Err(SwitchError::NotAttached {
            profile: profile.into(),
            cluster,
            attached: all.iter().map(|it| crate::profile::reference(&it.name(), it.version().as_deref())).collect(),
        }),
        count => Err(SwitchError::AttachedSeveralTimes { profile: profile.into(), cluster, count }),
    }
}

/// The attached profiles of a cluster document, as they stand: what a revision keeps and a rollback restores.
pub fn templates(document: &Value) -> Value {
    field::at(document, &["spec", "clusterProfileTemplates"]).cloned().unwrap_or(Value::Null)
}

/// What was shown to the user: the write goes on only while all of it is still so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pins {
    /// The object's uid.
    pub uid: Option<String>,
    /// A hash of the cluster's profile content.
    pub content: String,
    /// The cluster's state.
    pub state: Option<String>,
    /// What the cluster reports of its Kubernetes packs: name, version and whether it is reconciled.
    pub kubernetes: Vec<(String, Option<String>, bool)>,
    /// A hash of what the change was computed from beside the cluster: the target as it is published, and the base.
    pub target: String,
}

impl Pins {
    /// The pins of a change of `cluster` that was computed from what has the hash `target`.
    pub fn of(cluster: &Cluster<'_>, target: String) -> Self {
        let names: Vec<_> = cluster.layer(Layer::Kubernetes).iter().map(|pack| pack.name()).collect();
        let reported = cluster.pack_statuses().into_iter().filter(|status| names.contains(&status.name));
        Self {
            uid: cluster.uid().map(Into::into),
            content: Content::of(cluster).hash(),
            state: cluster.state().map(Into::into),
            kubernetes: reported
                .map(|it| (it.name.to_string(), it.version.as_deref().map(Into::into), it.is_reconciled()))
                .collect(),
            target,
        }
    }

    /// What of it is no longer so, in words; empty when all is.
    pub fn moved(&self, now: &Self) -> Vec<&'static str> {
        let parts = [
            (self.uid == now.uid, "the object was deleted and created anew"),
            (self.content == now.content, "the profile content of the cluster changed"),
            (self.state == now.state, "the state of the cluster changed"),
            (self.kubernetes == now.kubernetes, "the Kubernetes version that the cluster reports changed"),
            (self.target == now.target, "what the change takes over was edited"),
        ];
        parts.into_iter().filter(|(same, _)| !same).map(|(_, what)| what).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cluster() -> Value {
        json!({"metadata": {"name": "demo"}, "spec": {"unknown": 1, "clusterProfileTemplates": [
            {"name": "infra", "uid": "i1", "packs": [{"name": "os"}]},
            {"name": "hello", "uid": "h1", "profileVersion": "1.0.0", "kept": true, "packs": [{"name": "k", "version": "1"}]},
        ]}})
    }

    fn target() -> Value {
        json!({"spec": {"version": "1.1.0", "published": {"name": "hello", "uid": "h2", "packs": [{"name": "k", "version": "2"}]}}})
    }

    #[test]
    fn a_profile_that_is_not_attached_is_named_with_those_that_are() {
        let error = attached(&Cluster::new(&cluster()), "other").unwrap_err().to_string();
        assert!(error.contains("\"other\"") && error.contains("infra, hello@1.0.0"), "{error}");
    }

    #[test]
    fn a_profile_that_is_attached_twice_is_no_guess() {
        let twice = json!({"spec": {"clusterProfileTemplates": [{"name": "a"}, {"name": "a"}]}});
        let error = attached(&Cluster::new(&twice), "a").unwrap_err();
        assert!(matches!(error, SwitchError::AttachedSeveralTimes { count: 2, .. }));
    }

    #[test]
    fn pins_tell_what_moved() {
        let (before, target) = (cluster(), target());
        let pins = |raw: &Value| Pins::of(&Cluster::new(raw), crate::content::hash(&target));
        let mut after = before.clone();
        after["metadata"]["labels"] = json!({"a": "b"});
        assert!(pins(&before).moved(&pins(&after)).is_empty());
        after["spec"]["clusterProfileTemplates"][1]["packs"][0]["version"] = json!("3");
        after["status"] = json!({"state": "Provisioning"});
        assert_eq!(
            pins(&before).moved(&pins(&after)),
            ["the profile content of the cluster changed", "the state of the cluster changed",]
        );
    }
}
