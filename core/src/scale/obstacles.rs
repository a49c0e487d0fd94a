//! What stands in the way of stopping an object, and what is to be known before it.

use serde_json::Value;

use super::{Refusal, scalers};
use crate::{field, render::Identity};

/// Why the object must not be stopped; `None` where nothing stands in the way.
pub(super) fn obstacle(live: &Value, identity: &Identity, scalers: &[Value]) -> Option<Refusal> {
    let object = || identity.clone();
    if let Some((_, owner)) = field::items(live, &["metadata", "ownerReferences"]).next() {
        let part = |name| field::text(owner, &[name]).unwrap_or_default();
        return Some(Refusal::Owned { object: object(), owner: format!("{}/{}", part("kind"), part("name")) });
    }
    let when_scaled = field::text(live, &["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]);
    if identity.is("apps", "StatefulSet") && when_scaled.as_deref() == Some("Delete") {
        return Some(Refusal::WouldDeleteVolumes(object()));
    }
    let (autoscaler, _) = scalers::of(identity, scalers).find(|(_, raw)| scalers::has_scaled_to_zero(raw))?;
    Some(Refusal::ScaledToZero { object: object(), autoscaler: autoscaler.name })
}

/// What the user should know before saying yes.
pub(super) fn notices(live: &Value, identity: &Identity, scalers: &[Value]) -> Vec<String> {
    let mut notices = Vec::new();
    let volumes = field::items(live, &["spec", "template", "spec", "volumes"])
        .filter(|(_, volume)| volume.get("emptyDir").is_some_and(|volume| !volume.is_null()));
    let names: Vec<_> = volumes.filter_map(|(_, volume)| field::text(volume, &["name"])).collect();
    if !names.is_empty() {
        notices.push(format!("what its pods keep in emptyDir volumes is lost: {}", names.join(", ")));
    }
    if identity.is("batch", "CronJob") {
        let running = field::items(live, &["status", "active"]);
        let running: Vec<_> = running.filter_map(|(_, job)| field::text(job, &["name"])).collect();
        if !running.is_empty() {
            notices.push(format!("jobs that run already are left alone: {}", running.join(", ")));
        }
    }
    for (scaler, raw) in scalers::of(identity, scalers) {
        let is_kedas = field::items(raw, &["metadata", "ownerReferences"])
            .any(|(_, owner)| field::text(owner, &["kind"]).is_some_and(|kind| kind == "ScaledObject"));
        if scaler.is("autoscaling", "HorizontalPodAutoscaler") && !is_kedas {
            notices.push(format!("{scaler} rests while the size is 0, and goes on after scaling back"));
        }
    }
    notices
}
