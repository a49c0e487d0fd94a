//! The other ways to run it: what each changes, and that they go together.

use std::path::Path;

use profile_core::rules::{Code, Mode};
use profile_webhook::settings::{Settings, Source};
use serde_json::{Value, json};

use crate::{
    base::arguments,
    kustomize::{find, name, place, render, render_components, render_with},
};

/// Each way to run it that is shipped.
pub(crate) const OVERLAYS: [&str; 3] = ["single-node", "palette-managed", "cert-manager"];

/// Reads a configuration file as the webhook does at its start.
pub(crate) fn load(file: &Path) -> Settings {
    let source = Source { file: Some(file.to_owned()), ..Source::default() };
    source.load().unwrap_or_else(|error| panic!("{error}"))
}

fn overlay(name: &str) -> Vec<Value> {
    render(&format!("manifests/overlays/{name}"))
}

fn names(objects: &[Value]) -> Vec<String> {
    objects.iter().map(name).collect()
}

#[test]
fn each_is_shipped_and_is_its_component_over_the_base() {
    let mut folders: Vec<_> =
        std::fs::read_dir(place("manifests/overlays")).unwrap().map(|it| it.unwrap().file_name()).collect();
    folders.sort();
    let mut known = OVERLAYS;
    known.sort_unstable();
    assert_eq!(folders, known);
    for it in OVERLAYS {
        let objects = overlay(it);
        assert_eq!(objects, render_components(&[it]), "{it}");
        assert_ne!(objects, render("manifests"), "{it}");
        assert_eq!(name(&objects[0]), "ValidatingWebhookConfiguration/kubectl-profile-guard", "{it}");
    }
}

#[test]
fn no_file_takes_more_than_one_object_away() {
    // kubectl before 1.34 breaks down at it, and the one of these tests is newer.
    let (mut left, mut deletions) = (vec![place("manifests")], 0);
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|it| it.unwrap().path()));
            continue;
        }
        let count = std::fs::read_to_string(&path).unwrap().matches("$patch: delete").count();
        assert!(count <= 1, "{}", path.display());
        deletions += count;
    }
    assert!(deletions > 1);
}

#[test]
fn on_a_single_node_one_pod_replaces_the_other_on_the_nodes_own_network() {
    let objects = overlay("single-node");
    assert!(!names(&objects).contains(&"PodDisruptionBudget/profile-webhook".to_owned()));
    let deployment = &find(&objects, "Deployment/profile-webhook")["spec"];
    assert_eq!(deployment["replicas"], 1);
    // A second pod would wait for ever for the ports that the first one holds.
    assert_eq!(deployment["strategy"], json!({"type": "Recreate"}));
    let pod = &deployment["template"]["spec"];
    assert_eq!(pod["hostNetwork"], true);
    assert_eq!(pod["dnsPolicy"], "ClusterFirstWithHostNet");
    // On the node's network a port is the node's.
    let ports: Vec<_> =
        pod["containers"][0]["ports"].as_array().unwrap().iter().map(|it| it["containerPort"].clone()).collect();
    assert_eq!(ports, [18443, 18081]);
    let arguments = arguments(&objects);
    assert!(arguments.contains(&"--listen=0.0.0.0:18443".to_owned()), "{arguments:?}");
    assert!(arguments.contains(&"--health-listen=0.0.0.0:18081".to_owned()), "{arguments:?}");
    // Pod security admits no pod on the node's network where `restricted` or `baseline` is enforced.
    let labels = &find(&objects, "Namespace/kubectl-profile-system")["metadata"]["labels"];
    assert_eq!(labels["pod-security.kubernetes.io/enforce"], "privileged");
}

#[test]
fn where_palette_manages_every_rule_starts_with_audit() {
    let objects = overlay("palette-managed");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("guard.yaml");
    let text = find(&objects, "ConfigMap/profile-webhook-config")["data"]["guard.yaml"].as_str().unwrap();
    std::fs::write(&file, text).unwrap();
    let settings = load(&file);
    for code in Code::ALL {
        assert_eq!(settings.policy.mode(code), Mode::Audit, "{}", code.as_str());
    }
    // Nothing else is changed.
    let others = |objects: Vec<Value>| objects.into_iter().filter(|it| it["kind"] != "ConfigMap").collect::<Vec<_>>();
    assert_eq!(others(objects), others(render("manifests")));
}

#[test]
fn with_cert_manager_the_webhook_may_read_no_secret() {
    let objects = overlay("cert-manager");
    let names = names(&objects);
    for gone in [
        "Secret/profile-webhook-certificates",
        "Lease/profile-webhook",
        "Role/profile-webhook",
        "RoleBinding/profile-webhook",
    ] {
        assert!(!names.contains(&gone.to_owned()), "{gone}");
    }
    find(&objects, "ClusterRole/kubectl-profile-webhook");
    let arguments = arguments(&objects);
    for flag in ["--certificate-secret", "--lease"] {
        assert!(!arguments.iter().any(|it| it.starts_with(flag)), "{arguments:?}");
    }
    assert!(arguments.contains(&"--configuration=kubectl-profile-guard".to_owned()), "{arguments:?}");
    // The pair that is served is the one that is mounted, for the name that the API server asks.
    let certificate = find(&objects, "Certificate/profile-webhook-tls");
    let client = &find(&objects, "ValidatingWebhookConfiguration/kubectl-profile-guard")["webhooks"][0]["clientConfig"]
        ["service"];
    let asked = format!("{}.{}.svc", client["name"].as_str().unwrap(), client["namespace"].as_str().unwrap());
    assert_eq!(certificate["spec"]["dnsNames"], json!([asked]));
    let pod = &find(&objects, "Deployment/profile-webhook")["spec"]["template"]["spec"];
    let volumes = pod["volumes"].as_array().unwrap();
    assert!(volumes.iter().any(|it| it["secret"]["secretName"] == certificate["spec"]["secretName"]), "{volumes:?}");
    for file in ["--tls-cert-file=/tls/tls.crt", "--tls-private-key-file=/tls/tls.key"] {
        assert!(arguments.contains(&file.to_owned()), "{arguments:?}");
    }
}

/// The injector reads the CA from the Secret of the Certificate, as namespace/name; the chain of issuers ends in itself.
#[test]
fn the_guards_ca_is_that_of_the_certificates_issuer() {
    let objects = overlay("cert-manager");
    let guard = find(&objects, "ValidatingWebhookConfiguration/kubectl-profile-guard");
    assert_eq!(
        guard["metadata"]["annotations"]["cert-manager.io/inject-ca-from"],
        "kubectl-profile-system/profile-webhook-tls"
    );
    let issuer_of = |certificate: &str| {
        let name = find(&objects, &format!("Certificate/{certificate}"))["spec"]["issuerRef"]["name"].as_str().unwrap();
        find(&objects, &format!("Issuer/{name}"))["spec"].clone()
    };
    let authority = find(&objects, "Certificate/profile-webhook-ca");
    assert_eq!(issuer_of("profile-webhook-tls"), json!({"ca": {"secretName": authority["spec"]["secretName"]}}));
    assert_eq!(issuer_of("profile-webhook-ca"), json!({"selfSigned": {}}));
    // The old leaf must be good under the new CA and the other way round: between them lies a minute.
    assert_eq!(authority["spec"]["privateKey"]["rotationPolicy"], "Never");
}

#[test]
fn they_go_together() {
    let objects = render_components(&OVERLAYS);
    assert_eq!(find(&objects, "Deployment/profile-webhook")["spec"]["template"]["spec"]["hostNetwork"], true);
    find(&objects, "Certificate/profile-webhook-tls");
    let text = find(&objects, "ConfigMap/profile-webhook-config")["data"]["guard.yaml"].as_str().unwrap();
    assert!(text.contains("ClusterProvisioning: audit"), "{text}");
    let mut arguments = arguments(&objects);
    arguments.sort();
    let names: Vec<_> = arguments.iter().map(|it| it.split('=').next().unwrap()).collect();
    assert_eq!(
        names,
        [
            "--config",
            "--configuration",
            "--health-listen",
            "--listen",
            "--shutdown-delay",
            "--tls-cert-file",
            "--tls-private-key-file"
        ]
    );
    // In any order.
    assert_eq!(objects, render_components(&["cert-manager", "palette-managed", "single-node"]));
}

#[test]
fn the_kustomization_that_the_page_shows_is_one() {
    let page = std::fs::read_to_string(place("docs/webhook.md")).unwrap();
    let mut shown = page.split("```yaml\n").filter(|it| it.starts_with("apiVersion: kustomize.config.k8s.io"));
    let objects = render_with(shown.next().unwrap().split("```").next().unwrap());
    assert_eq!(name(&objects[0]), "ValidatingWebhookConfiguration/kubectl-profile-guard");
    let pod = &find(&objects, "Deployment/profile-webhook")["spec"]["template"]["spec"];
    assert_eq!(pod["containers"][0]["image"], "registry.example.com/profile-webhook:0.1.0");
    assert_eq!(pod["hostNetwork"], true);
}
