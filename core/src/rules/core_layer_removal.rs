//! No removal of an os, k8s, cni or csi layer.

use super::{Change, Code, Violation};
use crate::pack::Layer;

/// Denies a change after which no pack is left of a core layer that the cluster had. Moving a layer to another attached
/// profile is no removal.
pub(super) fn check(change: &Change<'_>) -> Vec<Violation> {
    let violation = |layer: Layer| {
        let mut had = change.before.layer(layer);
        // A pack without a name installs nothing, so it keeps no layer.
        let is_kept = change.after.layer(layer).any(|pack| !pack.name().is_empty());
        let gone = had.find(|pack| !pack.name().is_empty()).filter(|_| !is_kept)?;
        Some(Violation {
            code: Code::CoreLayerRemovalNotSupported,
            field: "spec.clusterProfileTemplates".into(),
            message: format!(
                "the {layer} layer of a cluster cannot be removed, and pack {:?} of {} is gone; keep a pack of layer {layer}",
                gone.name(),
                gone.path(),
                layer = layer.as_str(),
            ),
            target: layer.as_str().into(),
        })
    };
    Layer::CORE.into_iter().filter_map(violation).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixtures::{assert_accepted, assert_denied, aws, edge};

    const GONE: &[Code] = &[Code::CoreLayerRemovalNotSupported];

    #[test]
    fn rejects_the_removal_of_each_core_layer() {
        for layer in ["os", "k8s", "cni", "csi"] {
            let messages = assert_denied(&aws().pack(layer, "it", "1.30.0"), &aws(), GONE);
            assert!(
                messages[0].contains(&format!("the {layer} layer")) && messages[0].contains("\"it\""),
                "{messages:?}"
            );
        }
    }

    #[test]
    fn rejects_each_of_several_removals() {
        let before = aws().pack("os", "ubuntu", "22.04").pack("csi", "ebs", "1.0.0");
        assert_denied(&before, &aws().with("/spec/clusterProfileTemplates", json!(null)), &[GONE[0], GONE[0]]);
    }

    #[test]
    fn rejects_the_removal_of_an_edge_cni_by_both_rules() {
        assert_denied(&edge().pack("cni", "c", "1.0.0"), &edge(), &[Code::EdgeCniChangeNotSupported, GONE[0]]);
    }

    #[test]
    fn rejects_a_stub_without_a_name_in_the_place_of_a_layer() {
        assert_denied(&aws().pack("csi", "ebs", "1.0.0"), &aws().pack("csi", "", "1.0.0"), GONE);
    }

    #[test]
    fn accepts_the_removal_of_an_addon() {
        assert_accepted(&aws().pack("addon", "it", "1.0.0"), &aws());
    }

    #[test]
    fn accepts_a_layer_that_is_replaced_or_moved() {
        assert_accepted(&aws().pack("csi", "ebs", "1.0.0"), &aws().pack("csi", "efs", "1.0.0"));
        let moved =
            json!([{"name": "p"}, {"name": "q", "packs": [{"name": "ebs", "layer": "csi", "version": "1.0.0"}]}]);
        assert_accepted(&aws().pack("csi", "ebs", "1.0.0"), &aws().with("/spec/clusterProfileTemplates", moved));
    }

    #[test]
    fn accepts_anything_on_a_cluster_that_is_being_deleted() {
        let before = aws()
            .k8s("1.30.0")
            .state("Provisioning")
            .with("/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z"));
        assert_accepted(&before, &aws());
    }
}
