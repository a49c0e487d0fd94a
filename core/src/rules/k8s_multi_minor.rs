//! No Kubernetes version more than one minor above the one that the cluster runs.

use std::cmp::Ordering::Less;

use super::{Change, Code, Violation};
use crate::{baseline::Move, version::Version};

/// Denies a skipped minor and a higher major, unless the version is nearer to the baseline than the old one was. While
/// an upgrade is in flight no higher minor than the one it goes to is allowed.
pub(super) fn check(change: &Change<'_>) -> Vec<Violation> {
    change.moves.iter().filter_map(violation).collect()
}

fn violation(it: &Move<'_>) -> Option<Violation> {
    let (version, former) = (it.version.as_ref()?, it.former.as_ref()?);
    let baseline = former.baseline()?;
    let in_flight = former.is_in_flight;
    let steps = if in_flight { 0 } else { 1 };
    let repairs =
        former.desired.as_ref().is_some_and(|old| outruns(old, baseline, steps) && version.compare(old) == Less);
    if !outruns(version, baseline, steps) || repairs {
        return None;
    }
    let name = it.pack.name();
    let message = if in_flight {
        format!(
            "Kubernetes pack {name:?}: {baseline} → {version} while the upgrade to {baseline} is still in flight; wait until it is \
             reconciled; allowed now: {}.{}.x",
            baseline.major, baseline.minor
        )
    } else if version.major > baseline.major {
        format!("Kubernetes pack {name:?}: {baseline} → {version} is a higher major version; {}", next(baseline))
    } else {
        format!(
            "Kubernetes pack {name:?}: {baseline} → {version} skips {}; {}",
            skipped(baseline, version),
            next(baseline)
        )
    };
    let (field, target) = (it.pack.version_path(), version.to_string());
    Some(Violation { code: Code::K8sMultiMinorUpgradeNotSupported, field, message, target })
}

fn outruns(version: &Version, baseline: &Version, steps: u64) -> bool {
    version.major > baseline.major
        || (version.major == baseline.major && version.minor.saturating_sub(baseline.minor) > steps)
}

fn next(baseline: &Version) -> String {
    format!("next allowed: {}.{}.x", baseline.major, baseline.minor.saturating_add(1))
}

/// The minors between, all of them while they are few.
fn skipped(baseline: &Version, version: &Version) -> String {
    let (major, first, last) = (baseline.major, baseline.minor.saturating_add(1), version.minor.saturating_sub(1));
    match last.saturating_sub(first) {
        0 => format!("{major}.{first}"),
        1 => format!("{major}.{first} and {major}.{last}"),
        _ => format!("{major}.{first} to {major}.{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{Fixture, assert_accepted, assert_denied, aws};

    const SKIP: &[Code] = &[Code::K8sMultiMinorUpgradeNotSupported];

    fn running(version: &str) -> Fixture {
        aws().runs("kubernetes", version, "Ready")
    }

    #[test]
    fn rejects_a_skipped_minor_and_names_the_next_step() {
        for (new, words) in [
            ("1.31.0", "1.29.4 → 1.31.0 skips 1.30; next allowed: 1.30.x"),
            ("1.32.0", "skips 1.30 and 1.31; next allowed: 1.30.x"),
            ("v1.34", "skips 1.30 to 1.33; next allowed: 1.30.x"),
            ("2.0.0", "is a higher major version; next allowed: 1.30.x"),
        ] {
            let messages = assert_denied(&running("1.29.4").k8s("1.29.4"), &running("1.29.4").k8s(new), SKIP);
            assert!(messages[0].contains(words), "{messages:?}");
        }
    }

    #[test]
    fn accepts_one_minor_up_and_any_patch() {
        for new in ["1.29.99", "1.30.0", "1.30", "1.30.7+k3s1"] {
            assert_accepted(&running("1.29.4").k8s("1.29.4"), &running("1.29.4").k8s(new));
        }
    }

    #[test]
    fn rejects_two_quick_steps_while_the_first_version_still_runs() {
        assert_denied(&running("1.29.4").k8s("1.30.2"), &running("1.29.4").k8s("1.31.0"), SKIP);
    }

    #[test]
    fn rejects_a_higher_minor_while_an_upgrade_is_in_flight() {
        for condition in ["WaitingForOtherLayers", "Error", "ReadyForInstall", "SomethingNew"] {
            let in_flight = aws().runs("kubernetes", "1.30.2", condition);
            let messages = assert_denied(&in_flight.clone().k8s("1.30.2"), &in_flight.clone().k8s("1.31.0"), SKIP);
            assert!(messages[0].contains("still in flight"), "{messages:?}");
            assert_accepted(&in_flight.clone().k8s("1.30.2"), &in_flight.k8s("1.30.5"));
        }
    }

    #[test]
    fn rejects_when_the_entry_of_the_status_says_false() {
        let in_flight = aws().with(
            "/status/packs",
            serde_json::json!([
                {"name": "kubernetes", "version": "1.29.4", "condition": {"type": "Ready", "status": "False"}},
            ]),
        );
        assert_denied(&in_flight.clone().k8s("1.30.2"), &in_flight.k8s("1.31.0"), SKIP);
    }

    #[test]
    fn accepts_the_next_step_once_the_upgrade_is_reconciled() {
        for condition in ["Ready", "Installed", "UpgradeAvailable"] {
            let done = aws().runs("kubernetes", "1.30.2", condition);
            assert_accepted(&done.clone().k8s("1.30.2"), &done.k8s("1.31.0"));
        }
    }

    #[test]
    fn accepts_a_repair_that_is_nearer_and_rejects_one_that_is_not() {
        assert_accepted(&running("1.29.4").k8s("1.33.0"), &running("1.29.4").k8s("1.32.0"));
        assert_denied(&running("1.29.4").k8s("1.33.0"), &running("1.29.4").k8s("1.34.0"), SKIP);
        assert_denied(&running("1.29.4").k8s("1.28.0"), &running("1.29.4").k8s("1.31.0"), SKIP);
    }

    #[test]
    fn accepts_the_first_kubernetes_pack_of_a_cluster() {
        assert_accepted(&aws(), &aws().k8s("1.34.0"));
    }

    #[test]
    fn rejects_a_renamed_pack_that_skips() {
        assert_denied(&aws().pack("k8s", "a", "1.29.0"), &aws().pack("k8s", "b", "1.31.0"), SKIP);
    }

    #[test]
    fn rejects_a_ladder_of_renames_while_the_first_version_still_runs() {
        let runs = |name: &str, version: &str| running("1.32.8").pack("k8s", name, version);
        assert_accepted(&runs("kubernetes", "1.32.8"), &runs("k2", "1.33.0"));
        assert_denied(&runs("k2", "1.33.0"), &runs("k3", "1.34.0"), SKIP);
        assert_denied(&runs("k2", "1.33.0"), &runs("k2", "1.34.0"), SKIP);
        assert_accepted(&runs("k2", "1.33.0"), &runs("kubernetes", "1.32.8"));
        assert_accepted(&runs("k2", "1.33.0"), &runs("k2", "1.33.4"));
    }

    #[test]
    fn rejects_a_ladder_beside_a_pack_that_still_runs() {
        let beside = |version: &str| running("1.32.8").k8s("1.32.8").pack("k8s", "k2", version);
        assert_denied(&beside("1.33.0"), &beside("1.34.0"), SKIP);
    }

    #[test]
    fn accepts_the_next_step_where_kubernetes_is_not_reported_at_all() {
        let before = aws()
            .runs("removed-addon", "7.1.0", "Ready")
            .runs("other", "1.20.0", "Ready")
            .pack("addon", "other", "1.20.0");
        assert_accepted(&before.clone().k8s("1.32.0"), &before.k8s("1.33.0"));
    }

    #[test]
    fn the_order_of_packs_does_not_decide_which_baseline_counts() {
        let both = |first: &str, second: &str| {
            let cluster = aws().pack("k8s", first, "1.30.0").pack("k8s", second, "1.30.0");
            cluster.runs("edge-rke2", "1.29.0", "Error")
        };
        let after = aws().pack("k8s", "kubernetes", "1.31.0");
        assert_denied(&both("edge-k3s", "edge-rke2"), &after, SKIP);
        assert_denied(&both("edge-rke2", "edge-k3s"), &after, SKIP);
    }

    #[test]
    fn a_number_in_the_status_is_no_baseline() {
        let status = serde_json::json!([{"name": "kubernetes", "version": 1.3}]);
        let cluster = aws().with("/status/packs", status);
        assert_accepted(&cluster.clone().k8s("1.29.4"), &cluster.k8s("1.30.0"));
    }

    #[test]
    fn the_entry_of_the_packs_own_profile_is_believed_first() {
        let status = serde_json::json!([
            {"name": "kubernetes", "version": "1.20.0", "profileUid": "other"},
            {"name": "kubernetes", "version": "1.29.4", "profileUid": "u1"},
        ]);
        let cluster = aws().with("/status/packs", status);
        assert_accepted(&cluster.clone().k8s("1.29.4"), &cluster.k8s("1.30.0"));
    }

    #[test]
    fn numbers_at_the_edge_of_64_bits_do_not_overflow() {
        let max = format!("1.{}.0", u64::MAX);
        assert_denied(&aws().k8s("1.29.0"), &aws().k8s(max.clone()), SKIP);
        assert_denied(&aws().k8s(max.clone()), &aws().k8s("1.29.0"), &[Code::K8sDowngradeAfterUpgradeNotSupported]);
        assert_denied(&aws().k8s(max), &aws().k8s("2.0.0"), SKIP);
    }
}
