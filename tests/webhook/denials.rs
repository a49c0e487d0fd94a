//! What a denial and a warning look like to the API server.

use http_body_util::Full;
use profile_core::rules::{Code, Mode, Policy};
use profile_webhook::{limits::Limits, service::Service};
use serde_json::json;

use crate::reviews::{ask, cluster, send, skip, update};

#[tokio::test]
async fn a_denial_is_422_invalid_with_a_cause() {
    let response = ask(&skip()).await.response();
    let status = &response["status"];
    assert_eq!(response["allowed"], json!(false));
    assert_eq!((&status["code"], &status["reason"]), (&json!(422), &json!("Invalid")));
    assert_eq!(status["details"]["group"], json!("cluster.spectrocloud.com"));
    assert_eq!(status["details"]["kind"], json!("SpectroCluster"));
    assert_eq!(status["details"]["name"], json!("demo"));
    let cause = &status["details"]["causes"][0];
    assert_eq!(cause["reason"], json!("K8sMultiMinorUpgradeNotSupported"));
    assert_eq!(cause["field"], json!("spec.clusterProfileTemplates[0].packs[0].version"));
    let message = cause["message"].as_str().unwrap();
    for word in ["1.29.4", "1.31.0", "1.30.x", "K8sMultiMinorUpgradeNotSupported"] {
        assert!(message.contains(word), "{word} is not in: {message}");
    }
}

#[tokio::test]
async fn the_message_alone_says_what_the_causes_say() {
    let response = ask(&skip()).await.response();
    let message = response["status"]["message"].as_str().unwrap();
    let cause = &response["status"]["details"]["causes"][0];
    assert!(message.contains("demo") && message.contains(cause["field"].as_str().unwrap()), "{message}");
    assert!(message.contains(cause["message"].as_str().unwrap()), "{message}");
}

#[tokio::test]
async fn all_violations_come_in_one_answer() {
    let mut before = cluster("1.29.4");
    before["spec"]["cloudType"] = json!("edge-native");
    before["status"]["state"] = json!("Provisioning");
    let packs = |cni: &str| json!({"name": cni, "layer": "cni", "version": "1.0.0"});
    let mut after = before.clone();
    before["spec"]["clusterProfileTemplates"][0]["packs"][1] = packs("cni-calico");
    after["spec"]["clusterProfileTemplates"][0]["packs"][1] = packs("cni-flannel");
    after["spec"]["clusterProfileTemplates"][0]["packs"][0]["version"] = json!("1.31.0");
    let answer = ask(&update(&before, &after)).await;
    let mut codes = answer.codes();
    codes.sort();
    assert_eq!(codes, ["ClusterProvisioning", "EdgeCniChangeNotSupported", "K8sMultiMinorUpgradeNotSupported"]);
    let message = answer.response()["status"]["message"].as_str().unwrap().to_owned();
    assert!(codes.iter().all(|code| message.contains(code)), "{message}");
}

#[tokio::test]
async fn the_audit_log_learns_the_codes() {
    let annotations = &ask(&skip()).await.response()["auditAnnotations"];
    assert_eq!(annotations, &json!({"denied": "K8sMultiMinorUpgradeNotSupported"}));
}

#[tokio::test]
async fn a_denial_shows_no_values() {
    let answer = ask(&skip()).await;
    assert!(!answer.is_allowed() && !answer.text.contains("hunter2"), "{}", answer.text);
}

#[tokio::test]
async fn a_rule_in_mode_warn_allows_and_warns_in_ascii() {
    let policy = Policy::default().with(Code::K8sMultiMinorUpgradeNotSupported, Mode::Warn);
    let service = Service::new(policy, Limits::default());
    let response = send(&service, "POST", "/validate", Full::from(skip().to_string())).await.response();
    assert_eq!(response["allowed"], json!(true));
    let warning = response["warnings"][0].as_str().unwrap();
    assert!(warning.is_ascii() && warning.len() <= 256, "{warning}");
    assert!(
        warning.starts_with("K8sMultiMinorUpgradeNotSupported: ") && warning.contains("1.29.4 -> 1.31.0"),
        "{warning}"
    );
}

#[tokio::test]
async fn a_rule_in_mode_audit_allows_in_silence() {
    let policy = Policy::default().with(Code::K8sMultiMinorUpgradeNotSupported, Mode::Audit);
    let service = Service::new(policy, Limits::default());
    let response = send(&service, "POST", "/validate", Full::from(skip().to_string())).await.response();
    assert_eq!((&response["allowed"], response.get("warnings")), (&json!(true), None));
    assert!(response["auditAnnotations"]["audited"].as_str().unwrap().contains("1.31.0"));
}

#[tokio::test]
async fn another_distribution_is_allowed_with_a_warning() {
    let before = cluster("1.29.4");
    let mut after = before.clone();
    after["spec"]["clusterProfileTemplates"][0]["packs"][0]["name"] = json!("edge-rke2");
    let response = ask(&update(&before, &after)).await.response();
    assert_eq!(response["allowed"], json!(true));
    let warning = response["warnings"][0].as_str().unwrap();
    assert!(warning.is_ascii() && warning.contains("edge-rke2"), "{warning}");
}
