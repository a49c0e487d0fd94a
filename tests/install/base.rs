//! `manifests/` as it is shipped: what keeps an install, an upgrade and a removal from ever blocking.

use clap::Parser as _;
use serde_json::{Value, json};

use crate::kustomize::{find, name, render};

fn base() -> Vec<Value> {
    render("manifests")
}

/// The arguments of the webhook's container, after the program's name.
pub(crate) fn arguments(objects: &[Value]) -> Vec<String> {
    let arguments = &find(objects, "Deployment/profile-webhook")["spec"]["template"]["spec"]["containers"][0]["args"];
    serde_json::from_value(arguments.clone()).unwrap()
}

#[test]
fn the_guard_is_first_so_that_it_goes_first() {
    let names: Vec<_> = base().iter().map(name).collect();
    assert_eq!(
        names[..2],
        ["ValidatingWebhookConfiguration/kubectl-profile-guard", "Namespace/kubectl-profile-system"]
    );
}

#[test]
fn the_guard_matches_nothing_until_the_webhook_has_completed_it() {
    let objects = base();
    let webhooks =
        find(&objects, "ValidatingWebhookConfiguration/kubectl-profile-guard")["webhooks"].as_array().unwrap();
    assert_eq!(webhooks.len(), 1);
    assert!(webhooks[0].get("rules").is_none(), "{}", webhooks[0]);
    assert!(webhooks[0]["clientConfig"].get("caBundle").is_none(), "{}", webhooks[0]);
    assert_eq!(webhooks[0]["failurePolicy"], "Fail");
    for selector in ["objectSelector", "namespaceSelector"] {
        assert!(webhooks[0].get(selector).is_none(), "{selector}");
    }
}

/// Applying a file again leaves what the file never held; so what the webhook writes is in no file.
#[test]
fn what_the_webhook_writes_is_shipped_empty() {
    let objects = base();
    let secret = find(&objects, "Secret/profile-webhook-certificates");
    assert!(secret.get("data").is_none() && secret.get("stringData").is_none(), "{secret}");
    let lease = find(&objects, "Lease/profile-webhook");
    assert!(lease.get("spec").is_none(), "{lease}");
}

#[test]
fn its_rights_are_limited_to_names_and_create_nothing() {
    let objects = base();
    let roles: Vec<_> = objects.iter().filter(|it| it["kind"].as_str().unwrap().ends_with("Role")).collect();
    let rules: Vec<_> = roles.iter().flat_map(|it| it["rules"].as_array().unwrap()).collect();
    for rule in &rules {
        assert_eq!(rule["resourceNames"].as_array().map(Vec::len), Some(1), "{rule}");
        for verb in rule["verbs"].as_array().unwrap() {
            assert!(["get", "update", "patch"].contains(&verb.as_str().unwrap()), "{rule}");
        }
    }
    let rights = |rule: &Value| json!([rule["resources"][0], rule["resourceNames"][0], rule["verbs"]]);
    assert_eq!(
        rules.into_iter().map(rights).collect::<Vec<_>>(),
        [
            json!(["secrets", "profile-webhook-certificates", ["get", "update", "patch"]]),
            json!(["leases", "profile-webhook", ["get", "update", "patch"]]),
            json!(["validatingwebhookconfigurations", "kubectl-profile-guard", ["get", "patch"]]),
        ]
    );
}

#[test]
fn every_name_that_an_object_uses_is_there() {
    let objects = base();
    for binding in objects.iter().filter(|it| it["kind"].as_str().unwrap().ends_with("RoleBinding")) {
        find(&objects, &format!("{}/{}", binding["roleRef"]["kind"], binding["roleRef"]["name"]).replace('"', ""));
        assert_eq!(binding["subjects"][0]["name"], "profile-webhook");
    }
    let pod = &find(&objects, "Deployment/profile-webhook")["spec"]["template"];
    find(&objects, &format!("ServiceAccount/{}", pod["spec"]["serviceAccountName"].as_str().unwrap()));
    find(&objects, &format!("ConfigMap/{}", pod["spec"]["volumes"][0]["configMap"]["name"].as_str().unwrap()));
    for selector in [
        &find(&objects, "Service/profile-webhook")["spec"]["selector"],
        &find(&objects, "Deployment/profile-webhook")["spec"]["selector"]["matchLabels"],
        &find(&objects, "PodDisruptionBudget/profile-webhook")["spec"]["selector"]["matchLabels"],
    ] {
        for (label, value) in selector.as_object().unwrap() {
            assert_eq!(pod["metadata"]["labels"][label], *value);
        }
    }
    let service =
        &find(&objects, "ValidatingWebhookConfiguration/kubectl-profile-guard")["webhooks"][0]["clientConfig"];
    assert_eq!(service["service"]["name"], "profile-webhook");
    assert_eq!(service["service"]["port"], find(&objects, "Service/profile-webhook")["spec"]["ports"][0]["port"]);
}

#[test]
fn the_configuration_is_one_that_the_webhook_takes() {
    let file = find(&base(), "ConfigMap/profile-webhook-config")["data"]["guard.yaml"].as_str().unwrap().to_owned();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("guard.yaml"), file).unwrap();
    crate::overlays::load(&dir.path().join("guard.yaml"));
}

/// Only the pod gets a token, and it runs with as little else as there is.
#[test]
fn the_pod_has_what_it_needs_and_nothing_more() {
    let objects = base();
    assert_eq!(find(&objects, "ServiceAccount/profile-webhook")["automountServiceAccountToken"], false);
    let pod = &find(&objects, "Deployment/profile-webhook")["spec"]["template"]["spec"];
    assert_eq!(pod["automountServiceAccountToken"], true);
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    let container = &pod["containers"][0];
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    assert_eq!(container["securityContext"]["capabilities"], json!({"drop": ["ALL"]}));
    let mount = &container["volumeMounts"][0];
    // A file that is mounted by `subPath` stays as it is when the ConfigMap changes.
    assert!(mount.get("subPath").is_none() && mount["mountPath"] == "/config", "{mount}");
}

#[test]
fn the_program_takes_the_arguments() {
    let arguments = arguments(&base());
    let words = std::iter::once("profile-webhook".to_owned()).chain(arguments);
    profile_webhook::args::Args::try_parse_from(words).unwrap();
}
