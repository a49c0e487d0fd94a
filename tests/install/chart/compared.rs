//! What the chart renders and what kubectl renders of the manifests: the same objects, but for Helm's labels.

use std::collections::BTreeMap;

use serde_json::Value;

use super::release::template;
use crate::{
    kustomize::{documents, name, render, render_components},
    overlays::OVERLAYS,
};

/// The objects by their names, each as far as both must agree.
fn comparable(objects: Vec<Value>) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for mut object in objects {
        // Helm makes the namespace of a release itself.
        if object["kind"] == "Namespace" {
            continue;
        }
        if let Some(labels) = object["metadata"]["labels"].as_object_mut() {
            labels.remove("helm.sh/chart");
            labels.remove("app.kubernetes.io/managed-by");
        }
        // A text that is YAML itself: what it says counts, and not the order in which it says it.
        if let Some(file) = object.pointer_mut("/data/guard.yaml") {
            *file = serde_saphyr::from_str(file.as_str().unwrap()).unwrap();
        }
        let before = all.insert(name(&object), object);
        assert!(before.is_none(), "twice: {before:?}");
    }
    all
}

#[track_caller]
fn agree(values: &[&str], manifests: Vec<Value>) {
    let run = template(&[&["--no-hooks"], values].concat());
    assert!(run.is_success(), "{run}");
    let [helm, kubectl] = [documents(&run.stdout), manifests].map(comparable);
    assert_eq!(helm.keys().collect::<Vec<_>>(), kubectl.keys().collect::<Vec<_>>());
    for (name, object) in &kubectl {
        assert_eq!(helm[name], *object, "{name}");
    }
}

#[test]
fn the_defaults_are_the_manifests() {
    agree(&[], render("manifests"));
}

#[test]
fn each_example_is_an_overlay() {
    for overlay in OVERLAYS {
        let file = format!("charts/profile-webhook/examples/{overlay}.yaml");
        agree(&["--values", &file], render(&format!("manifests/overlays/{overlay}")));
    }
}

#[test]
fn all_examples_together_are_all_components_together() {
    let files = OVERLAYS.map(|it| format!("charts/profile-webhook/examples/{it}.yaml"));
    let values: Vec<_> = files.iter().flat_map(|it| ["--values", it.as_str()]).collect();
    agree(&values, render_components(&OVERLAYS));
}

#[test]
fn another_namespace_is_nowhere_forgotten() {
    for values in [&[][..], &["--set", "certificates=cert-manager"]] {
        let run = template(&[&["--namespace", "elsewhere"], values].concat());
        assert!(run.is_success() && !run.stdout.contains("kubectl-profile-system"), "{run}");
        assert!(
            run.stdout.contains("namespace: \"elsewhere\"") || run.stdout.contains("namespace: elsewhere"),
            "{run}"
        );
    }
}
