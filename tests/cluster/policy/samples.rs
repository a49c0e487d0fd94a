//! The shipped samples through the policy as it is shipped: each does what its name says.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::plane::with_the_policy;
use crate::{
    rules::{Method, sample},
    world::World,
};

const VERSIONS: [&str; 2] = ["v1", "v1alpha1"];

/// The samples of one verdict, as paths below `manifests/samples`.
fn samples(verdict: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests/samples").join(verdict);
    let files = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> =
        files.map(|file| format!("{verdict}/{}", file.unwrap().file_name().into_string().unwrap())).collect();
    paths.sort();
    assert!(paths.len() >= 9, "{paths:?}");
    paths
}

/// Stores the cluster of a sample in the place of the one before it, and returns the update.
fn put(world: &World, path: &str, index: usize) -> Value {
    let (mut current, mut pending) = sample(path);
    for document in [&mut current, &mut pending] {
        document["metadata"]["name"] = json!(format!("sample-{index}"));
    }
    world.create(&current);
    pending
}

#[test]
fn accepts_every_sample_that_the_webhook_accepts() {
    with_the_policy("accepts", |world| {
        for (index, path) in samples("accepts").iter().enumerate() {
            let pending = put(world, path, index);
            for version in VERSIONS {
                let run = Method::Replace.write(world, version, &pending, &["--dry-run=server"]);
                assert!(run.is_success(), "{path} {version}: {run}");
            }
        }
    });
}

#[test]
fn rejects_every_sample_that_the_webhook_rejects_with_its_code() {
    with_the_policy("rejects", |world| {
        for (index, path) in samples("rejects").iter().enumerate() {
            let pending = put(world, path, index);
            let code = path.trim_start_matches("rejects/").split(['-', '.']).next().unwrap();
            for version in VERSIONS {
                let run = Method::Replace.write(world, version, &pending, &["--dry-run=server"]);
                assert_eq!(run.code, Some(1), "{path} {version}: {run}");
                let said = run.stderr.trim_end();
                assert!(said.ends_with(&format!("({code})")) && said.lines().count() == 1, "{path} {version}: {run}");
            }
        }
    });
}

/// What kubectl prints of a denial, word for word: that the API server asked a policy, and the webhook's own sentence.
#[test]
fn a_denial_is_one_line_with_every_broken_rule() {
    with_the_policy("several", |world| {
        let (mut current, mut pending) = sample("rejects/EdgeCniChangeNotSupported.yaml");
        current["status"]["state"] = json!("Provisioning");
        let packs = pending["spec"]["clusterProfileTemplates"][0]["packs"].as_array_mut().unwrap();
        packs[1]["version"] = json!("1.32.1");
        packs.remove(0);
        world.create(&current);
        for method in [Method::Replace, Method::JsonPatch, Method::MergePatch, Method::Apply] {
            let run = method.write(world, "v1", &pending, &[]);
            assert_eq!(run.code, Some(1), "{run}");
            assert_eq!(
                run.stderr.trim_end(),
                "The spectroclusters \"edge-demo\" is invalid: : ValidatingAdmissionPolicy 'kubectl-profile-policy' with \
                 binding 'kubectl-profile-policy' denied request: the profiles of cluster \"edge-demo\" cannot \
                 be updated while its state is Provisioning; wait until it is Running (ClusterProvisioning); Kubernetes pack \"edge-k3s\": 1.30.4 → 1.32.1 skips 1.31; next allowed: 1.31.x \
                 (K8sMultiMinorUpgradeNotSupported); the CNI of an Edge cluster cannot be changed: cni-calico → \
                 cni-cilium-oss; keep cni-calico, or delete and re-create the cluster (EdgeCniChangeNotSupported); the os \
                 layer of a cluster cannot be removed; keep a pack of layer os (CoreLayerRemovalNotSupported)",
                "{run}"
            );
        }
    });
}
