//! A switch of one attached profile to another version: what becomes of the cluster, and what must not be lost.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    cluster::Cluster,
    content::Content,
    diff::{self, Change, Kind},
    field,
    pack::Layer,
    profile::{AttachedProfile, PublishedProfile},
};

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

/// The cluster document after a switch to `target`. Only the attached profile changes; unknown fields stay.
///
/// # Errors
/// See [`SwitchError`].
pub fn pending(cluster: &Cluster<'_>, target: &PublishedProfile<'_>) -> Result<Value, SwitchError> {
    let attached = attached(cluster, &target.name())?;
    let not_published = || SwitchError::NotPublished { reference: target.reference() };
    let content = target.content().ok_or_else(not_published)?;
    let mut document = cluster.raw().clone();
    let pointer = attached.path().replace(['.', '['], "/").replace(']', "");
    if let Some(Value::Object(entry)) = document.pointer_mut(&format!("/{pointer}"))
        && let Value::Object(published) = content.raw()
    {
        entry.extend(published.iter().map(|(key, value)| (key.clone(), value.clone())));
        entry.insert("name".into(), target.name().into());
        let identity = [("uid", target.uid()), ("profileVersion", target.version())];
        for (key, text) in identity {
            let Some(text) = text else { continue };
            entry.insert(key.into(), text.into());
        }
    }
    Ok(document)
}

/// The attached profiles of a cluster document, as they stand: what a revision keeps and a rollback restores.
pub fn templates(document: &Value) -> Value {
    field::at(document, &["spec", "clusterProfileTemplates"]).cloned().unwrap_or(Value::Null)
}

/// What this cluster sets itself: every difference of its copy from the `published` content it was taken from.
///
/// Where Palette itself says that a pack's values are not overridden, a difference of values is the author's edit.
pub fn overrides(attached: &AttachedProfile<'_>, published: &AttachedProfile<'_>) -> Vec<Change> {
    let packs = attached.packs();
    let is_overridden = |change: &Change| {
        let is_values = matches!(change.kind, Kind::Value | Kind::Presets | Kind::Format | Kind::Text);
        let pack = packs.iter().find(|pack| Some(pack.name().as_ref()) == change.pack.as_deref());
        !(is_values && pack.and_then(|pack| pack.is_values_overridden()) == Some(false))
    };
    // What only the cluster has of its own beside the packs stays there after a switch: it is not lost.
    let fields = diff::compare_fields(published, attached).into_iter().filter(|change| change.current.is_some());
    let changes = diff::compare_packs(&attached.name(), &published.packs(), &packs);
    fields.chain(changes).filter(is_overridden).collect()
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
    fn only_the_attached_profile_changes() {
        let (cluster, target) = (cluster(), target());
        let after = pending(&Cluster::new(&cluster), &PublishedProfile::new(&target)).unwrap();
        let mut expected = cluster.clone();
        expected["spec"]["clusterProfileTemplates"][1] = json!({
            "name": "hello", "uid": "h2", "profileVersion": "1.1.0", "kept": true, "packs": [{"name": "k", "version": "2"}],
        });
        assert_eq!(after, expected);
    }

    #[test]
    fn a_profile_that_is_not_attached_is_named_with_those_that_are() {
        let (cluster, other) = (cluster(), json!({"metadata": {"name": "other"}, "spec": {"published": {}}}));
        let error = pending(&Cluster::new(&cluster), &PublishedProfile::new(&other)).unwrap_err().to_string();
        assert!(error.contains("\"other\"") && error.contains("infra, hello@1.0.0"), "{error}");
    }

    #[test]
    fn a_profile_that_is_attached_twice_is_no_guess() {
        let twice = json!({"spec": {"clusterProfileTemplates": [{"name": "a"}, {"name": "a"}]}});
        let error = attached(&Cluster::new(&twice), "a").unwrap_err();
        assert!(matches!(error, SwitchError::AttachedSeveralTimes { count: 2, .. }));
    }

    #[test]
    fn a_draft_is_refused() {
        let (cluster, draft) = (cluster(), json!({"metadata": {"name": "hello"}, "spec": {"version": "2.0.0"}}));
        let error = pending(&Cluster::new(&cluster), &PublishedProfile::new(&draft)).unwrap_err();
        assert_eq!(error, SwitchError::NotPublished { reference: "hello@2.0.0".into() });
    }

    #[test]
    fn an_override_is_a_difference_from_what_is_published() {
        let published = json!({"name": "p", "packs": [{"name": "a", "values": "x: 1\n"}]});
        let copy = json!({"name": "p", "packs": [{"name": "a", "values": "x: 2\n"}]});
        let flagged = json!({"name": "p", "packs": [{"name": "a", "values": "x: 2\n", "isValuesOverridden": false}]});
        let of = |raw| AttachedProfile::new(raw, "t".into());
        assert_eq!(overrides(&of(&copy), &of(&published))[0].place(), "p/a: x");
        assert!(overrides(&of(&flagged), &of(&published)).is_empty());
        assert!(overrides(&of(&published), &of(&published)).is_empty());
        let varied =
            json!({"name": "p", "variables": [{"name": "region", "value": "eu"}], "packs": published["packs"]});
        assert!(overrides(&of(&varied), &of(&published)).is_empty(), "a switch keeps what only the cluster has");
        let other = json!({"name": "p", "variables": [{"name": "region", "value": "us"}], "packs": published["packs"]});
        assert_eq!(overrides(&of(&varied), &of(&other))[0].place(), "p: variables");
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
