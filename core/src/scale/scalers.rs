//! The autoscalers and ScaledObjects that decide about a workload's size.

use serde_json::Value;

use crate::{field, render::Identity};

/// KEDA's annotation that holds a workload at a size.
pub(super) const PAUSED_REPLICAS: &str = "autoscaling.keda.sh/paused-replicas";

/// The scalers among `scalers` that target the workload.
pub(super) fn of<'a>(workload: &'a Identity, scalers: &'a [Value]) -> impl Iterator<Item = (Identity, &'a Value)> {
    let targeting = move |raw: &'a Value| Some((Identity::of_live(raw)?, raw)).filter(|_| is_target_of(workload, raw));
    scalers.iter().filter_map(targeting)
}

/// Whether a HorizontalPodAutoscaler or a ScaledObject scales the workload.
pub fn is_target_of(workload: &Identity, scaler: &Value) -> bool {
    let Some(identity) = Identity::of_live(scaler) else { return false };
    let Some(target) = field::at(scaler, &["spec", "scaleTargetRef"]) else { return false };
    let is_scaler = identity.is("autoscaling", "HorizontalPodAutoscaler") || identity.is("keda.sh", "ScaledObject");
    // KEDA leaves kind and version out where it means a Deployment.
    let kind = field::text(target, &["kind"]).unwrap_or("Deployment".into());
    let group = field::text(target, &["apiVersion"])
        .map(|version| version.split_once('/').map(|(group, _)| group.to_owned()).unwrap_or_default());
    is_scaler
        && kind == workload.kind
        && group.is_none_or(|group| group == workload.group)
        && field::text(target, &["name"]).is_some_and(|name| name == workload.name)
        && identity.namespace == workload.namespace
}

/// The ScaledObjects that scale the workload: they have to be paused with it.
pub fn pausing<'a>(workload: &'a Identity, scalers: &'a [Value]) -> impl Iterator<Item = &'a Value> {
    of(workload, scalers).filter(|(it, _)| it.is("keda.sh", "ScaledObject")).map(|(_, raw)| raw)
}

/// Whether KEDA may set the workload's size right now.
pub(super) fn keda_decides(workload: &Identity, scalers: &[Value]) -> bool {
    pausing(workload, scalers).any(|raw| {
        let annotation = |name| field::text(raw, &["metadata", "annotations", name]);
        annotation(PAUSED_REPLICAS).is_none() && annotation("autoscaling.keda.sh/paused").as_deref() != Some("true")
    })
}

/// Whether an autoscaler has set the size to zero by itself, and may raise it again.
pub(super) fn has_scaled_to_zero(autoscaler: &Value) -> bool {
    field::items(autoscaler, &["status", "conditions"]).any(|(_, condition)| {
        let is = |name, text: &str| field::text(condition, &[name]).is_some_and(|found| found == text);
        is("type", "ScaledToZero") && is("status", "True")
    })
}

/// Whether two readings of the scalers of a namespace decide alike about the workload.
pub fn is_same(workload: &Identity, shown: &[Value], now: &[Value]) -> bool {
    let decisive = |scalers: &[Value]| {
        let of: Vec<_> = of(workload, scalers)
            .map(|(identity, raw)| {
                let uid = field::text(raw, &["metadata", "uid"]).map(std::borrow::Cow::into_owned);
                let paused = field::text(raw, &["metadata", "annotations", PAUSED_REPLICAS]).map(Into::<String>::into);
                let is_deleted = field::text(raw, &["metadata", "deletionTimestamp"]).is_some();
                (identity, uid, paused, is_deleted, has_scaled_to_zero(raw))
            })
            .collect();
        of
    };
    let (mut shown, mut now) = (decisive(shown), decisive(now));
    shown.sort();
    now.sort();
    shown == now
}
