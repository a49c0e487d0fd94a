//! Why a workload is not scaled.

use std::fmt;

use super::{Change, Setting};
use crate::{annotations::SCALED_DOWN, render::Identity};

/// A reason not to write, with what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was given is no Kubernetes object.
    #[error("the object lacks `kind` or `metadata.name`")]
    NotAnObject,
    /// The object does not come from an API server.
    #[error("{0} lacks `metadata.uid` or `metadata.resourceVersion`; read it from the cluster")]
    NotLive(Identity),
    /// The kind has no size that can be set to zero.
    #[error("{0} cannot be scaled: {why}", why = why_not_scalable(.0))]
    NotScalable(Identity),
    /// The object does not say what its size is.
    #[error("{object} does not say its size at `{place}`, so there is nothing to go back to; write it there first")]
    NoSize {
        /// The object.
        object: Identity,
        /// Where its size is to stand.
        place: String,
    },
    /// The object is going away.
    #[error("{object} is being deleted{}", waits_for(finalizers))]
    BeingDeleted {
        /// The object.
        object: Identity,
        /// What its deletion waits for.
        finalizers: Vec<String>,
    },
    /// Another object decides about its size.
    #[error("{object} is owned by {owner}, which would set its size back; scale the owner")]
    Owned {
        /// The object.
        object: Identity,
        /// Its owner, as `Kind/name`.
        owner: String,
    },
    /// Scaling to zero would delete data.
    #[error(
        "scaling {0} to 0 would delete its volumes: `spec.persistentVolumeClaimRetentionPolicy.whenScaled` is `Delete`; set it to `Retain` first"
    )]
    WouldDeleteVolumes(Identity),
    /// An autoscaler holds the object at zero by itself.
    #[error(
        "HorizontalPodAutoscaler/{autoscaler} has scaled {object} to zero by itself and would scale it up again; remove the autoscaler first"
    )]
    ScaledToZero {
        /// The object.
        object: Identity,
        /// The autoscaler's name.
        autoscaler: String,
    },
    /// Our annotation is not what we write.
    #[error("the annotation `{SCALED_DOWN}` of {object} cannot be read: {reason}; scale by hand, then remove it")]
    UnreadableRecord {
        /// The object.
        object: Identity,
        /// What is wrong with it.
        reason: String,
    },
    /// The record belongs to another object of the same name.
    #[error(
        "{object} was created anew since it was scaled down (its record names uid `{recorded}`); scale by hand, then remove the annotation `{SCALED_DOWN}`"
    )]
    AnotherObject {
        /// The object.
        object: Identity,
        /// The uid in the record.
        recorded: String,
    },
    /// Someone scaled the object since, to a size that is not the recorded one.
    #[error(
        "{object} had {} {} when it was scaled down and has {} now: someone scaled it since; to keep that, or to scale it down anew, remove the record: `{}`",
        sizes.recorded.name(), sizes.recorded, sizes.now, unrecorded(object)
    )]
    ScaledSince {
        /// The object.
        object: Identity,
        /// What it had and has.
        sizes: Box<Sizes>,
    },
    /// Someone changed the object since we scaled it down.
    #[error("{object} was changed since it was scaled down at {changed}")]
    ChangedSince {
        /// The object.
        object: Identity,
        /// What is not what it was.
        changed: Box<Changed>,
    },
    /// There is no record, so we did not scale the object down.
    #[error(
        "{0} was not scaled down by kubectl profile: it has no annotation `{SCALED_DOWN}`, so its former size is not known"
    )]
    NoRecord(Identity),
}

/// The size that an object had, and the one that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// What stands in the record.
    pub recorded: Setting,
    /// What it has.
    pub now: Setting,
}

/// What somebody changed of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// When it was scaled down.
    pub at: String,
    /// The fields.
    pub fields: Vec<Change>,
    /// Who wrote it last, where that is known.
    pub by: Option<String>,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = self.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
        let fields: Vec<_> = self.fields.iter().map(ToString::to_string).collect();
        write!(f, "{}{by}: {}", self.at, fields.join("; "))
    }
}

/// The command that removes the record of an object.
fn unrecorded(object: &Identity) -> String {
    let kind = object.kind.to_ascii_lowercase();
    let group = if object.group.is_empty() { String::new() } else { format!(".{}", object.group) };
    let namespace = object.namespace.as_ref().map(|it| format!(" -n {it}")).unwrap_or_default();
    format!("kubectl annotate {kind}{group}/{}{namespace} {SCALED_DOWN}-", object.name)
}

fn waits_for(finalizers: &[String]) -> String {
    if finalizers.is_empty() {
        String::new()
    } else {
        format!(", and waits for its finalizers: {}", finalizers.join(", "))
    }
}

fn why_not_scalable(identity: &Identity) -> &'static str {
    match (identity.group.as_str(), identity.kind.as_str()) {
        ("apps", "DaemonSet") => {
            "a DaemonSet runs on every node it selects and has no replicas; a node selector that no node has would end its pods"
        }
        ("batch", "Job") => "a Job ends by itself and has no replicas",
        ("", "Pod") => "a Pod has no replicas",
        ("", "Service" | "Secret" | "ConfigMap" | "PersistentVolumeClaim" | "ServiceAccount" | "Namespace") => {
            "it runs nothing; it is listed and left alone"
        }
        _ => "its kind has no /scale; it is listed and left alone",
    }
}
