//! Decides whether a workload runs what it asks for.

use serde_json::Value;

use crate::{field, render::Identity};

/// Whether a workload is Available at its present specification. Kinds that run no pods of their own always are.
///
/// # Errors
/// What is missing, as a sentence that names the workload.
pub fn availability(workload: &Value) -> Result<(), String> {
    let Some(identity) = Identity::of_live(workload) else { return Ok(()) };
    let number = |path: &[&str]| field::at(workload, path).and_then(Value::as_i64).unwrap_or(0);
    let wanted = match (identity.group.as_str(), identity.kind.as_str()) {
        ("apps", "Deployment" | "StatefulSet") => super::replicas(workload),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => super::replicas(workload),
        ("apps", "DaemonSet") => number(&["status", "desiredNumberScheduled"]),
        _ => return Ok(()),
    };
    if number(&["status", "observedGeneration"]) < number(&["metadata", "generation"]) {
        return Err(format!("the controller has not seen the last change of {identity} yet"));
    }
    let status = |name| number(&["status", name]);
    let (updated, available) = match identity.kind.as_str() {
        "DaemonSet" => (status("updatedNumberScheduled"), status("numberAvailable")),
        // What has no rollout keeps its pods as they are.
        "ReplicaSet" | "ReplicationController" => (wanted, status("availableReplicas")),
        _ => (status("updatedReplicas"), status("availableReplicas")),
    };
    // With these strategies pods of an earlier specification stay on purpose.
    let strategy = field::at(workload, &["spec", "updateStrategy"]);
    let on_delete = strategy.is_some_and(|strategy| field::text(strategy, &["type"]).as_deref() == Some("OnDelete"));
    let partition =
        strategy.and_then(|strategy| field::at(strategy, &["rollingUpdate", "partition"])).and_then(Value::as_i64);
    let to_update = if on_delete { 0 } else { wanted - partition.unwrap_or(0) };
    if updated < to_update {
        return Err(format!("{identity} runs {updated} of {to_update} pods of its last change"));
    }
    if available < wanted {
        return Err(format!("{identity} has {available} of {wanted} pods available"));
    }
    Ok(())
}
