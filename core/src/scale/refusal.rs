//! Why a workload is not scaled.

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
    /// The object is going away.
    #[error("{0} is being deleted")]
    BeingDeleted(Identity),
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
    /// KEDA would scale the object up again.
    #[error(
        "ScaledObject/{scaler} would scale {object} up again; pause it first with the annotation `{KEDA_PAUSED_REPLICAS}: \"0\"`"
    )]
    Keda {
        /// The object.
        object: Identity,
        /// The ScaledObject's name.
        scaler: String,
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
        "{object} had {recorded} replicas when it was scaled down and has {now} now: someone scaled it since; to keep that size, remove the annotation `{SCALED_DOWN}`"
    )]
    ScaledSince {
        /// The object.
        object: Identity,
        /// The replicas in the record.
        recorded: i64,
        /// The replicas that it has.
        now: i64,
    },
    /// There is no record, so we did not scale the object down.
    #[error(
        "{0} was not scaled down by kubectl profile: it has no annotation `{SCALED_DOWN}`, so its former size is not known"
    )]
    NoRecord(Identity),
}

/// KEDA's annotation that holds a workload at a size.
pub(super) const KEDA_PAUSED_REPLICAS: &str = "autoscaling.keda.sh/paused-replicas";

fn why_not_scalable(identity: &Identity) -> &'static str {
    match (identity.group.as_str(), identity.kind.as_str()) {
        ("apps", "DaemonSet") => "a DaemonSet runs on every node it selects and has no replicas",
        ("apps", "ReplicaSet") => "only Deployments and StatefulSets are scaled",
        ("batch", "Job") => "a Job ends by itself and has no replicas",
        ("batch", "CronJob") => "a CronJob has no replicas; suspend it with `spec.suspend`",
        ("", "Pod") => "a Pod has no replicas",
        ("", "Service" | "Secret" | "ConfigMap" | "PersistentVolumeClaim" | "ServiceAccount" | "Namespace") => {
            "it runs nothing; it is listed and left alone"
        }
        _ => "only Deployments and StatefulSets are scaled; it is listed and left alone",
    }
}
