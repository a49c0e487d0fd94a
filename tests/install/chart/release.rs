//! What Helm makes of the chart.

use std::process::Command;

use profile_sandbox::{Run, binaries};

use super::{CHART, NAMESPACE};
use crate::kustomize::place;

/// Runs Helm in the repository with a home of its own.
pub(super) fn helm(arguments: &[&str]) -> Run {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(binaries::helm().unwrap());
    command.env_clear().env("HOME", home.path()).current_dir(place("."));
    Run::of(command.args(arguments)).unwrap()
}

/// Renders the chart as a release in the namespace of the manifests.
pub(super) fn template(more: &[&str]) -> Run {
    // Without a cluster Helm assumes the version that it was built for, and a build of our own was built for none.
    let always = ["template", "profile-webhook", CHART, "--namespace", NAMESPACE, "--kube-version", "1.28.0"];
    helm(&[&always, more].concat())
}

#[test]
fn helm_finds_nothing_to_complain_about() {
    for more in [&[][..], &["--values", "charts/profile-webhook/examples/cert-manager.yaml"]] {
        let run = helm(&[&["lint", "--strict", CHART, "--namespace", NAMESPACE], more].concat());
        assert!(run.is_success() && run.stdout.contains("0 chart(s) failed"), "{run}");
        // What it would only advise, but for a picture.
        let advised: Vec<_> =
            run.stdout.lines().filter(|it| it.starts_with('[') && !it.contains("icon is recommended")).collect();
        assert!(advised.is_empty(), "{run}");
    }
}

/// Helm takes what it does not know away last, and then every write would be refused from when the pods go until the guard goes.
#[test]
fn before_an_uninstall_the_guard_is_replaced_by_one_that_matches_nothing() {
    let run = template(&["--show-only", "templates/guard-removal.yaml"]);
    let hooks = crate::kustomize::documents(&run.stdout);
    assert_eq!(hooks.len(), 1, "{run}");
    assert_eq!(hooks[0]["metadata"]["name"], "kubectl-profile-guard");
    assert_eq!(hooks[0]["metadata"]["annotations"]["helm.sh/hook"], "pre-delete");
    let policy = &hooks[0]["metadata"]["annotations"]["helm.sh/hook-delete-policy"];
    assert_eq!(policy, "before-hook-creation,hook-succeeded");
    assert!(hooks[0]["webhooks"][0].get("rules").is_none(), "{run}");
}
