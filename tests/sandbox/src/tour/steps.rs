//! The steps of the tour, in the order of the page.

use super::Step;
use crate::samples::{AWS_CLUSTER, EDGE_CLUSTER, packs_dir};

/// Every step.
pub(super) fn all() -> Vec<Step> {
    [look(), refusals(), update(), clean_up()].into_iter().flatten().collect()
}

fn step(title: &'static str, words: &[&str], code: i32, shows: &'static [&'static str]) -> Step {
    Step { title, words: words.iter().map(|word| (*word).to_owned()).collect(), code, shows, hides: &[] }
}

fn look() -> Vec<Step> {
    let (namespace, aws) = AWS_CLUSTER;
    vec![
        step(
            "Which profiles are there, and who uses them?",
            &["profile", "list", "-A"],
            0,
            &["hello-aws", "1.1.0", "shop-aws"],
        ),
        step(
            "What do the clusters run?",
            &["profile", "status", "-A"],
            0,
            &["shop-aws", "hello-aws@1.0.0", "store-edge"],
        ),
        step(
            "Current against Pending: version 1.1.0 switches the API preset on. Secrets are masked.",
            &["profile", "diff", aws, "hello-aws@1.1.0", "-n", namespace],
            1,
            &["-    apiEnabled: false", "+    apiEnabled: true", "enable-api", "***"],
        ),
    ]
}

fn refusals() -> Vec<Step> {
    let ((namespace, aws), (edge_namespace, edge)) = (AWS_CLUSTER, EDGE_CLUSTER);
    let kubernetes =
        r#"[{"op": "replace", "path": "/spec/clusterProfileTemplates/0/packs/1/version", "value": "1.34.1"}]"#;
    let cni =
        r#"[{"op": "replace", "path": "/spec/clusterProfileTemplates/0/packs/2/name", "value": "cni-cilium-oss"}]"#;
    vec![
        step(
            "Version 1.3.0 skips a minor version of Kubernetes: refused before anything is written.",
            &["profile", "switch", aws, "hello-aws@1.3.0", "-n", namespace, "--yes"],
            4,
            &["K8sMultiMinorUpgradeNotSupported", "1.32.8 → 1.34.1 skips 1.33; next allowed: 1.33.x"],
        ),
        step(
            "The same past the plugin: the webhook refuses it in the same words.",
            &["patch", "spc", aws, "-n", namespace, "--type=json", "-p", kubernetes],
            1,
            &["1.32.8 → 1.34.1 skips 1.33; next allowed: 1.33.x"],
        ),
        step(
            "The CNI of an Edge cluster cannot be changed: for pipelines `check` writes nothing and ends with 4.",
            &["profile", "check", edge, "hello-edge@2.0.0", "-n", edge_namespace],
            4,
            &["EdgeCniChangeNotSupported", "cni-calico → cni-cilium-oss"],
        ),
        step(
            "The same past the plugin.",
            &["patch", "spc", edge, "-n", edge_namespace, "--type=json", "-p", cni],
            1,
            &["the CNI of an Edge cluster cannot be changed: cni-calico → cni-cilium-oss"],
        ),
        step(
            "Say that the cluster is being provisioned.",
            &[
                "patch",
                "spc",
                aws,
                "-n",
                namespace,
                "--subresource=status",
                "--type=merge",
                "-p",
                r#"{"status": {"state": "Provisioning"}}"#,
            ],
            0,
            &["patched"],
        ),
        step(
            "No update while Provisioning.",
            &["profile", "switch", aws, "hello-aws@1.1.0", "-n", namespace, "--yes"],
            4,
            &["ClusterProvisioning", "cannot be updated while its state is Provisioning"],
        ),
        step("Labels never wait for us.", &["label", "spc", aws, "-n", namespace, "team=shop"], 0, &["labeled"]),
        step(
            "It runs again.",
            &[
                "patch",
                "spc",
                aws,
                "-n",
                namespace,
                "--subresource=status",
                "--type=merge",
                "-p",
                r#"{"status": {"state": "Running"}}"#,
            ],
            0,
            &["patched"],
        ),
    ]
}

fn update() -> Vec<Step> {
    let (namespace, aws) = AWS_CLUSTER;
    vec![
        step(
            "The update: shown, recorded, written, and followed until the cluster runs it.",
            &[
                "profile",
                "switch",
                aws,
                "hello-aws@1.1.0",
                "-n",
                namespace,
                "--yes",
                "--wait",
                "--reason",
                "the API preset",
            ],
            0,
            &["switched to hello-aws@1.1.0", "runs what its spec says"],
        ),
        step(
            "The new pods run, and the old one does, too: Palette deletes nothing.",
            &["wait", "--for=condition=Available", "--timeout=60s", "-n", "hello-universe", "deployment", "--all"],
            0,
            &["deployment.apps/hello-universe-deployment condition met", "deployment.apps/api condition met"],
        ),
        step(
            "So it looks now.",
            &["get", "pods", "-n", "hello-universe"],
            0,
            &["hello-universe-deployment-", "api-", "postgres-", "ui-"],
        ),
    ]
}

fn clean_up() -> Vec<Step> {
    let (namespace, aws) = AWS_CLUSTER;
    let packs = packs_dir().display().to_string();
    let with_packs = |words: &[&str], title, shows| {
        let words: Vec<_> = words.iter().copied().chain(["--packs", &packs]).collect();
        step(title, &words, 0, shows)
    };
    let mut gone = step(
        "The old pod is gone, the new ones stay.",
        &["get", "pods", "-n", "hello-universe"],
        0,
        &["api-", "postgres-", "ui-"],
    );
    gone.hides = &["hello-universe-deployment-"];
    vec![
        with_packs(
            &["profile", "orphans", aws, "-n", namespace],
            "What did the update leave behind?",
            &["Deployment/hello-universe-deployment", "proven", "Service/hello-universe-service"],
        ),
        with_packs(
            &["profile", "scale-down", aws, "-n", namespace, "--yes", "--wait", "--reason", "left behind by 1.1.0"],
            "Scale it down to zero. Its size is remembered on the object itself.",
            &["hello-universe-deployment scaled down"],
        ),
        gone,
        step(
            "It was wanted after all: scale it back.",
            &["profile", "scale-back", aws, "-n", namespace, "--yes", "--wait"],
            0,
            &["hello-universe-deployment scaled back"],
        ),
        step("It runs again.", &["get", "pods", "-n", "hello-universe"], 0, &["hello-universe-deployment-"]),
        step(
            "Every switch is on record.",
            &["profile", "history", aws, "-n", namespace],
            0,
            &["deployed", "hello-aws@1.0.0", "hello-aws@1.1.0", "the API preset"],
        ),
    ]
}
