//! What users may set: each value does what it says, and what is misspelt is refused.

use profile_core::rules::{Code, Mode};
use serde_json::{Value, json};

use super::{CHART, release::template};
use crate::kustomize::{documents, find, place};

/// The objects with values set.
#[track_caller]
fn with(values: &Value) -> Vec<Value> {
    let run = rendered(values);
    assert!(run.is_success(), "{run}");
    documents(&run.stdout)
}

fn rendered(values: &Value) -> profile_sandbox::Run {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("values.yaml");
    std::fs::write(&file, values.to_string()).unwrap();
    template(&["--no-hooks", "--values", file.to_str().unwrap()])
}

#[test]
fn the_image_the_replicas_and_the_resources_are_what_is_set() {
    let resources = json!({"limits": {"memory": "1Gi"}, "requests": {"memory": "64Mi", "cpu": "1"}});
    let objects = with(&json!({
        "image": {"repository": "registry.example.com/guard", "tag": "1.2.3", "pullPolicy": "Always"},
        "imagePullSecrets": [{"name": "registry"}],
        "replicas": 3,
        "resources": resources,
    }));
    let deployment = &find(&objects, "Deployment/profile-webhook")["spec"];
    let pod = &deployment["template"]["spec"];
    assert_eq!(deployment["replicas"], 3);
    assert_eq!(pod["containers"][0]["image"], "registry.example.com/guard:1.2.3");
    assert_eq!(pod["containers"][0]["imagePullPolicy"], "Always");
    assert_eq!(pod["imagePullSecrets"], json!([{"name": "registry"}]));
    assert_eq!(pod["containers"][0]["resources"], resources);
}

#[test]
fn the_budget_can_be_left_out() {
    let has_budget = |objects: &[Value]| objects.iter().any(|it| it["kind"] == "PodDisruptionBudget");
    assert!(has_budget(&with(&json!({}))));
    assert!(!has_budget(&with(&json!({"podDisruptionBudget": false}))));
}

#[test]
fn the_configuration_is_one_that_the_webhook_takes() {
    let objects = with(&json!({"guardConfiguration": {
        "rules": {"ClusterProvisioning": "warn"},
        "breakGlass": {"groups": ["palette-break-glass"], "longest": "2h"},
        "exemptWriters": ["system:serviceaccount:cluster-1:cluster-management-agent"],
    }}));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("guard.yaml");
    let text = find(&objects, "ConfigMap/profile-webhook-config")["data"]["guard.yaml"].as_str().unwrap();
    std::fs::write(&file, text).unwrap();
    let settings = crate::overlays::load(&file);
    assert_eq!(settings.policy.mode(Code::ClusterProvisioning), Mode::Warn);
    assert!(settings.exceptions.break_glass.groups.contains("palette-break-glass"));
    assert_eq!(settings.exceptions.exempt_writers.len(), 1);
}

#[test]
fn what_is_misspelt_is_refused() {
    for (values, named) in [
        (json!({"replica": 3}), "replica"),
        (json!({"image": {"name": "x"}}), "name"),
        (json!({"replicas": 0}), "replicas"),
        (json!({"replicas": "3"}), "replicas"),
        (json!({"certificates": "certmanager"}), "certificates"),
        (json!({"guardConfiguration": {"rules": {"ClusterProvisionin": "warn"}}}), "ClusterProvisionin"),
        (json!({"guardConfiguration": {"rules": {"ClusterProvisioning": "warm"}}}), "ClusterProvisioning"),
        (json!({"guardConfiguration": {"exemptWriters": "me"}}), "exemptWriters"),
        (json!({"guardConfiguration": {"exempt": []}}), "exempt"),
    ] {
        let run = rendered(&values);
        assert!(!run.is_success() && run.stderr.contains(named) && run.stderr.contains("schema"), "{values}: {run}");
    }
}

#[test]
fn the_schema_knows_the_rules_and_the_modes_of_the_program() {
    let text = std::fs::read_to_string(place(CHART).join("values.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let rules = &schema["properties"]["guardConfiguration"]["properties"]["rules"]["properties"];
    let names: Vec<_> = rules.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, Code::ALL.map(Code::as_str));
    let modes = [Mode::Enforce, Mode::Warn, Mode::Audit].map(Mode::as_str);
    assert_eq!(schema["definitions"]["mode"]["enum"], json!(modes));
}
