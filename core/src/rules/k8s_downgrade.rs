//! No Kubernetes version below the one that the cluster runs.

use std::cmp::Ordering::{Greater, Less};

use super::{Change, Code, Violation};
use crate::baseline::Move;

/// Denies a version below the baseline, unless it is nearer to it than the old one was, or the way back from an upgrade
/// that is still in flight.
pub(super) fn check(change: &Change<'_>) -> Vec<Violation> {
    change.moves.iter().filter_map(violation).collect()
}

fn violation(it: &Move<'_>) -> Option<Violation> {
    let (version, former) = (it.version.as_ref()?, it.former.as_ref()?);
    let baseline = former.baseline()?;
    let repairs = former.desired.as_ref().is_some_and(|desired| version.compare(desired) == Greater);
    if version.compare(baseline) != Less || repairs || former.is_way_back(version) {
        return None;
    }
    let runs = if former.is_reconciled { "the cluster runs" } else { "the cluster is set to" };
    Some(Violation {
        code: Code::K8sDowngradeAfterUpgradeNotSupported,
        field: it.pack.version_path(),
        message: format!(
            "Kubernetes pack {:?}: {baseline} → {version} is a downgrade, and {runs} {baseline}; stay at {baseline} or go up",
            it.pack.name()
        ),
        target: version.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixtures::{Fixture, assert_accepted, assert_denied, aws, verdict};

    const DOWN: &[Code] = &[Code::K8sDowngradeAfterUpgradeNotSupported];

    fn running(version: &str) -> Fixture {
        aws().runs("kubernetes", version, "Ready")
    }

    #[test]
    fn rejects_a_version_below_the_one_that_runs() {
        for (runs, new) in [
            ("1.30.4", "1.29.9"),
            ("1.30.4", "1.30.3"),
            ("v1.30.4", "1.29"),
            ("1.31.0", "1.31.0-rc.1"),
            ("2.0.0", "1.99.0"),
        ] {
            let messages = assert_denied(&running(runs).k8s(runs), &running(runs).k8s(new), DOWN);
            assert!(messages[0].contains(&format!("{runs} → {new} is a downgrade")), "{messages:?}");
        }
    }

    #[test]
    fn rejects_by_the_desired_version_where_nothing_is_reported() {
        assert_denied(&aws().k8s("1.30.4"), &aws().k8s("1.29.4"), DOWN);
    }

    #[test]
    fn accepts_what_is_not_below() {
        for new in ["1.30.4", "1.30.5", "1.31.0", "1.30", "v1.30.4", "1.30.4+k3s1", "1.30.4-rke2r1"] {
            assert_accepted(&running("1.30.4").k8s("1.30.4"), &running("1.30.4").k8s(new));
        }
    }

    #[test]
    fn accepts_going_back_to_what_really_runs() {
        assert_accepted(&running("1.29.4").k8s("1.30.2"), &running("1.29.4").k8s("1.29.4"));
    }

    #[test]
    fn accepts_a_repair_that_is_nearer_and_rejects_one_that_is_not() {
        assert_accepted(&running("1.30.4").k8s("1.28.0"), &running("1.30.4").k8s("1.29.0"));
        assert_denied(&running("1.30.4").k8s("1.28.0"), &running("1.30.4").k8s("1.27.0"), DOWN);
    }

    #[test]
    fn rejects_a_fall_to_the_other_side_of_the_baseline() {
        assert_denied(&running("1.30.4").k8s("1.33.0"), &running("1.30.4").k8s("1.29.0"), DOWN);
    }

    #[test]
    fn accepts_the_way_back_from_an_upgrade_in_flight_with_a_notice() {
        let in_flight = aws().runs("kubernetes", "1.29.4", "WaitingForOtherLayers");
        let (before, after) = (in_flight.clone().k8s("1.30.2"), in_flight.clone().k8s("1.29.4"));
        assert_accepted(&before, &after);
        assert!(verdict(&before, &after).notices[0].message.contains("goes back to 1.29.4"));
        assert_denied(&before, &in_flight.k8s("1.29.3"), DOWN);
    }

    #[test]
    fn accepts_the_way_back_to_what_another_profile_version_reports_as_reconciled() {
        let status = json!([
            {"name": "kubernetes", "version": "1.29.4", "profileUid": "u0", "condition": {"type": "Ready", "status": "True"}},
            {"name": "kubernetes", "version": "1.30.2", "profileUid": "u1", "condition": {"type": "WaitingForOtherLayers"}},
        ]);
        let cluster = aws().with("/status/packs", status);
        assert_accepted(&cluster.clone().k8s("1.30.2"), &cluster.k8s("1.29.4"));
    }

    #[test]
    fn a_rename_does_not_lose_what_runs() {
        let before = aws().pack("k8s", "edge-k3s", "1.31.0").runs("edge-k3s", "1.30.4", "Ready");
        let renamed = |version| aws().pack("k8s", "edge-rke2", version).runs("edge-k3s", "1.30.4", "Ready");
        assert_denied(&before, &renamed("1.29.4"), DOWN);
        assert_accepted(&before, &renamed("1.30.4"));
        assert!(
            verdict(&before, &renamed("1.30.4")).notices[0].message.contains("from pack edge-k3s to pack edge-rke2")
        );
    }

    #[test]
    fn each_of_several_packs_is_judged_by_its_own_name() {
        let before = aws().pack("k8s", "a", "1.30.0").pack("k8s", "b", "1.25.0");
        let after = aws().pack("k8s", "a", "1.29.0").pack("k8s", "b", "1.26.0");
        let messages = assert_denied(&before, &after, DOWN);
        assert!(messages[0].contains("\"a\""), "{messages:?}");
        assert_denied(&before, &before.clone().pack("k8s", "c", "1.26.0"), DOWN);
        assert_denied(&before, &aws().pack("k8s", "a", "1.29.0").pack("k8s", "b", "1.24.0"), &[DOWN[0], DOWN[0]]);
    }

    #[test]
    fn accepts_an_addon_edit_on_a_cluster_that_broke_the_rule_before() {
        let before = running("1.30.4").k8s("1.20.0");
        assert_accepted(&before, &before.clone().pack("addon", "new", "1.0.0"));
    }

    #[test]
    fn accepts_imported_clusters_by_their_old_type() {
        let imported = |version: &str| running("1.30.4").k8s(version).with("/spec/clusterType", json!("AlloyMonitor"));
        assert_accepted(&imported("1.30.4"), &imported("1.29.0"));
        assert_denied(&running("1.30.4").k8s("1.30.4"), &imported("1.29.0"), DOWN);
    }
}
