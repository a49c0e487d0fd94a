//! Follows scaled workloads until their pods are gone, or back.

use std::time::Duration;

use profile_core::{field, render::Identity, scale::availability};
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    error::{Error, Kind},
    output::Output,
    store::{KubernetesStore, Resource},
};

/// How often the workloads are read.
const INTERVAL: Duration = Duration::from_secs(1);

/// Waits until every workload has the pods that it asks for, and tells on stderr what is missing, whenever that changes.
pub(super) async fn wait(
    store: &KubernetesStore,
    workloads: &[Identity],
    timeout: Duration,
    output: &mut Output,
) -> Result<(), Error> {
    let deadline = Instant::now() + timeout;
    let mut told = Vec::new();
    loop {
        let mut missing = Vec::new();
        for identity in workloads {
            let resources = Resource::scalable();
            let resource = resources.iter().find(|it| identity.is(&it.group, &it.kind));
            if let Some(resource) = resource
                && let Some(live) = store.live(resource, identity).await?
            {
                missing.extend(unsettled(identity, &live));
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        if missing != told {
            missing.iter().for_each(|it| output.note(&format!("waiting: {it}")));
            told = missing;
        }
        if Instant::now() + INTERVAL > deadline {
            let message = format!("the pods are not settled after {timeout:?}: {}", told.join("; "));
            return Err(Error::new(Kind::TimedOut, message).hint("the write stands; look at the pods"));
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// What keeps a workload from being settled, in words. One that is gone is settled.
fn unsettled(identity: &Identity, live: &Value) -> Option<String> {
    let number = |path: &[&str]| field::at(live, path).and_then(Value::as_i64).unwrap_or(0);
    if number(&["spec", "replicas"]) != 0 {
        return availability(live).err();
    }
    if number(&["status", "observedGeneration"]) < number(&["metadata", "generation"]) {
        return Some(format!("the controller has not seen the last change of {identity} yet"));
    }
    match (number(&["status", "replicas"]), number(&["status", "terminatingReplicas"])) {
        (0, 0) => None,
        (running, terminating) => Some(format!("{identity} has {running} pods, and {terminating} that are ending")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(status: Value, expected: Option<&str>) {
        let live = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "generation": 2},
            "spec": {"replicas": 0}, "status": status,
        });
        let found = unsettled(&Identity::of_live(&live).unwrap(), &live);
        match expected {
            None => assert_eq!(found, None, "{live}"),
            Some(words) => assert!(found.as_ref().is_some_and(|it| it.contains(words)), "{live}: {found:?}"),
        }
    }

    #[test]
    fn pods_are_gone_when_the_controller_says_so() {
        check(json!({"observedGeneration": 2}), None);
        check(json!({"observedGeneration": 2, "replicas": 0}), None);
    }

    #[test]
    fn pods_are_not_gone_while_the_status_is_old_or_some_are_ending() {
        check(json!({"observedGeneration": 1}), Some("has not seen"));
        check(json!({"observedGeneration": 2, "replicas": 1}), Some("1 pods"));
        check(json!({"observedGeneration": 2, "terminatingReplicas": 3}), Some("3 that are ending"));
    }
}
