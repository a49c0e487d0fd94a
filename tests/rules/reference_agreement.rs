//! Core and the reference find the same broken rules, and the random changes reach every rule and every exemption.

use std::{collections::BTreeMap, sync::Mutex};

use profile_oracle::reference::{Judgement, REASONS};

use crate::{changes, choices::for_random_choices, verdict::agreed};

/// With the cases of the promises, 100,000 pairs are put to the reference.
const CASES: u32 = 74_000;

/// How often each outcome must occur, so that agreement on it means something.
const FLOOR: u32 = 100;

const CODES: [&str; 6] = [
    "ClusterProvisioning",
    "K8sDowngradeAfterUpgradeNotSupported",
    "K8sMultiMinorUpgradeNotSupported",
    "K8sVersionUnreadable",
    "EdgeCniChangeNotSupported",
    "CoreLayerRemovalNotSupported",
];

#[test]
#[expect(clippy::print_stdout, reason = "the figures are for whoever reads the test's output")]
fn core_and_the_reference_find_the_same_broken_rules() {
    let seen: Mutex<BTreeMap<&str, u32>> = Mutex::default();
    for_random_choices(CASES, |choices| {
        let (before, after) = changes::pair(choices);
        let Judgement { broken, passed, .. } = agreed(&before, &after)?;
        let outcome = if broken.is_empty() { "no rule broken" } else { "denied" };
        let mut seen = seen.lock().unwrap();
        for outcome in broken.into_iter().chain(passed).chain([outcome]) {
            *seen.entry(outcome).or_default() += 1;
        }
        Ok(())
    });
    let seen = seen.into_inner().unwrap();
    println!("{CASES} pairs: {seen:#?}");
    for outcome in CODES.into_iter().chain(REASONS).chain(["no rule broken", "denied"]) {
        let count = seen.get(outcome).copied().unwrap_or(0);
        assert!(count >= FLOOR, "only {count} of {CASES} pairs show `{outcome}`");
    }
}
