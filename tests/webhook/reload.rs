//! The configuration file of a running webhook: swapped as the kubelet swaps it, broken, and mended.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use profile_core::rules::{Code, Mode};
use profile_webhook::settings::Source;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{process::Process, reviews::skip};

const RULE: &str = "K8sMultiMinorUpgradeNotSupported";

/// A mounted ConfigMap: the file is a link into `..data`, which is a link to a folder that is never written again.
struct Mount {
    folder: TempDir,
    count: usize,
}

impl Mount {
    fn new(text: &str) -> Self {
        let mut mount = Self { folder: TempDir::new().unwrap(), count: 0 };
        mount.swap(text);
        symlink("..data/guard.yaml", mount.file()).unwrap();
        mount
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("guard.yaml")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a new folder, renames the link to it over the old one, and removes the old folder.
    fn swap(&mut self, text: &str) {
        let (old, new) = (format!("..v{}", self.count), format!("..v{}", self.count + 1));
        self.count += 1;
        fs::create_dir(self.path(&new)).unwrap();
        fs::write(self.path(&new).join("guard.yaml"), text).unwrap();
        symlink(&new, self.path("..data_tmp")).unwrap();
        fs::rename(self.path("..data_tmp"), self.path("..data")).unwrap();
        if Path::exists(&self.path(&old)) {
            fs::remove_dir_all(self.path(&old)).unwrap();
        }
    }
}

fn configuration(mode: &str) -> String {
    format!("apiVersion: kubectl-profile.dev/v1alpha1\nkind: GuardConfiguration\nrules:\n  {RULE}: {mode}\n")
}

fn arguments(mount: &Mount, more: &[&str]) -> Vec<String> {
    let own = [format!("--config={}", mount.file().display()), "--reload-interval=1".to_owned()];
    own.into_iter().chain(more.iter().map(|&it| it.to_owned())).collect()
}

/// What the webhook makes of an update that breaks the rule.
async fn consequence(process: &Process) -> &'static str {
    let response = process.ask(&skip()).await;
    match (&response["allowed"], response["auditAnnotations"].as_object().and_then(|it| it.keys().next())) {
        (Value::Bool(false), _) => "denied",
        (Value::Bool(true), Some(key)) if key == "warned" => "warned",
        (Value::Bool(true), Some(key)) if key == "audited" => "audited",
        _ => panic!("{response}"),
    }
}

#[tokio::test]
async fn a_new_configuration_is_taken_up_after_each_swap() {
    let mut mount = Mount::new(&configuration("audit"));
    let process = Process::start(&arguments(&mount, &[]));
    assert_eq!(consequence(&process).await, "audited");
    let mut hashes = Vec::new();
    for (mode, expected) in [("warn", "warned"), ("enforce", "denied"), ("audit", "audited")] {
        mount.swap(&configuration(mode));
        hashes.push(process.wait_for_line("the configuration was reloaded")["hash"].clone());
        assert_eq!(consequence(&process).await, expected);
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 3);
}

#[tokio::test]
async fn a_bad_configuration_keeps_what_was_and_is_told_once() {
    let mut mount = Mount::new(&configuration("warn"));
    let process = Process::start(&arguments(&mount, &[]));
    mount.swap(&configuration("off"));
    let line = process.wait_for_line("stays in force");
    let message = line["message"].as_str().unwrap();
    let place =
        format!("--config {}: rules.{RULE}: unknown mode \"off\"; known: enforce, warn, audit", mount.file().display());
    assert!(line["level"] == json!("ERROR") && message.starts_with(&place), "{line}");
    assert_eq!(consequence(&process).await, "warned");
    // The link leads nowhere for a while; then it is another bad file, then a good one.
    fs::remove_file(mount.path("..data")).unwrap();
    assert!(process.wait_for_line("stays in force")["message"].as_str().unwrap().contains("cannot be read"));
    assert_eq!(consequence(&process).await, "warned");
    mount.swap(&configuration("audit"));
    process.wait_for_line("the configuration was reloaded");
    assert_eq!(consequence(&process).await, "audited");
    let repeated = process.lines_so_far();
    assert!(repeated.iter().all(|it| it["level"] != json!("ERROR")), "{repeated:?}");
}

#[tokio::test]
async fn a_flag_wins_over_each_file() {
    let mut mount = Mount::new(&configuration("audit"));
    let flag = format!("--rule-mode={RULE}=enforce");
    let process = Process::start(&arguments(&mount, &[&flag]));
    assert_eq!(consequence(&process).await, "denied");
    mount.swap(&configuration("warn"));
    mount.swap(&format!("{}exemptWriters: [somebody]\n", configuration("warn")));
    process.wait_for_line("the configuration was reloaded");
    assert_eq!(consequence(&process).await, "denied");
}

#[tokio::test]
async fn a_group_of_the_file_breaks_the_glass() {
    let text = format!("{}breakGlass: {{groups: [sre], longest: 2h}}\n", configuration("enforce"));
    let mount = Mount::new(&text);
    let process = Process::start(&arguments(&mount, &[]));
    let mut review = skip();
    review["request"]["userInfo"]["groups"] = json!(["sre"]);
    let until = |hours: i64| jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours);
    let mut allow = |hours: i64| {
        let words = format!("{RULE}=1.31.0; until={}; reason=an emergency", until(hours));
        review["request"]["object"]["metadata"]["annotations"] = json!({"kubectl-profile.dev/allow": words});
        review.clone()
    };
    let response = process.ask(&allow(1)).await;
    assert!(response["allowed"] == json!(true) && response["auditAnnotations"]["excused"].is_string(), "{response}");
    for (hours, words) in [(3, "more than 2h ahead"), (-1, "is over")] {
        let response = process.ask(&allow(hours)).await;
        assert!(response["allowed"] == json!(false) && response.to_string().contains(words), "{response}");
    }
}

#[test]
fn a_bad_configuration_is_an_error_at_start_that_names_the_place() {
    let mount = Mount::new("apiVersion: kubectl-profile.dev/v1alpha1\nkind: GuardConfiguration\nbreakGlas: {}\n");
    let (code, said) = Process::fails_to_start(&arguments(&mount, &[]));
    assert_eq!(code, Some(1), "{said}");
    let place = format!("--config {}: breakGlas: unknown field", mount.file().display());
    assert!(said.contains(&place) && said.contains("did you mean breakGlass?"), "{said}");
    let (code, said) = Process::fails_to_start(&["--config=/nowhere/guard.yaml".to_owned()]);
    assert!(code == Some(1) && said.contains("--config /nowhere/guard.yaml: cannot be read"), "{said}");
}

#[test]
fn an_unknown_rule_of_a_flag_is_a_usage_error() {
    let (code, said) = Process::fails_to_start(&["--rule-mode=K8sMultiMinorUpgrade=warn".to_owned()]);
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
    let mount = Mount::new(shown.split("```").next().unwrap());
    let settings = Source { file: Some(mount.file()), ..Source::default() }.load().unwrap();
    assert_eq!(settings.policy.mode(Code::ClusterProvisioning), Mode::Audit);
    assert_eq!(settings.policy.mode(Code::K8sVersionUnreadable), Mode::Warn);
    assert!(settings.exceptions.break_glass.is_on() && settings.exceptions.exempt_writers.len() == 1);
}
