//! Follows scaled workloads until their pods are gone, or back.

use std::{collections::BTreeSet, time::Duration};

use profile_core::{
    field,
    scale::{Lever, availability},
};
use serde_json::Value;

use super::{scaling::object, target::Target};
use crate::{
    error::{Error, Kind},
    output::Output,
    store::{KubernetesStore, Resource},
    wait::until_empty,
};

/// Waits until every workload has the pods that it asks for, and shows what is missing.
pub(super) async fn wait(
    store: &KubernetesStore,
    targets: &[&Target],
    timeout: Duration,
    output: &mut Output,
) -> Result<(), Error> {
    let missing = async || {
        let mut missing = Vec::new();
        for target in targets.iter().filter(|it| it.place.lever.as_ref().is_some_and(Lever::ends_pods)) {
            let words = unsettled(store, target).await?;
            missing.extend(words.map(|words| (object(&target.identity), format!("waiting: {words}"))));
        }
        Ok(missing)
    };
    let what = "the pods are not settled";
    until_empty(missing, timeout, output.progress(), what, &["the write stands; look at the pods".to_owned()]).await?;
    output.note("the pods are settled");
    Ok(())
}

/// What keeps a workload from being settled, in words. One that is gone is settled.
async fn unsettled(store: &KubernetesStore, target: &Target) -> Result<Option<String>, Error> {
    let Some(now) = target.reread(store).await? else { return Ok(None) };
    if now.place.resource.has_scale {
        // Only its own controller knows how many it runs; /scale tells what that says.
        let scale = store.scale(&now.place.resource, &now.identity).await?.unwrap_or_default();
        let number = |part| field::at(&scale, &[part, "replicas"]).and_then(Value::as_i64).unwrap_or(0);
        let (wanted, running) = (number("spec"), number("status"));
        return Ok((wanted != running).then(|| format!("{} has {running} of {wanted} replicas", now.identity)));
    }
    if let Some(words) = by_status(&now) {
        return Ok(Some(words));
    }
    let is_down = field::at(&now.live, &["spec", "replicas"]).and_then(Value::as_i64) == Some(0);
    let pods = if is_down { pods(store, &now).await? } else { Vec::new() };
    Ok((!pods.is_empty()).then(|| format!("{} still has pods: {}", now.identity, pods.join(", "))))
}

/// What the status tells, which the controller may write before the last pod is gone.
fn by_status(target: &Target) -> Option<String> {
    let (identity, live) = (&target.identity, &target.live);
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

/// The pods that a workload still has, by who owns them: another workload may select the same labels. Who may not list pods
/// has the status, which has told already that there are none.
async fn pods(store: &KubernetesStore, target: &Target) -> Result<Vec<String>, Error> {
    let (Some(namespace), Some(selector)) = (&target.identity.namespace, selector(&target.live)) else {
        return Ok(Vec::new());
    };
    let uid = field::text(&target.live, &["metadata", "uid"]).unwrap_or_default().into_owned();
    let mut owners = BTreeSet::from([uid]);
    if target.identity.is("apps", "Deployment") {
        let replica_sets = Resource::stable("apps", "v1", "ReplicaSet", "replicasets");
        match store.metadata(&replica_sets, Some(namespace)).await {
            Ok(sets) => {
                let own: Vec<_> = sets.iter().filter(|it| is_owned(it, &owners)).filter_map(uid_of).collect();
                owners.extend(own);
            }
            Err(error) if error.kind == Kind::Forbidden => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
    }
    match store.pods(namespace, &selector).await {
        Ok(pods) => {
            let own = pods.iter().filter(|it| is_owned(it, &owners));
            Ok(own.filter_map(|it| field::text(it, &["metadata", "name"]).map(Into::into)).collect())
        }
        Err(error) if error.kind == Kind::Forbidden => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn uid_of(object: &Value) -> Option<String> {
    field::text(object, &["metadata", "uid"]).map(Into::into)
}

fn is_owned(object: &Value, owners: &BTreeSet<String>) -> bool {
    field::items(object, &["metadata", "ownerReferences"])
        .any(|(_, it)| field::text(it, &["uid"]).is_some_and(|uid| owners.contains(uid.as_ref())))
}

/// A workload's selector as a query: `app=web,tier in (a,b)`. A ReplicationController's is a bare map.
fn selector(workload: &Value) -> Option<String> {
    let selector = field::at(workload, &["spec", "selector"])?.as_object()?;
    let labels = selector.get("matchLabels").map_or_else(
        || if selector.contains_key("matchExpressions") { None } else { Some(selector) },
        Value::as_object,
    );
    let equal = labels.into_iter().flatten().filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
    let expressions = field::items(workload, &["spec", "selector", "matchExpressions"]).filter_map(|(_, it)| {
        let key = field::text(it, &["key"])?;
        let values: Vec<_> = field::items(it, &["values"]).filter_map(|(_, it)| it.as_str()).collect();
        let values = values.join(",");
        Some(match field::text(it, &["operator"])?.as_ref() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.into_owned(),
            _ => format!("!{key}"),
        })
    });
    let terms: Vec<_> = equal.chain(expressions).collect();
    (!terms.is_empty()).then(|| terms.join(","))
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
        let found = by_status(&Target::of_live(live.clone()).unwrap());
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

    #[test]
    fn a_selector_is_asked_as_kubectl_writes_it() {
        let of = |value: Value| selector(&json!({"spec": {"selector": value}}));
        let expression =
            |key: &str, operator: &str, values: Value| json!({"key": key, "operator": operator, "values": values});
        let expressions = json!([
            expression("tier", "In", json!(["a", "b"])),
            expression("x", "NotIn", json!(["c"])),
            expression("y", "Exists", json!([])),
            expression("z", "DoesNotExist", json!([])),
        ]);
        let all = of(json!({"matchLabels": {"app": "web"}, "matchExpressions": expressions}));
        assert_eq!(all.as_deref(), Some("app=web,tier in (a,b),x notin (c),y,!z"));
        assert_eq!(of(json!({"matchExpressions": [expression("y", "Exists", json!([]))]})).as_deref(), Some("y"));
        assert_eq!(of(json!({"app": "web"})).as_deref(), Some("app=web"));
        assert_eq!(of(json!({})), None);
        assert_eq!(of(json!(null)), None);
    }

    #[test]
    fn pods_of_another_workload_with_the_same_labels_are_not_waited_for() {
        let owned = |uid: &str| json!({"metadata": {"ownerReferences": [{"uid": uid}]}});
        let owners = BTreeSet::from(["u".to_owned()]);
        assert!(is_owned(&owned("u"), &owners) && !is_owned(&owned("v"), &owners) && !is_owned(&json!({}), &owners));
    }
}
