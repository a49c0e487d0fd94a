//! Finds the pod that a workload makes, and what that pod mounts.

use std::borrow::Cow;

use serde_json::Value;

use crate::field;

/// The pod template of a workload, or a Pod itself: what has `metadata.labels` and `spec`.
pub(super) fn template(workload: &Value) -> Option<&Value> {
    match field::text(workload, &["kind"])?.as_ref() {
        "Pod" => Some(workload),
        "CronJob" => field::at(workload, &["spec", "jobTemplate", "spec", "template"]),
        _ => field::at(workload, &["spec", "template"]).filter(|template| template.get("spec").is_some()),
    }
}

/// Whether the pod refers to the object of `kind` and `name` anywhere in its specification.
pub(super) fn refers_to(template: &Value, kind: &str, name: &str) -> bool {
    let Some(spec) = template.get("spec") else { return false };
    let at = |value, path: &[&str]| field::text(value, path).is_some_and(|text: Cow<'_, str>| text == name);
    let in_volumes = |path: &[&str]| {
        let own = field::items(spec, &["volumes"]).any(|(_, volume)| at(volume, path));
        let projected = field::items(spec, &["volumes"]).any(|(_, volume)| {
            let key = path[0];
            field::items(volume, &["projected", "sources"]).any(|(_, source)| at(source, &[key, "name"]))
        });
        own || projected
    };
    let in_environment = |from: &str, key: &str| {
        ["containers", "initContainers"].iter().any(|containers| {
            field::items(spec, &[containers]).any(|(_, container)| {
                field::items(container, &["envFrom"]).any(|(_, source)| at(source, &[from, "name"]))
                    || field::items(container, &["env"]).any(|(_, entry)| at(entry, &["valueFrom", key, "name"]))
            })
        })
    };
    match kind {
        "PersistentVolumeClaim" => in_volumes(&["persistentVolumeClaim", "claimName"]),
        "ConfigMap" => in_volumes(&["configMap", "name"]) || in_environment("configMapRef", "configMapKeyRef"),
        "Secret" => {
            in_volumes(&["secret", "secretName"])
                || in_environment("secretRef", "secretKeyRef")
                || field::items(spec, &["imagePullSecrets"]).any(|(_, secret)| at(secret, &["name"]))
        }
        "ServiceAccount" => at(spec, &["serviceAccountName"]),
        "PriorityClass" => at(spec, &["priorityClassName"]),
        "RuntimeClass" => at(spec, &["runtimeClassName"]),
        _ => false,
    }
}

/// Whether a label selector selects the labels. An empty selector selects everything, an absent one nothing.
pub(super) fn selects(selector: Option<&Value>, labels: Option<&Value>) -> bool {
    let Some(selector) = selector.filter(|selector| selector.is_object()) else { return false };
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    let equal = |(key, value): (&String, &Value)| value.as_str().is_some_and(|value| label(key) == Some(value));
    let all_equal = selector.get("matchLabels").and_then(Value::as_object).is_none_or(|map| map.iter().all(equal));
    let all_match = field::items(selector, &["matchExpressions"]).all(|(_, expression)| {
        let found = label(&field::text(expression, &["key"]).unwrap_or_default());
        let listed = || field::items(expression, &["values"]).any(|(_, value)| value.as_str() == found);
        match field::text(expression, &["operator"]).as_deref() {
            Some("In") => found.is_some() && listed(),
            Some("NotIn") => found.is_none() || !listed(),
            Some("Exists") => found.is_some(),
            Some("DoesNotExist") => found.is_none(),
            _ => false,
        }
    });
    all_equal && all_match
}
