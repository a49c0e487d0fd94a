//! Labels and the like: nobody gets out of the guard by what stands in the metadata of a cluster or of its namespace.

use profile_tests::webhook::program::tell;
use serde_json::{Map, Value, json};

use super::Scene;
use crate::{
    rules::{Method, VERSIONS},
    sandbox::shared,
    world::json_of,
};

const CODE: &str = "K8sMultiMinorUpgradeNotSupported";

/// What lets go elsewhere, or looks as if it meant this guard: by other guards' own words, Kubernetes' and Palette's.
const MARKS: [(&str, &str); 16] = [
    ("kubectl-profile.dev/ignore", "true"),
    ("kubectl-profile.dev/exempt", "true"),
    ("kubectl-profile.dev/guard", "disabled"),
    ("kubectl-profile.dev/mode", "audit"),
    ("guard.kubectl-profile.dev/skip", "true"),
    ("admission.gatekeeper.sh/ignore", "no-self-managing"),
    ("config.gatekeeper.sh/ignore", "true"),
    ("policies.kyverno.io/exclude", "true"),
    ("kubewarden.io/exempt", "true"),
    ("cert-manager.io/disable-validation", "true"),
    ("webhooks.knative.dev/exclude", "true"),
    ("app.kubernetes.io/part-of", "kubectl-profile"),
    ("app.kubernetes.io/managed-by", "palette"),
    ("kubernetes.io/metadata.name", "kube-system"),
    ("control-plane", "true"),
    ("openpolicyagent.org/webhook", "ignore"),
];

fn marks<'a>(marks: impl IntoIterator<Item = &'a (&'a str, &'a str)>) -> Value {
    let marks: Map<_, _> = marks.into_iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    json!({"labels": marks, "annotations": marks})
}

#[test]
fn no_label_or_annotation_of_a_cluster_lets_it_out_of_the_guard() {
    let scene = Scene::new("labels", CODE);
    let mut bad = scene.bad();
    // With the bad write itself, one by one.
    for mark in &MARKS {
        bad["metadata"] = marks([mark]);
        scene.denies(&bad);
    }
    // All of them beforehand, in a write that passes, and then every way to write.
    let (code, said) = scene.merge("", &json!({"metadata": marks(&MARKS)}));
    assert_eq!(code, 200, "{said}");
    for version in VERSIONS {
        for method in [Method::Replace, Method::JsonPatch, Method::MergePatch, Method::Apply] {
            let run = method.write(&scene.world, version, &scene.pending, &["--field-manager=palette"]);
            assert!(run.code == Some(1) && run.stderr.contains(CODE), "{run}");
        }
    }
    scene.assert_spec_is_as_it_was();
    tell(&format!("{} marks with the write itself and before it: every write was denied", MARKS.len()));
}

#[test]
fn no_other_metadata_of_a_cluster_lets_it_out_of_the_guard() {
    let scene = Scene::new("metadata", CODE);
    let mut bad = scene.bad();
    for metadata in [
        json!({"finalizers": ["example.com/hold"]}),
        json!({"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "x"}]}),
        json!({"generateName": "other-"}),
        json!({"generation": 0, "creationTimestamp": null}),
        json!({"managedFields": [{}]}),
        json!({"selfLink": "/apis/example.com/v1/others/x"}),
    ] {
        bad["metadata"] = metadata;
        scene.denies(&bad);
    }
    // Whoever is being deleted is exempt, so the API server must not take a user's word for it.
    bad["metadata"] = json!({"deletionTimestamp": "2026-01-01T00:00:00Z"});
    let (code, said) = scene.merge("", &bad);
    assert!(code == 422 && said.contains("metadata.deletionTimestamp") && said.contains("immutable"), "{code} {said}");
    scene.assert_spec_is_as_it_was();
}

#[test]
fn no_label_or_annotation_of_a_namespace_lets_its_clusters_out_of_the_guard() {
    let scene = Scene::new("namespace", CODE);
    let namespace = format!("/api/v1/namespaces/{}", scene.world.namespace);
    for mark in &MARKS {
        let (code, said) = scene.world.ask("PATCH", &namespace, super::MERGE, &json!({"metadata": marks([mark])}));
        assert_eq!(code, 200, "{said}");
        scene.denies(&scene.bad());
    }
    let (_, labelled) = scene.world.ask("GET", &namespace, "application/json", &Value::Null);
    assert_eq!(labelled["metadata"]["labels"]["control-plane"], "true", "{labelled}");
    // The one label that selectors may rely on is the API server's own.
    assert_eq!(labelled["metadata"]["labels"]["kubernetes.io/metadata.name"], json!(scene.world.namespace));
    scene.denies(&scene.bad());
}

/// An API server takes up a label some time after it was stored, but what is not asked for cannot be taken up.
#[test]
fn the_guard_selects_by_no_label_and_asks_for_no_user() {
    let run = shared().run_kubectl(["get", "validatingwebhookconfiguration", "kubectl-profile-guard", "-o", "json"]);
    let guard = json_of(&run.unwrap());
    let webhooks = guard["webhooks"].as_array().unwrap();
    assert_eq!(webhooks.len(), 1, "{guard}");
    let webhook = &webhooks[0];
    assert_eq!((&webhook["namespaceSelector"], &webhook["objectSelector"]), (&json!({}), &json!({})), "{guard}");
    assert_eq!((&webhook["failurePolicy"], &webhook["matchPolicy"]), (&json!("Fail"), &json!("Equivalent")), "{guard}");
    for condition in webhook["matchConditions"].as_array().unwrap() {
        let expression = condition["expression"].as_str().unwrap();
        for word in ["labels", "annotations", "userInfo", "namespace", "authorizer", "object.metadata.name"] {
            assert!(!expression.contains(word), "{word}: {expression}");
        }
    }
}

#[test]
fn no_name_or_group_of_a_user_lets_his_writes_out_of_the_guard() {
    let scene = Scene::new("users", CODE);
    let patch = scene.bad().to_string();
    for user in [
        "system:admin",
        "system:apiserver",
        "system:kube-controller-manager",
        "system:serviceaccount:kube-system:generic-garbage-collector",
        "system:serviceaccount:kubectl-profile-system:profile-webhook",
        "system:serviceaccount:palette-system:palette-controller-manager",
        "kubectl-profile.dev",
    ] {
        let who = format!("--as={user}");
        let groups = ["--as-group=system:masters", "--as-group=system:nodes", "--as-group=exempt"];
        let patch = ["patch", "spc", scene.name(), "--type=merge", "-p", &patch, &who];
        let run = scene.world.kubectl(&[&patch[..], &groups].concat());
        assert!(run.code == Some(1) && run.stderr.contains(CODE), "{user}: {run}");
    }
    scene.assert_spec_is_as_it_was();
}
