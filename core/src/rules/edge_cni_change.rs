//! No change of the CNI on Edge.

use std::collections::BTreeSet;

use super::{Change, Code, Violation};
use crate::{facts::Facts, pack::Layer};

/// Denies another set of CNI pack names on a cluster that is or becomes an Edge cluster. Versions and values may change
/// either way, and a first CNI is fine while the cluster was never provisioned (state absent or Pending).
pub(super) fn check(change: &Change<'_>) -> Vec<Violation> {
    let (before, after) = (change.before, change.after);
    let (old, new) = (names(before), names(after));
    let is_first = old.is_empty() && before.is_unborn();
    if old == new || is_first || !(before.is_edge() || after.is_edge()) {
        return Vec::new();
    }
    let changed = after.layer(Layer::Network).find(|pack| !old.contains(pack.name()));
    vec![Violation {
        code: Code::EdgeCniChangeNotSupported,
        field: changed.map_or_else(|| "spec.clusterProfileTemplates".into(), |pack| format!("{}.name", pack.path())),
        message: format!(
            "the CNI of an Edge cluster cannot be changed: {} → {}; keep {}, or delete and re-create the cluster",
            listed(&old),
            listed(&new),
            if old.is_empty() { "it without a CNI pack".into() } else { listed(&old) },
        ),
        target: listed(&new),
    }]
}

fn names<'f>(cluster: &'f Facts<'_>) -> BTreeSet<&'f str> {
    cluster.layer(Layer::Network).map(|pack| pack.name()).collect()
}

fn listed(names: &BTreeSet<&str>) -> String {
    if names.is_empty() { "(none)".into() } else { names.iter().copied().collect::<Vec<_>>().join(", ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixtures::{assert_accepted, assert_denied, aws, edge};

    const CNI: &[Code] = &[Code::EdgeCniChangeNotSupported];

    #[test]
    fn rejects_another_cni_on_edge() {
        let (before, after) =
            (edge().pack("cni", "cni-calico", "3.26.1"), edge().pack("cni", "ovn-kubernetes", "1.0.0"));
        let messages = assert_denied(&before, &after, CNI);
        assert!(messages[0].contains("cni-calico → ovn-kubernetes"), "{messages:?}");
        let older = |fixture: crate::fixtures::Fixture| fixture.with("/spec/cloudType", json!("Edge"));
        assert_denied(&older(before), &older(after), CNI);
    }

    #[test]
    fn rejects_a_second_cni_on_edge() {
        let before = edge().pack("cni", "cni-calico", "3.26.1");
        assert_denied(&before, &before.clone().pack("cni", "cni-flannel", "1.0.0"), CNI);
    }

    #[test]
    fn rejects_a_change_that_hides_behind_a_change_of_the_cloud() {
        let (calico, cilium) = (("cni", "cni-calico", "3.26.1"), ("cni", "cni-cilium-oss", "1.14.3"));
        assert_denied(&edge().pack(calico.0, calico.1, calico.2), &aws().pack(cilium.0, cilium.1, cilium.2), CNI);
        assert_denied(&aws().pack(calico.0, calico.1, calico.2), &edge().pack(cilium.0, cilium.1, cilium.2), CNI);
    }

    #[test]
    fn accepts_another_cni_elsewhere() {
        assert_accepted(&aws().pack("cni", "cni-calico", "3.26.1"), &aws().pack("cni", "cni-cilium-oss", "1.14.3"));
    }

    #[test]
    fn accepts_versions_and_values_of_the_same_cni_either_way() {
        let before = edge().pack("cni", "cni-calico", "3.28.2");
        assert_accepted(&before, &edge().pack("cni", "cni-calico", "3.28.0"));
        assert_accepted(&before, &before.clone().with("/spec/clusterProfileTemplates/0/packs/0/values", json!("a: 1")));
    }

    #[test]
    fn accepts_an_addon_that_is_named_like_a_cni() {
        let before = edge().pack("cni", "cni-calico", "3.28.2");
        assert_accepted(&before, &before.clone().pack("addon", "cni-multus", "4.0.0"));
    }

    #[test]
    fn accepts_the_first_cni_while_never_provisioned() {
        for before in [edge().state("Pending"), edge().state("pending"), edge().with("/status", json!(null))] {
            assert_accepted(&before, &before.clone().pack("cni", "cni-calico", "3.28.2"));
        }
        assert_denied(&edge().state("Running"), &edge().pack("cni", "cni-calico", "3.28.2"), CNI);
    }

    #[test]
    fn accepts_a_cni_that_moves_to_another_profile() {
        let before = edge().pack("cni", "cni-calico", "3.28.2");
        let moved = json!([{"name": "q", "packs": [{"name": "cni-calico", "layer": "cni", "version": "3.28.2"}]}]);
        assert_accepted(&before, &edge().with("/spec/clusterProfileTemplates", moved));
    }
}
