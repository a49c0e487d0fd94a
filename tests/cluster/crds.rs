//! The CRDs for a sandbox, and CRDs of the same names that are there already: whatever kubectl is told, those stay as they are.

use std::path::Path;

use profile_sandbox::{Options, Run, Sandbox};
use serde_json::{Value, json};

use crate::world::assert_run;

const PLURALS: [(&str, &str); 3] =
    [("clusterprofiles", "ClusterProfile"), ("packs", "Pack"), ("spectroclusters", "SpectroCluster")];

/// Each way to send the folder, and what kubectl then says of a CRD that exists.
const WAYS: [(&[&str], &str); 5] = [
    (&["apply"], "field is immutable"),
    (&["apply", "--server-side"], "conflict"),
    (&["apply", "--server-side", "--force-conflicts"], "field is immutable"),
    (&["replace"], "field is immutable"),
    (&["create"], "already exists"),
];

fn send(sandbox: &Sandbox, way: &[&str]) -> Run {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests/crds").display().to_string();
    sandbox.run_kubectl([way, &["-k", &folder]].concat()).unwrap()
}

/// A CRD as another product has it: its own version, schema and labels.
fn foreign((plural, kind): (&str, &str)) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.cluster.spectrocloud.com"), "labels": {"owner": "palette"}},
        "spec": {
            "group": "cluster.spectrocloud.com",
            "scope": "Namespaced",
            "names": {"kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{
                "name": "v1alpha1",
                "served": true,
                "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}},
            }],
        },
    })
}

fn are_served(sandbox: &Sandbox) {
    let wait = ["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"];
    assert_run(&sandbox.run_kubectl(wait).unwrap(), 0, &["condition met"]);
}

/// Reads each kind once. The API server clears a kind away before it deletes its CRD, and what nobody has read is not ready for
/// that: it tries again within milliseconds, and where it then meets its own note of the failure as a conflict, not for five
/// minutes more.
fn have_been_read(sandbox: &Sandbox) {
    let kinds = PLURALS.map(|(plural, _)| format!("{plural}.cluster.spectrocloud.com")).join(",");
    sandbox.run_kubectl(["get", &kinds, "--all-namespaces"]).unwrap().success("kubectl get").unwrap();
}

/// The CRDs with everything that the API server keeps of them, the number of the last write among it.
fn stored(sandbox: &Sandbox) -> String {
    let run = sandbox.run_kubectl(["get", "crd", "-o", "json", "--show-managed-fields"]).unwrap();
    run.success("kubectl get crd").unwrap().stdout
}

#[test]
fn what_is_there_is_left_as_it_is_and_what_is_not_is_installed() {
    let sandbox = Sandbox::start(&Options::default()).unwrap();
    for crd in PLURALS {
        let mut create = sandbox.kubectl_command();
        create.args(["create", "--field-manager=palette", "-f", "-"]);
        assert_run(&Run::with_input(&mut create, &foreign(crd).to_string()).unwrap(), 0, &["created"]);
    }
    are_served(&sandbox);
    let before = stored(&sandbox);
    for (way, says) in WAYS {
        let run = send(&sandbox, way);
        assert_run(&run, 1, &[says]);
        assert_eq!(stored(&sandbox), before, "{way:?}: {run}");
    }
    for way in [&["apply"][..], &["apply", "--server-side"], &["create"]] {
        have_been_read(&sandbox);
        assert_run(&sandbox.run_kubectl(["delete", "crd", "--all", "--timeout=60s"]).unwrap(), 0, &["deleted"]);
        assert_run(&send(&sandbox, way), 0, &["spectroclusters.cluster.spectrocloud.com"]);
        are_served(&sandbox);
        // What keeps a later write away is nothing that the CRD itself would bear.
        assert!(!stored(&sandbox).contains("deletionGracePeriodSeconds\": 1"), "{way:?}");
    }
}
