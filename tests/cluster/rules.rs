//! Each rule through real kubectl: by PUT and by every kind of patch, in both API versions, as a dry run and for real.
//!
//! The updates are those of `manifests/samples`.

use std::{fs, path::Path};

use profile_sandbox::Run;
use serde_json::{Value, json};

use crate::world::World;

mod allowances;
mod beside;
mod several;

/// A way to write a cluster with kubectl.
#[derive(Clone, Copy)]
pub(crate) enum Method {
    Replace,
    JsonPatch,
    MergePatch,
    Apply,
}

impl Method {
    /// Makes `pending` of a cluster, in one version of the API.
    pub(crate) fn write(self, world: &World, version: &str, pending: &Value, flags: &[&str]) -> Run {
        let name = pending["metadata"]["name"].as_str().unwrap();
        let resource = format!("spectroclusters.{version}.cluster.spectrocloud.com");
        let mut document = pending.clone();
        document["apiVersion"] = json!(format!("cluster.spectrocloud.com/{version}"));
        document.as_object_mut().unwrap().remove("status");
        let spec = &pending["spec"];
        match self {
            Self::Replace => world.kubectl_with(&[&["replace", "-f", "-"], flags].concat(), &document.to_string()),
            Self::JsonPatch => {
                let patch = json!([{"op": "replace", "path": "/spec", "value": spec}]).to_string();
                world.kubectl(&[&["patch", &resource, name, "--type=json", "-p", &patch], flags].concat())
            }
            Self::MergePatch => {
                let patch = json!({"spec": spec}).to_string();
                world.kubectl(&[&["patch", &resource, name, "--type=merge", "-p", &patch], flags].concat())
            }
            Self::Apply => {
                let apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
                world.kubectl_with(&[&apply, flags].concat(), &document.to_string())
            }
        }
    }
}

/// A shipped sample: a cluster as it is and as it is about to be.
pub(crate) fn sample(path: &str) -> (Value, Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests/samples").join(path);
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    let [current, pending] = documents.try_into().unwrap();
    (current, pending)
}

pub(crate) const VERSIONS: [&str; 2] = ["v1", "v1alpha1"];

/// Asserts that the update passes in both versions: a dry run stores nothing, the write stores what it says.
fn accepts(path: &str, method: Method) {
    let (current, pending) = sample(path);
    for version in VERSIONS {
        let world = World::new("accepts");
        world.create(&current);
        let name = current["metadata"]["name"].as_str().unwrap();
        let before = world.cluster(name);
        let run = method.write(&world, version, &pending, &["--dry-run=server"]);
        assert!(run.is_success(), "{version}: {run}");
        assert_eq!(world.cluster(name), before, "{version}: {run}");
        let run = method.write(&world, version, &pending, &[]);
        assert!(run.is_success(), "{version}: {run}");
        assert_eq!(world.cluster(name)["spec"], pending["spec"], "{version}: {run}");
    }
}

/// Asserts that the update is denied in both versions, as a dry run and for real, with the rule's own sentence.
fn rejects(path: &str, method: Method, sentence: &str) {
    let (current, pending) = sample(path);
    let code = path.trim_start_matches("rejects/").split(['-', '.']).next().unwrap();
    let world = World::new("rejects");
    world.create(&current);
    let name = current["metadata"]["name"].as_str().unwrap();
    let before = world.cluster(name);
    for version in VERSIONS {
        for flags in [&["--dry-run=server"][..], &[]] {
            let run = method.write(&world, version, &pending, flags);
            assert_eq!(run.code, Some(1), "{version} {flags:?}: {run}");
            let said = format!("The SpectroCluster {name:?} is invalid: {sentence} ({code})");
            assert_eq!(run.stderr.trim_end(), said, "{version} {flags:?}: {run}");
            assert_eq!(world.cluster(name), before, "{version} {flags:?}: {run}");
        }
    }
}

/// Makes a test for each way to write.
macro_rules! by_every_method {
    ($($verdict:ident($module:ident, $($argument:expr),+);)*) => {$(
        mod $module {
            use super::{$verdict, Method};

            by_every_method!(@method $verdict by_put Replace $($argument),+);
            by_every_method!(@method $verdict by_json_patch JsonPatch $($argument),+);
            by_every_method!(@method $verdict by_merge_patch MergePatch $($argument),+);
            by_every_method!(@method $verdict by_server_side_apply Apply $($argument),+);
        }
    )*};
    (@method $verdict:ident $name:ident $method:ident $path:expr $(, $more:expr)*) => {
        #[test]
        fn $name() {
            $verdict($path, Method::$method $(, $more)*);
        }
    };
}

by_every_method! {
    accepts(accepts_a_change_beside_the_profiles_while_provisioning, "accepts/provisioning-without-profile-content.yaml");
    rejects(rejects_another_profile_while_provisioning, "rejects/ClusterProvisioning.yaml",
        "spec.clusterProfileTemplates: the profiles of cluster \"aws-demo\" cannot be updated while its state is \
         Provisioning; wait until it is Running");

    accepts(accepts_going_back_to_the_kubernetes_that_runs, "accepts/kubernetes-back-to-what-runs.yaml");
    rejects(rejects_a_kubernetes_downgrade, "rejects/K8sDowngradeAfterUpgradeNotSupported.yaml",
        "spec.clusterProfileTemplates[0].packs[1].version: Kubernetes pack \"kubernetes\": 1.30.4 → 1.29.8 is a \
         downgrade, and the cluster runs 1.30.4; stay at 1.30.4 or go up");

    accepts(accepts_one_minor_up, "accepts/kubernetes-one-minor-up.yaml");
    rejects(rejects_two_minors_up, "rejects/K8sMultiMinorUpgradeNotSupported.yaml",
        "spec.clusterProfileTemplates[0].packs[1].version: Kubernetes pack \"kubernetes\": 1.29.4 → 1.31.0 skips 1.30; \
         next allowed: 1.30.x");

    accepts(accepts_the_repair_of_an_unreadable_version, "accepts/kubernetes-repair-of-an-unreadable-version.yaml");
    rejects(rejects_a_version_that_is_none, "rejects/K8sVersionUnreadable.yaml",
        "spec.clusterProfileTemplates[0].packs[1].version: Kubernetes pack \"kubernetes\" has version \"banana\", which \
         cannot be read as a version; write it as MAJOR.MINOR.PATCH, such as \"1.30.4\"");

    accepts(accepts_another_version_of_the_same_edge_cni, "accepts/edge-cni-version-and-values.yaml");
    rejects(rejects_another_edge_cni, "rejects/EdgeCniChangeNotSupported.yaml",
        "spec.clusterProfileTemplates[0].packs[2].name: the CNI of an Edge cluster cannot be changed: cni-calico → \
         cni-cilium-oss; keep cni-calico, or delete and re-create the cluster");

    accepts(accepts_a_core_layer_by_another_pack, "accepts/core-layer-by-another-pack.yaml");
    rejects(rejects_the_removal_of_a_core_layer, "rejects/CoreLayerRemovalNotSupported.yaml",
        "spec.clusterProfileTemplates: the csi layer of a cluster cannot be removed, and pack \"csi-aws-ebs\" of \
         spec.clusterProfileTemplates[0].packs[3] is gone; keep a pack of layer csi");
}
