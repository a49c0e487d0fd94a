//! Feeds the shipped samples to the service: each does what its name says.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

use crate::reviews::{Answer, ask, update};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../manifests/samples").join(name)
}

async fn feed(folder_name: &str, sample: &str) -> Answer {
    let text = fs::read_to_string(folder(folder_name).join(format!("{sample}.yaml"))).unwrap();
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    let [current, pending] = documents.as_slice() else { panic!("{sample} has {} documents", documents.len()) };
    ask(&update(current, pending)).await
}

async fn accepts(sample: &str) {
    let answer = feed("accepts", sample).await;
    assert!(answer.is_allowed(), "{sample}: {}", answer.text);
}

async fn rejects(sample: &str) {
    let answer = feed("rejects", sample).await;
    assert!(!answer.is_allowed(), "{sample} is allowed");
    let code = sample.split('-').next().unwrap();
    assert_eq!(answer.codes(), [code], "{}", answer.text);
}

macro_rules! samples {
    ($($test:ident: $verdict:ident($sample:literal),)*) => {
        $(#[tokio::test]
        async fn $test() {
            $verdict($sample).await;
        })*

        #[test]
        fn every_sample_is_fed() {
            let named = BTreeSet::from([$(format!("{}/{}.yaml", stringify!($verdict), $sample)),*]);
            let mut shipped = BTreeSet::new();
            for verdict in ["accepts", "rejects"] {
                for file in fs::read_dir(folder(verdict)).unwrap() {
                    shipped.insert(format!("{verdict}/{}", file.unwrap().file_name().into_string().unwrap()));
                }
            }
            assert_eq!(named, shipped);
        }
    };
}

samples! {
    accepts_addon_versions_and_values: accepts("addon-version-and-values"),
    accepts_a_core_layer_by_another_pack: accepts("core-layer-by-another-pack"),
    accepts_another_version_of_the_same_edge_cni: accepts("edge-cni-version-and-values"),
    accepts_a_first_edge_cni: accepts("edge-first-cni"),
    accepts_going_back_to_what_runs: accepts("kubernetes-back-to-what-runs"),
    accepts_any_kubernetes_of_an_imported_cluster: accepts("kubernetes-of-an-imported-cluster"),
    accepts_one_minor_up: accepts("kubernetes-one-minor-up"),
    accepts_the_repair_of_an_unreadable_version: accepts("kubernetes-repair-of-an-unreadable-version"),
    accepts_other_changes_while_provisioning: accepts("provisioning-without-profile-content"),
    rejects_another_profile_while_provisioning: rejects("ClusterProvisioning"),
    rejects_other_values_while_provisioning: rejects("ClusterProvisioning-values"),
    rejects_the_removal_of_a_core_layer: rejects("CoreLayerRemovalNotSupported"),
    rejects_another_edge_cni: rejects("EdgeCniChangeNotSupported"),
    rejects_a_lower_minor: rejects("K8sDowngradeAfterUpgradeNotSupported"),
    rejects_a_lower_patch: rejects("K8sDowngradeAfterUpgradeNotSupported-patch"),
    rejects_two_minors_up: rejects("K8sMultiMinorUpgradeNotSupported"),
    rejects_a_second_minor_while_the_first_is_on_its_way: rejects("K8sMultiMinorUpgradeNotSupported-in-flight"),
    rejects_a_version_that_is_none: rejects("K8sVersionUnreadable"),
}
