//! Plans the way back to the size that a workload had.

use serde_json::{Value, json};

use super::{Plan, Record, Refusal, pins, replicas, scalable};
use crate::{annotations, field};

/// Plans to give the workload `live` the size back that its record names, and to remove the record, in one patch.
///
/// # Errors
/// When the workload carries no record of ours that fits it, or when someone scaled it since.
pub fn plan_back(live: &Value) -> Result<Plan, Refusal> {
    let identity = scalable(live)?;
    if field::text(live, &["metadata", "deletionTimestamp"]).is_some() {
        return Err(Refusal::BeingDeleted(identity));
    }
    let (uid, resource_version) = pins(live, &identity)?;
    let record = match Record::of(live) {
        Ok(Some(record)) => record,
        Ok(None) => return Err(Refusal::NoRecord(identity)),
        Err(reason) => return Err(Refusal::UnreadableRecord { object: identity, reason }),
    };
    if record.uid != uid {
        return Err(Refusal::AnotherObject { object: identity, recorded: record.uid });
    }
    let from = replicas(live);
    if from != 0 {
        return Err(Refusal::ScaledSince { object: identity, recorded: record.replicas, now: from });
    }
    // In a merge patch null removes.
    let metadata =
        json!({"uid": uid, "resourceVersion": resource_version, "annotations": {annotations::SCALED_DOWN: null}});
    let patch = json!({"metadata": metadata, "spec": {"replicas": record.replicas}});
    Ok(Plan { identity, from, to: record.replicas, patch, notices: Vec::new() })
}
