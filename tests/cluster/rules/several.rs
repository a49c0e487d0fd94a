//! A write that breaks several rules is told all of them at once.

use profile_sandbox::samples;
use serde_json::json;

use super::{Method, sample};
use crate::world::World;

/// An Edge cluster that is being provisioned, and an update with two minors up, another CNI and no os layer.
#[test]
fn rejects_with_one_bullet_for_each_broken_rule() {
    let world = World::new("several");
    let (mut current, mut pending) = sample("rejects/EdgeCniChangeNotSupported.yaml");
    current["status"]["state"] = json!("Provisioning");
    let packs = pending["spec"]["clusterProfileTemplates"][0]["packs"].as_array_mut().unwrap();
    packs[1]["version"] = json!("1.32.1");
    packs.remove(0);
    world.create(&current);
    let before = world.cluster("edge-demo");
    for version in super::VERSIONS {
        for method in [Method::Replace, Method::JsonPatch, Method::MergePatch, Method::Apply] {
            let run = method.write(&world, version, &pending, &[]);
            assert_eq!(run.code, Some(1), "{run}");
            let lines: Vec<_> = run.stderr.lines().map(str::trim_end).collect();
            assert_eq!(
                lines,
                [
                    "The SpectroCluster \"edge-demo\" is invalid:",
                    "* spec.clusterProfileTemplates: the profiles of cluster \"edge-demo\" cannot be updated while its state \
                     is Provisioning; wait until it is Running (ClusterProvisioning)",
                    "* spec.clusterProfileTemplates[0].packs[0].version: Kubernetes pack \"edge-k3s\": 1.30.4 → 1.32.1 skips \
                     1.31; next allowed: 1.31.x (K8sMultiMinorUpgradeNotSupported)",
                    "* spec.clusterProfileTemplates[0].packs[1].name: the CNI of an Edge cluster cannot be changed: \
                     cni-calico → cni-cilium-oss; keep cni-calico, or delete and re-create the cluster \
                     (EdgeCniChangeNotSupported)",
                    "* spec.clusterProfileTemplates: the os layer of a cluster cannot be removed, and pack \
                     \"edge-native-byoi\" of spec.clusterProfileTemplates[0].packs[0] is gone; keep a pack of layer os \
                     (CoreLayerRemovalNotSupported)",
                ],
                "{run}"
            );
            assert_eq!(world.cluster("edge-demo"), before, "{run}");
        }
    }
}

#[test]
fn rejects_values_while_provisioning_in_any_letter_case() {
    denied_with("rejects/ClusterProvisioning-values.yaml", "ClusterProvisioning");
}

#[test]
fn rejects_a_lower_patch_version() {
    denied_with("rejects/K8sDowngradeAfterUpgradeNotSupported-patch.yaml", "K8sDowngradeAfterUpgradeNotSupported");
}

#[test]
fn rejects_a_second_minor_while_the_first_is_on_its_way() {
    denied_with("rejects/K8sMultiMinorUpgradeNotSupported-in-flight.yaml", "K8sMultiMinorUpgradeNotSupported");
}

#[test]
fn rejects_a_null_list_of_profiles_where_core_layers_were() {
    let world = World::new("null");
    world.create(&samples::object("SpectroCluster", "shop-aws").unwrap());
    let run = world.kubectl(&[
        "patch",
        "spc",
        "shop-aws",
        "--type=merge",
        "-p",
        r#"{"spec":{"clusterProfileTemplates":null}}"#,
    ]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.stderr.matches("(CoreLayerRemovalNotSupported)").count(), 4, "{run}");
}

#[test]
fn accepts_a_first_edge_cni() {
    passes("accepts/edge-first-cni.yaml");
}

#[test]
fn accepts_any_kubernetes_of_an_imported_cluster() {
    passes("accepts/kubernetes-of-an-imported-cluster.yaml");
}

#[test]
fn accepts_addons_whatever_the_state_of_kubernetes() {
    passes("accepts/addon-version-and-values.yaml");
}

fn denied_with(path: &str, code: &str) {
    let (current, pending) = sample(path);
    let world = World::new("denied");
    world.create(&current);
    let run = Method::Apply.write(&world, "v1", &pending, &[]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.stderr.matches(&format!("({code})")).count(), 1, "{run}");
    assert_eq!(world.cluster("aws-demo")["spec"], current["spec"], "{run}");
}

fn passes(path: &str) {
    let (current, pending) = sample(path);
    let world = World::new("passes");
    world.create(&current);
    let run = Method::Apply.write(&world, "v1", &pending, &[]);
    assert!(run.is_success(), "{run}");
    let name = current["metadata"]["name"].as_str().unwrap();
    assert_eq!(world.cluster(name)["spec"], pending["spec"], "{run}");
}
