//! The configuration file of a running webhook: swapped as the kubelet swaps it, broken, and mended.

use std::{fs, path::Path};

use profile_core::rules::{Code, Mode};
use profile_webhook::settings::Source;
use serde_json::{Value, json};

use crate::{program::Program, reviews::skip, volume::Volume};

const FILE: &str = "guard.yaml";

const RULE: &str = "K8sMultiMinorUpgradeNotSupported";

fn configuration(mode: &str) -> String {
    format!("apiVersion: kubectl-profile.dev/v1alpha1\nkind: GuardConfiguration\nrules:\n  {RULE}: {mode}\n")
}

/// A mounted ConfigMap with this configuration.
fn mounted(text: &str) -> Volume {
    Volume::of(&[(FILE, text)])
}

fn swap(mount: &Volume, text: &str) {
    mount.swap_files(&[(FILE, text)]);
}

/// Calls `with` with the flags that have a configuration looked at, and further ones.
fn flagged<T>(mount: &Volume, more: &[&str], with: impl FnOnce(&[&str]) -> T) -> T {
    let config = format!("--config={}", mount.file(FILE).display());
    with(&[&[config.as_str(), "--reload-interval=1"], more].concat())
}

fn start(mount: &Volume, more: &[&str]) -> Program {
    flagged(mount, more, Program::start)
}

/// What the webhook makes of an update that breaks the rule.
async fn consequence(program: &Program) -> &'static str {
    let response = program.ask(&skip()).await;
    match (&response["allowed"], response["auditAnnotations"].as_object().and_then(|it| it.keys().next())) {
        (Value::Bool(false), _) => "denied",
        (Value::Bool(true), Some(key)) if key == "warned" => "warned",
        (Value::Bool(true), Some(key)) if key == "audited" => "audited",
        _ => panic!("{response}"),
    }
}

#[tokio::test]
async fn a_new_configuration_is_taken_up_after_each_swap() {
    let mount = mounted(&configuration("audit"));
    let program = start(&mount, &[]);
    assert_eq!(consequence(&program).await, "audited");
    let mut hashes = Vec::new();
    for (mode, expected) in [("warn", "warned"), ("enforce", "denied"), ("audit", "audited")] {
        swap(&mount, &configuration(mode));
        hashes.push(program.wait_until_it_says("the configuration was reloaded").await["hash"].clone());
        assert_eq!(consequence(&program).await, expected);
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 3);
}

#[tokio::test]
async fn a_bad_configuration_keeps_what_was_and_is_told_once() {
    let mount = mounted(&configuration("warn"));
    let program = start(&mount, &[]);
    swap(&mount, &configuration("off"));
    let line = program.wait_until_it_says("stays in force").await;
    let message = line["message"].as_str().unwrap();
    let place = format!(
        "--config {}: rules.{RULE}: unknown mode \"off\"; known: enforce, warn, audit",
        mount.file(FILE).display()
    );
    assert!(line["level"] == json!("ERROR") && message.starts_with(&place), "{line}");
    assert_eq!(consequence(&program).await, "warned");
    // The link leads nowhere for a while; then it is another bad file, then a good one.
    fs::remove_file(mount.file("..data")).unwrap();
    assert!(program.wait_until_it_says("stays in force").await["message"].as_str().unwrap().contains("cannot be read"));
    assert_eq!(consequence(&program).await, "warned");
    swap(&mount, &configuration("audit"));
    program.wait_until_it_says("the configuration was reloaded").await;
    assert_eq!(consequence(&program).await, "audited");
    let repeated = program.log.since();
    assert!(repeated.iter().all(|it| it["level"] != json!("ERROR")), "{repeated:?}");
}

#[tokio::test]
async fn a_flag_wins_over_each_file() {
    let mount = mounted(&configuration("audit"));
    let flag = format!("--rule-mode={RULE}=enforce");
    let program = start(&mount, &[&flag]);
    assert_eq!(consequence(&program).await, "denied");
    swap(&mount, &configuration("warn"));
    swap(&mount, &format!("{}exemptWriters: [somebody]\n", configuration("warn")));
    program.wait_until_it_says("the configuration was reloaded").await;
    assert_eq!(consequence(&program).await, "denied");
}

#[tokio::test]
async fn a_group_of_the_file_breaks_the_glass() {
    let text = format!("{}breakGlass: {{groups: [sre], longest: 2h}}\n", configuration("enforce"));
    let mount = mounted(&text);
    let program = start(&mount, &[]);
    let mut review = skip();
    review["request"]["userInfo"]["groups"] = json!(["sre"]);
    let until = |hours: i64| jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours);
    let mut allow = |hours: i64| {
        let words = format!("{RULE}=1.31.0; until={}; reason=an emergency", until(hours));
        review["request"]["object"]["metadata"]["annotations"] = json!({"kubectl-profile.dev/allow": words});
        review.clone()
    };
    let response = program.ask(&allow(1)).await;
    assert!(response["allowed"] == json!(true) && response["auditAnnotations"]["excused"].is_string(), "{response}");
    for (hours, words) in [(3, "more than 2h ahead"), (-1, "is over")] {
        let response = program.ask(&allow(hours)).await;
        assert!(response["allowed"] == json!(false) && response.to_string().contains(words), "{response}");
    }
}

#[test]
fn a_bad_configuration_is_an_error_at_start_that_names_the_place() {
    let mount = mounted("apiVersion: kubectl-profile.dev/v1alpha1\nkind: GuardConfiguration\nbreakGlas: {}\n");
    let (code, said) = flagged(&mount, &[], Program::fails_to_start);
    assert_eq!(code, Some(1), "{said}");
    let place = format!("--config {}: breakGlas: unknown field", mount.file(FILE).display());
    assert!(said.contains(&place) && said.contains("did you mean breakGlass?"), "{said}");
    let (code, said) = Program::fails_to_start(&["--config=/nowhere/guard.yaml"]);
    assert!(code == Some(1) && said.contains("--config /nowhere/guard.yaml: cannot be read"), "{said}");
}

#[test]
fn an_unknown_rule_of_a_flag_is_a_usage_error() {
    let (code, said) = Program::fails_to_start(&["--rule-mode=K8sMultiMinorUpgrade=warn"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("did you mean K8sMultiMinorUpgradeNotSupported?") && said.contains("CoreLayerRemoval"),
        "{said}"
    );
}

#[test]
fn the_configuration_that_the_page_shows_is_taken() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/webhook.md");
    let page = fs::read_to_string(page).unwrap();
    let shown = page.split("```yaml\n").find(|it| it.starts_with("apiVersion: kubectl-profile.dev")).unwrap();
    let mount = mounted(shown.split("```").next().unwrap());
    let settings = Source { file: Some(mount.file(FILE)), ..Source::default() }.load().unwrap();
    assert_eq!(settings.policy.mode(Code::ClusterProvisioning), Mode::Audit);
    assert_eq!(settings.policy.mode(Code::K8sVersionUnreadable), Mode::Warn);
    assert!(settings.exceptions.break_glass.is_on() && settings.exceptions.exempt_writers.len() == 1);
}
