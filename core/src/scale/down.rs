//! Plans a scale-down to zero.

use serde_json::{Value, json};

use super::{Plan, Record, Refusal, pins, refusal::KEDA_PAUSED_REPLICAS, replicas, scalable};
use crate::{annotations, field, render::Identity};

/// Why and when a scale-down happens: what the record keeps.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The time, in RFC 3339.
    pub now: &'a str,
    /// The reason that the user gave.
    pub reason: Option<&'a str>,
    /// The revision that left the workload behind.
    pub revision: Option<u64>,
    /// The cluster, as `NAMESPACE/NAME`: two clusters may have one name.
    pub cluster: &'a str,
}

/// What a scale-down comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Down {
    /// A write is needed.
    Scale(Plan),
    /// We scaled it down before, and it still is: nothing to write.
    AlreadyDown(Record),
    /// It is at zero, but not by us: nothing to write, and no size of ours to go back to.
    AlreadyZero,
}

/// Plans to scale the workload `live` to zero. `scalers` are the autoscalers and ScaledObjects of its namespace.
///
/// A workload that carries our record and runs again was scaled up by hand. At the recorded size nothing is lost by going
/// down once more: the record stays as it is, the plan sets the size alone. At another size it is not clear which of the two
/// sizes is to come back, so that is refused.
///
/// # Errors
/// When the workload is not ours to scale, when scaling would delete data, or when someone else would undo it.
pub fn plan_down(live: &Value, scalers: &[Value], occasion: &Occasion<'_>) -> Result<Down, Refusal> {
    let identity = scalable(live)?;
    if field::text(live, &["metadata", "deletionTimestamp"]).is_some() {
        return Err(Refusal::BeingDeleted(identity));
    }
    let (uid, resource_version) = pins(live, &identity)?;
    let record = Record::of(live).map_err(|reason| Refusal::UnreadableRecord { object: identity.clone(), reason })?;
    if let Some(record) = record.as_ref().filter(|record| record.uid != uid) {
        return Err(Refusal::AnotherObject { object: identity, recorded: record.uid.clone() });
    }
    let from = replicas(live);
    let record = match record {
        Some(record) if from == 0 => return Ok(Down::AlreadyDown(record)),
        Some(record) if record.replicas != from => {
            return Err(Refusal::ScaledSince { object: identity, recorded: record.replicas, now: from });
        }
        known => known,
    };
    guard(live, &identity, scalers)?;
    if from == 0 {
        return Ok(Down::AlreadyZero);
    }

    let mut metadata = json!({"uid": uid, "resourceVersion": resource_version});
    if record.is_none() {
        let record = Record {
            replicas: from,
            at: occasion.now.to_owned(),
            reason: occasion.reason.map(str::to_owned),
            revision: occasion.revision,
            cluster: occasion.cluster.to_owned(),
            uid,
        };
        metadata["annotations"] = json!({annotations::SCALED_DOWN: record.text()});
    }
    let patch = json!({"metadata": metadata, "spec": {"replicas": 0}});
    let notices = notices(live, &identity, scalers);
    Ok(Down::Scale(Plan { identity, from, to: 0, patch, notices }))
}

fn guard(live: &Value, identity: &Identity, scalers: &[Value]) -> Result<(), Refusal> {
    let object = || identity.clone();
    if let Some((_, owner)) = field::items(live, &["metadata", "ownerReferences"]).next() {
        let part = |name| field::text(owner, &[name]).unwrap_or_default();
        return Err(Refusal::Owned { object: object(), owner: format!("{}/{}", part("kind"), part("name")) });
    }
    let when_scaled = field::text(live, &["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]);
    if identity.kind == "StatefulSet" && when_scaled.as_deref() == Some("Delete") {
        return Err(Refusal::WouldDeleteVolumes(object()));
    }
    for (scaler, raw) in scalers_of(identity, scalers) {
        match scaler.kind.as_str() {
            "HorizontalPodAutoscaler" if has_scaled_to_zero(raw) => {
                return Err(Refusal::ScaledToZero { object: object(), autoscaler: scaler.name });
            }
            "ScaledObject" if !is_paused_at_zero(raw) => {
                return Err(Refusal::Keda { object: object(), scaler: scaler.name });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The autoscalers and ScaledObjects that target the workload.
fn scalers_of<'a>(identity: &'a Identity, scalers: &'a [Value]) -> impl Iterator<Item = (Identity, &'a Value)> {
    scalers.iter().filter_map(move |raw| {
        let scaler = Identity::of_live(raw)?;
        let target = field::at(raw, &["spec", "scaleTargetRef"])?;
        let is_scaler = scaler.is("autoscaling", "HorizontalPodAutoscaler") || scaler.is("keda.sh", "ScaledObject");
        // KEDA leaves the kind out where it means a Deployment.
        let kind = field::text(target, &["kind"]).unwrap_or("Deployment".into());
        let name = field::text(target, &["name"])?;
        let targets = kind == identity.kind && name == identity.name && scaler.namespace == identity.namespace;
        (is_scaler && targets).then_some((scaler, raw))
    })
}

fn has_scaled_to_zero(autoscaler: &Value) -> bool {
    field::items(autoscaler, &["status", "conditions"]).any(|(_, condition)| {
        let is = |name, text: &str| field::text(condition, &[name]).is_some_and(|found| found == text);
        is("type", "ScaledToZero") && is("status", "True")
    })
}

fn is_paused_at_zero(scaled_object: &Value) -> bool {
    let paused = field::text(scaled_object, &["metadata", "annotations", KEDA_PAUSED_REPLICAS]);
    paused.as_deref() == Some("0")
}

fn notices(live: &Value, identity: &Identity, scalers: &[Value]) -> Vec<String> {
    let mut notices = Vec::new();
    let volumes = field::items(live, &["spec", "template", "spec", "volumes"])
        .filter(|(_, volume)| volume.get("emptyDir").is_some_and(|volume| !volume.is_null()));
    let names: Vec<_> = volumes.filter_map(|(_, volume)| field::text(volume, &["name"])).collect();
    if !names.is_empty() {
        notices.push(format!("what its pods keep in emptyDir volumes is lost: {}", names.join(", ")));
    }
    for (scaler, _) in scalers_of(identity, scalers) {
        notices.push(match scaler.kind.as_str() {
            "ScaledObject" => format!("{scaler} is paused at 0 replicas; resume it after scaling back"),
            _ => format!("{scaler} rests while the size is 0, and goes on after scaling back"),
        });
    }
    notices
}
