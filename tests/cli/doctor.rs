//! `doctor` without a cluster: files, a kubeconfig that leads nowhere, and usage.

use serde_json::Value;

use crate::folder::{Folder, Ran};

fn outcome(report: &Value, name: &str) -> (String, String) {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("no {name}: {report:#}"));
    let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
    (text("outcome"), text("says"))
}

#[test]
fn files_are_read_and_what_does_not_apply_is_said() {
    let folder = Folder::hub();
    let before = folder.snapshot();
    let report = folder.run("doctor -o json").exits(0).document("DoctorReport");
    assert_eq!(report["takesGuardAway"], Value::Null);
    let (files, says) = outcome(&report, "files");
    assert!(files == "ok" && says.contains("2 clusters, 8 versions of profiles"), "{says}");
    for name in ["reachability", "CRDs", "rights", "webhook", "certificate", "latency", "rules"] {
        let (outcome, says) = outcome(&report, name);
        assert!(outcome == "not provable here" && says.contains("does not apply"), "{name}: {outcome} {says}");
    }
    folder.run("doctor").exits(0).shows("does not apply: files have no API server").hides("take a broken guard away");
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn files_that_cannot_be_read_fail() {
    let folder = Folder::empty().with("broken.yaml", "a: [");
    let report = folder.run("doctor -o json").exits(2).document("DoctorReport");
    assert_eq!(outcome(&report, "files").0, "failed");
    let other = Folder::empty().with("other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    let report = other.run("doctor -o json").exits(0).document("DoctorReport");
    assert_eq!(outcome(&report, "files").0, "warning");
}

#[test]
fn without_a_kubeconfig_the_line_comes_first_and_the_rest_is_not_visible() {
    let ran = Folder::empty().run_exactly("doctor --context nowhere").exits(2);
    let line = "kubectl delete validatingwebhookconfiguration kubectl-profile-guard --context nowhere\n";
    assert!(ran.stdout.starts_with(&format!("to take a broken guard away: {line}")), "{}", *ran);
    ran.shows("failed").shows("kubeconfig").shows("fix: ").shows("not visible");
}

#[test]
fn a_missing_kubectl_is_a_warning_with_a_fix() {
    let folder = Folder::hub();
    let mut command = folder.command("doctor -f . -o json");
    let ran = Ran::of("doctor without kubectl", command.env("PATH", folder.path("nothing"))).exits(0);
    let report = ran.document("DoctorReport");
    let (outcome, says) = outcome(&report, "kubectl");
    assert!(outcome == "warning" && says.contains("no kubectl"), "{outcome}: {says}");
    assert!(report["checks"][0]["fix"].as_str().unwrap().contains("install kubectl"), "{report:#}");
}

#[test]
fn it_takes_no_cluster_and_only_formats_that_it_has() {
    let folder = Folder::hub();
    folder.refuses("doctor shop-aws -f .", 2, &["\"shop-aws\""]);
    folder.refuses("doctor -f . -o xml", 2, &["\"xml\"", "yaml"]);
}
