//! Changes that a guard must refuse, one for each rule, and one that it must let pass: for asking whether it does.
//!
//! A probe is never written: whoever uses one sends it as a dry run. Each is held against the rules beforehand, so that it
//! breaks what it is meant to break and nothing else where that can be.

use serde_json::{Map, Value, json};

use crate::{
    cluster::Cluster,
    content::Content,
    field,
    pack::Layer,
    rules::{self, Code, Policy},
    version::Version,
};

/// What no version can be read from.
const UNREADABLE: &str = "banana";
/// What marks a name or a value as made up for a probe.
const MARK: &str = "kubectl-profile-probe";

/// A cluster as it would be after a change that must be refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The whole document after the change.
    pub after: Value,
    /// Whether it breaks the one rule that is asked for, and no other.
    pub is_exact: bool,
}

/// A change of `cluster` that breaks the rule `code`; `None` where the cluster does not qualify.
pub fn breaking(code: Code, cluster: &Value) -> Option<Probe> {
    let broken = |after: Value| {
        let verdict = rules::check(&Cluster::new(cluster), &Cluster::new(&after), &Policy::default());
        let is_meant = verdict.violations().any(|it| it.code == code);
        let is_exact = verdict.violations().all(|it| it.code == code);
        is_meant.then_some(Probe { after, is_exact })
    };
    let mut probes: Vec<_> = candidates(code, cluster).into_iter().filter_map(broken).collect();
    // A stable sort: among equals the first candidate wins.
    probes.sort_by_key(|it| !it.is_exact);
    probes.into_iter().next()
}

/// A change of the profile content of `cluster` that breaks no rule; `None` where there is none to be made.
pub fn harmless(cluster: &Value) -> Option<Value> {
    let before = Cluster::new(cluster);
    let passes = |after: &Value| {
        let after = Cluster::new(after);
        rules::check(&before, &after, &Policy::default()).violations().next().is_none()
            && Content::of(&before) != Content::of(&after)
    };
    if before.is_being_deleted() { None } else { other_values(cluster).into_iter().find(passes) }
}

/// What a cluster must be for the rule `code` to be asked.
pub fn qualifies(code: Code) -> &'static str {
    match code {
        Code::ClusterProvisioning => "a cluster whose state is Provisioning, with a pack in an attached profile",
        Code::K8sDowngradeAfterUpgradeNotSupported | Code::K8sMultiMinorUpgradeNotSupported => {
            "a cluster that Palette manages, with a pack of layer k8s whose version can be read"
        }
        Code::K8sVersionUnreadable => "a cluster that Palette manages, with a pack of layer k8s",
        Code::EdgeCniChangeNotSupported => "an Edge cluster with a pack of layer cni",
        Code::CoreLayerRemovalNotSupported => "a cluster with a pack of layer os, k8s, cni or csi",
    }
}

fn candidates(code: Code, cluster: &Value) -> Vec<Value> {
    match code {
        Code::ClusterProvisioning => other_values(cluster),
        Code::K8sDowngradeAfterUpgradeNotSupported => other_minors(cluster, [-1, -2]),
        Code::K8sMultiMinorUpgradeNotSupported => other_minors(cluster, [2, 3]),
        Code::K8sVersionUnreadable => {
            packs(cluster, Layer::Kubernetes).map(|at| with_field(cluster, at, "version", UNREADABLE)).collect()
        }
        Code::EdgeCniChangeNotSupported => packs(cluster, Layer::Network).map(|at| renamed(cluster, at)).collect(),
        // The network comes last: on Edge its removal breaks another rule, too.
        Code::CoreLayerRemovalNotSupported => {
            [Layer::Storage, Layer::Os, Layer::Kubernetes, Layer::Network].map(|it| without(cluster, it)).into()
        }
    }
}

/// Where a pack stands: the index of its profile and its own.
type Place = (usize, usize);

fn places(cluster: &Value) -> impl Iterator<Item = (Place, &Value)> {
    field::items(cluster, &["spec", "clusterProfileTemplates"])
        .flat_map(|(profile, raw)| field::items(raw, &["packs"]).map(move |(pack, raw)| ((profile, pack), raw)))
}

fn packs(cluster: &Value, layer: Layer) -> impl Iterator<Item = Place> {
    places(cluster)
        .filter(move |(_, raw)| crate::pack::Pack::new(raw, String::new()).is(layer) && raw.is_object())
        .map(|(at, _)| at)
}

/// The pack at a place, which was found there a moment ago.
fn pack_mut(document: &mut Value, (profile, pack): Place) -> Option<&mut Map<String, Value>> {
    let pointer = format!("/spec/clusterProfileTemplates/{profile}/packs/{pack}");
    document.pointer_mut(&pointer).and_then(Value::as_object_mut)
}

fn with_field(cluster: &Value, at: Place, name: &str, value: &str) -> Value {
    let mut after = cluster.clone();
    if let Some(pack) = pack_mut(&mut after, at) {
        pack.insert(name.into(), json!(value));
    }
    after
}

fn renamed(cluster: &Value, at: Place) -> Value {
    let mut after = cluster.clone();
    if let Some(pack) = pack_mut(&mut after, at) {
        let name = pack.get("name").and_then(Value::as_str).unwrap_or_default();
        let other = format!("{name}-{MARK}");
        pack.insert("name".into(), json!(other));
    }
    after
}

/// The cluster with a comment behind the values of one pack, for each pack whose values are text.
fn other_values(cluster: &Value) -> Vec<Value> {
    let other = |(at, raw): (Place, &Value)| {
        let values = match raw.get("values") {
            Some(Value::String(values)) => values.as_str(),
            None | Some(Value::Null) => "",
            Some(_) => return None,
        };
        let end = if values.is_empty() || values.ends_with('\n') { "" } else { "\n" };
        raw.is_object().then(|| with_field(cluster, at, "values", &format!("{values}{end}# {MARK}\n")))
    };
    places(cluster).filter_map(other).collect()
}

/// The cluster with a Kubernetes pack some minors away from each version that the pack has or is reported to have.
fn other_minors<const N: usize>(cluster: &Value, steps: [i64; N]) -> Vec<Value> {
    let view = Cluster::new(cluster);
    let statuses = view.pack_statuses();
    let mut found = Vec::new();
    for at in packs(cluster, Layer::Kubernetes) {
        let Some((_, raw)) = places(cluster).find(|(place, _)| *place == at) else { continue };
        let pack = crate::pack::Pack::new(raw, String::new());
        let name = pack.name();
        let reported = statuses.iter().filter(|it| it.name == name).filter_map(|it| it.version.as_deref());
        let known: Vec<Version> = reported.chain(pack.version().as_deref()).filter_map(|it| it.parse().ok()).collect();
        for version in known {
            let minors = steps.iter().filter_map(|step| version.minor.checked_add_signed(*step));
            found.extend(
                minors.map(|minor| with_field(cluster, at, "version", &format!("{}.{minor}.0", version.major))),
            );
        }
    }
    found
}

/// The cluster without all packs of a layer.
fn without(cluster: &Value, layer: Layer) -> Value {
    let mut after = cluster.clone();
    let profiles = after.pointer_mut("/spec/clusterProfileTemplates").and_then(Value::as_array_mut);
    for packs in profiles.into_iter().flatten().filter_map(|it| it.get_mut("packs")?.as_array_mut()) {
        packs.retain(|raw| !crate::pack::Pack::new(raw, String::new()).is(layer));
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{Fixture, aws, edge};

    /// A cluster with a pack of every core layer.
    fn whole(of: Fixture) -> Fixture {
        of.pack("os", "ubuntu", "22.04").k8s("1.32.8").pack("cni", "calico", "3.30.2").pack("csi", "ebs", "1.43.0")
    }

    fn check(code: Code, cluster: &Fixture, is_exact: bool) -> Value {
        let probe = breaking(code, cluster.json()).unwrap_or_else(|| panic!("{code:?} has no probe"));
        assert_eq!(probe.is_exact, is_exact, "{code:?}: {}", probe.after);
        let verdict = rules::check(&Cluster::new(cluster.json()), &Cluster::new(&probe.after), &Policy::default());
        assert!(verdict.denied.iter().any(|it| it.code == code), "{verdict:?}");
        assert_eq!(verdict.denied.iter().all(|it| it.code == code), is_exact, "{verdict:?}");
        probe.after
    }

    fn version(after: &Value) -> &Value {
        after.pointer("/spec/clusterProfileTemplates/0/packs/1/version").unwrap()
    }

    #[test]
    fn every_rule_has_a_cluster_that_qualifies_and_breaks_it_alone() {
        let running = whole(aws()).runs("kubernetes", "1.32.8", "Ready");
        for (code, cluster) in [
            (Code::ClusterProvisioning, running.clone().state("provisioning")),
            (Code::K8sDowngradeAfterUpgradeNotSupported, running.clone()),
            (Code::K8sMultiMinorUpgradeNotSupported, running.clone()),
            (Code::K8sVersionUnreadable, running.clone()),
            (Code::EdgeCniChangeNotSupported, whole(edge())),
            (Code::CoreLayerRemovalNotSupported, running.clone()),
        ] {
            check(code, &cluster, true);
            assert!(!qualifies(code).is_empty());
        }
    }

    #[test]
    fn versions_are_one_minor_down_and_two_up() {
        let cluster = whole(aws());
        assert_eq!(version(&check(Code::K8sDowngradeAfterUpgradeNotSupported, &cluster, true)), "1.31.0");
        assert_eq!(version(&check(Code::K8sMultiMinorUpgradeNotSupported, &cluster, true)), "1.34.0");
        assert_eq!(version(&check(Code::K8sVersionUnreadable, &cluster, true)), UNREADABLE);
    }

    #[test]
    fn what_the_cluster_runs_is_gone_below_while_an_upgrade_is_in_flight() {
        // Back to 1.31 is the way back, and passes.
        let cluster = whole(aws()).runs("kubernetes", "1.31.4", "WaitingForOtherLayers");
        let after = check(Code::K8sDowngradeAfterUpgradeNotSupported, &cluster, true);
        assert_ne!(version(&after), "1.31.4");
    }

    #[test]
    fn the_removal_of_a_layer_leaves_the_network_of_an_edge_cluster_alone_where_it_can() {
        let after = check(Code::CoreLayerRemovalNotSupported, &whole(edge()), true);
        let names: Vec<_> = places(&after).map(|(_, raw)| raw["name"].clone()).collect();
        assert_eq!(names, ["ubuntu", "kubernetes", "calico"]);
        let only = edge().pack("cni", "calico", "3.30.2");
        check(Code::CoreLayerRemovalNotSupported, &only, false);
    }

    #[test]
    fn a_cluster_that_does_not_qualify_has_no_probe() {
        let imported = whole(aws()).with("/spec/clusterType", json!("AlloyMonitor"));
        for (code, cluster) in [
            (Code::ClusterProvisioning, whole(aws())),
            (Code::ClusterProvisioning, aws().state("Provisioning")),
            (Code::K8sDowngradeAfterUpgradeNotSupported, aws().k8s("1.0.0")),
            (Code::K8sDowngradeAfterUpgradeNotSupported, aws().k8s("banana")),
            (Code::K8sDowngradeAfterUpgradeNotSupported, imported.clone()),
            (Code::K8sMultiMinorUpgradeNotSupported, aws().pack("addon", "kubernetes", "1.30.0")),
            (Code::K8sVersionUnreadable, imported),
            (Code::EdgeCniChangeNotSupported, whole(aws())),
            (Code::EdgeCniChangeNotSupported, edge()),
            (Code::CoreLayerRemovalNotSupported, aws().pack("addon", "app", "1.0.0")),
        ] {
            assert_eq!(breaking(code, cluster.json()), None, "{code:?} {}", cluster.json());
        }
        let deleted = whole(edge()).with("/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z"));
        for code in Code::ALL {
            assert_eq!(breaking(code, deleted.json()), None);
            assert_eq!(breaking(code, &json!({"spec": {"clusterProfileTemplates": [{"packs": [null, 1]}]}})), None);
        }
    }

    #[test]
    fn a_harmless_change_is_a_comment_behind_values_that_are_text() {
        let cluster = whole(aws())
            .with("/spec/clusterProfileTemplates/0/packs/0/values", json!({"a": 1}))
            .with("/spec/clusterProfileTemplates/0/packs/1/values", json!("a: 1"));
        let after = harmless(cluster.json()).unwrap();
        assert_eq!(
            after.pointer("/spec/clusterProfileTemplates/0/packs/1/values").unwrap(),
            "a: 1\n# kubectl-profile-probe\n"
        );
        assert_eq!(harmless(whole(aws()).state("Provisioning").json()), None);
        assert_eq!(harmless(aws().json()), None);
    }

    #[test]
    fn only_the_profiles_change() {
        let cluster = whole(edge()).state("Provisioning");
        for code in Code::ALL {
            let mut after = breaking(code, cluster.json()).unwrap().after;
            after["spec"]["clusterProfileTemplates"] = cluster.json()["spec"]["clusterProfileTemplates"].clone();
            assert_eq!(after, *cluster.json(), "{code:?}");
        }
    }
}
