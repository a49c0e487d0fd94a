//! Where the policy says something else than the webhook, and why: every difference is one of these, or a fault.

use serde_json::{Map, Value};

use super::judges::Opinion;

/// A known difference. In each the policy is the stricter one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    /// While a cluster is being provisioned, the manifests of a pack in another order are a change. CEL has no sort before
    /// Kubernetes 1.34, and to compare lists in lists in lists in any order costs more than it is worth.
    ManifestsReordered,
    /// A version of more than 64 characters is unreadable: a regular expression costs by the character, and without a bound
    /// one version could use up what a write may cost.
    LongVersion,
    /// With about a thousand packs a write costs more than the API server allows, and is denied with the API server's words.
    TooManyPacks,
}

impl Difference {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::ManifestsReordered, Self::LongVersion, Self::TooManyPacks];

    /// The difference that explains why the two judges do not agree on this write.
    pub(super) fn explaining(
        before: &Map<String, Value>,
        after: Option<&Value>,
        webhook: &Opinion,
        policy: &Opinion,
    ) -> Option<Self> {
        let mut more = policy.codes.difference(&webhook.codes).copied();
        let (only, another) = (more.next(), more.next());
        let is_stricter_by = |code: &str| {
            only == Some(code) && another.is_none() && policy.codes.is_superset(&webhook.codes) && policy.is_denied
        };
        let (before, after) = (before.get("spec")?, after?);
        if is_stricter_by("ClusterProvisioning") && are_manifests_reordered(before, after) {
            return Some(Self::ManifestsReordered);
        }
        let is_long = |pack: &&Value| pack["version"].as_str().is_some_and(|version| version.chars().count() > 64);
        if is_stricter_by("K8sVersionUnreadable") && packs(after).iter().any(is_long) {
            return Some(Self::LongVersion);
        }
        let is_about_cost = policy.sentences.iter().any(|sentence| sentence.contains("cost limit exceeded"));
        if is_about_cost && !webhook.is_denied && packs(before).len().max(packs(after).len()) > 1_000 {
            return Some(Self::TooManyPacks);
        }
        None
    }
}

/// Whether a list of manifests stands in both in another order.
fn are_manifests_reordered(before: &Value, after: &Value) -> bool {
    let lists = |spec| -> Vec<Vec<String>> {
        let lists = packs(spec).into_iter().filter_map(|pack| pack["manifests"].as_array());
        lists.map(|list| list.iter().map(Value::to_string).collect()).collect()
    };
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    let (old, new) = (lists(before), lists(after));
    old.iter().any(|list| new.iter().any(|other| list != other && sorted(list) == sorted(other)))
}

fn packs(spec: &Value) -> Vec<&Value> {
    let profiles = spec["clusterProfileTemplates"].as_array().into_iter().flatten();
    profiles.filter_map(|profile| profile["packs"].as_array()).flatten().collect()
}
