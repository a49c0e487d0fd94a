//! The rules once more, plainly and independently written, as the reference that core is compared with.

use std::{
    cmp::Ordering::{Equal, Greater, Less},
    collections::BTreeSet,
};

use self::{
    content::content,
    version::{Number, compare, read},
};
use crate::random::world::{Field, Pack, Reported, World, is_layer, text, word};

mod content;
pub mod version;

/// What the reference says about a change.
#[derive(Default)]
pub struct Judgement {
    /// The codes of the rules that the change breaks.
    pub broken: BTreeSet<&'static str>,
    /// What an exception from each of them would have to name, but for the hash of a content.
    pub targets: BTreeSet<(&'static str, String)>,
    /// Why something passed that needed a reason to pass, so that a test can see that each reason occurs.
    pub passed: BTreeSet<&'static str>,
}

impl Judgement {
    fn breaks(&mut self, code: &'static str, target: &str) {
        self.broken.insert(code);
        self.targets.insert((code, target.to_owned()));
    }
}

/// Every reason that can stand in [`Judgement::passed`].
pub const REASONS: [&str; 13] = [
    "being deleted",
    "provisioning with the content unchanged",
    "imported",
    "Kubernetes packs left alone",
    "nothing to compare with",
    "one minor up",
    "under another pack name",
    "an unreadable version repaired",
    "nearer from below",
    "nearer from above",
    "back to what runs",
    "back while in flight",
    "the first CNI of an Edge cluster",
];

/// Judges a change.
pub fn reference(before: &World, after: &World) -> Judgement {
    let mut judgement = Judgement::default();
    if text(&before.deletion_timestamp).is_some() {
        judgement.passed.insert("being deleted");
        return judgement;
    }
    if word(&before.state).as_deref() == Some("provisioning") {
        if content(before) != content(after) {
            judgement.breaks("ClusterProvisioning", "");
        } else if before != after {
            judgement.passed.insert("provisioning with the content unchanged");
        }
    }
    let is_imported = text(&before.cluster_type).is_some_and(|kind| kind.starts_with("Alloy"));
    if is_imported {
        judgement.passed.insert("imported");
    } else if kubernetes_pairs(before) != kubernetes_pairs(after) {
        kubernetes(before, after, &mut judgement);
    } else if before != after {
        judgement.passed.insert("Kubernetes packs left alone");
    }
    edge_cni(before, after, &mut judgement);
    for layer in ["os", "k8s", "cni", "csi"] {
        // A pack without a name installs nothing, so it neither was a layer nor keeps one.
        let stands = |world: &World| world.packs().any(|pack| is_layer(pack, layer) && text(&pack.name).is_some());
        let (had, has) = (stands(before), stands(after));
        if had && !has {
            judgement.breaks("CoreLayerRemovalNotSupported", layer);
        }
    }
    judgement
}

fn edge_cni(before: &World, after: &World, judgement: &mut Judgement) {
    let is_edge = |world: &World| matches!(word(&world.cloud_type).as_deref(), Some("edge-native" | "edge"));
    let names = |world: &World| -> BTreeSet<Option<String>> {
        world.packs().filter(|pack| is_layer(pack, "cni")).map(|pack| text(&pack.name)).collect()
    };
    if !is_edge(before) && !is_edge(after) || names(before) == names(after) {
        return;
    }
    let never_provisioned = word(&before.state).is_none_or(|state| state == "pending");
    if names(before).is_empty() && never_provisioned {
        judgement.passed.insert("the first CNI of an Edge cluster");
    } else {
        let named: Vec<_> = names(after).into_iter().map(Option::unwrap_or_default).collect();
        let target = if named.is_empty() { "(none)".to_owned() } else { named.join(", ") };
        judgement.breaks("EdgeCniChangeNotSupported", &target);
    }
}

/// A Kubernetes pack of the old spec, and what is known about what it runs.
struct Old {
    name: Option<String>,
    desired: Option<Number>,
    /// What `status.packs` says, and whether it is reconciled.
    reported: Option<(Number, bool)>,
    /// What the cluster still runs, as far as it says, while the desired version is on its way; empty when it is not.
    departures: Vec<Number>,
}

fn kubernetes(before: &World, after: &World, judgement: &mut Judgement) {
    let old_pairs = kubernetes_pairs(before);
    let mut olds = Vec::new();
    for template in before.templates.items() {
        for pack in template.packs.items() {
            if is_layer(pack, "k8s") {
                let name = text(&pack.name);
                let reported = reported(before, &name, &text(&template.uid));
                olds.push(Old { name, desired: pack_number(pack), reported, departures: Vec::new() });
            }
        }
    }
    let departures: Vec<_> = olds.iter().map(|old| departures(before, old, &olds)).collect();
    for (old, departures) in olds.iter_mut().zip(departures) {
        old.departures = departures;
    }
    for pack in after.packs().filter(|pack| is_layer(pack, "k8s")) {
        let pair = (text(&pack.name), pack_version(pack));
        // What was there before is not judged, so a change of one pack never denies for the state of another.
        if old_pairs.contains(&pair) {
            continue;
        }
        let written = pair.1.clone().or_else(|| text(&pack.tag)).unwrap_or_else(|| "(none)".to_owned());
        let Some(new) = pack_number(pack) else {
            judgement.breaks("K8sVersionUnreadable", &written);
            continue;
        };
        let paired: Vec<&Old> = olds.iter().filter(|old| old.name == pair.0).collect();
        let is_paired = !paired.is_empty();
        let candidates = if is_paired { paired } else { olds.iter().collect() };
        // Of several, the highest readable baseline. The text leaves open which of equals: one with an upgrade in flight,
        // then the highest desired and the highest reported version, so that the order of packs decides nothing.
        let mut readable: Vec<_> = candidates.into_iter().filter_map(|old| Some((old, baseline(old)?))).collect();
        readable.sort_by_key(|(old, baseline)| {
            (
                rank(baseline),
                !old.departures.is_empty(),
                old.desired.as_ref().map(rank),
                old.reported.as_ref().map(|(it, _)| rank(it)),
            )
        });
        let Some((old, baseline)) = readable.pop() else {
            judgement.passed.insert("nothing to compare with");
            continue;
        };
        match judge(&new, old, &baseline) {
            Ok(reasons) => judgement.passed.extend(reasons),
            Err(code) => judgement.breaks(code, &written),
        }
        if !is_paired {
            judgement.passed.insert("under another pack name");
        }
    }
}

/// The names and versions of the Kubernetes packs in the spec.
pub fn kubernetes_pairs(world: &World) -> BTreeSet<(Option<String>, Option<String>)> {
    world.packs().filter(|pack| is_layer(pack, "k8s")).map(|pack| (text(&pack.name), pack_version(pack))).collect()
}

/// The code of the rule that the new version breaks, or the reasons for which it passes.
fn judge(new: &Number, old: &Old, baseline: &Number) -> Result<Vec<&'static str>, &'static str> {
    let is_in_flight = !old.departures.is_empty();
    let below_desired = old.desired.as_ref().is_some_and(|desired| compare(new, desired) == Less);
    // In flight to an unreadable version the text leaves the limit open: no higher minor than the reported one.
    let minors_up = if is_in_flight { 0 } else { 1 };
    let highest_minor = baseline.minor.saturating_add(minors_up);
    let is_too_high = new.major > baseline.major || new.major == baseline.major && new.minor > highest_minor;
    let is_nearer_from = |side| {
        let desired = old.desired.as_ref();
        desired.is_some_and(|it| compare(it, baseline) == side && compare(it, new) == side)
    };
    if compare(new, baseline) == Less {
        // Going back to what still runs passes. The text leaves open what holds when that lies above the desired version: it
        // is no way back then, but up, and judged below.
        if below_desired && old.departures.iter().any(|version| compare(new, version) == Equal) {
            return Ok(vec!["back while in flight"]);
        }
        // The text leaves open which way "nearer" goes: a version on the other side of the baseline is judged anew.
        return if is_nearer_from(Less) {
            Ok(vec!["nearer from below"])
        } else {
            Err("K8sDowngradeAfterUpgradeNotSupported")
        };
    }
    if is_too_high {
        return if is_nearer_from(Greater) {
            Ok(vec!["nearer from above"])
        } else {
            Err("K8sMultiMinorUpgradeNotSupported")
        };
    }
    let mut reasons = Vec::new();
    if old.desired.is_none() {
        reasons.push("an unreadable version repaired");
    }
    if new.minor > baseline.minor {
        reasons.push("one minor up");
    }
    if below_desired && compare(new, baseline) == Equal {
        reasons.push("back to what runs");
    }
    Ok(reasons)
}

/// What the cluster still runs, as far as it says, while the version of `old` is on its way.
fn departures(before: &World, old: &Old, olds: &[Old]) -> Vec<Number> {
    let mut found = Vec::new();
    match (&old.reported, &old.desired) {
        (Some((_, true)), _) | (None, None) => {}
        (Some((version, false)), _) => {
            found.push(version.clone());
            for entry in before.reported.items() {
                if text(&entry.name) == old.name && is_reconciled(entry) {
                    found.extend(number(&entry.version));
                }
            }
        }
        // The text leaves open a pack that nothing is reported of, while another Kubernetes pack beside it is reported, or
        // one that is no longer in the spec: it was added or renamed a moment ago and does not run yet. A pack that is gone
        // counts as Kubernetes when its version is at most a minor off.
        (None, Some(desired)) => {
            for entry in before.reported.items() {
                let is_in_spec = before.packs().any(|pack| text(&pack.name) == text(&entry.name));
                let Some(version) = number(&entry.version).filter(|_| !is_in_spec) else { continue };
                if version.major == desired.major && version.minor.abs_diff(desired.minor) <= 1 {
                    found.push(version);
                }
            }
            found.extend(olds.iter().filter_map(|other| other.reported.as_ref()).map(|(version, _)| version.clone()));
        }
    }
    found
}

/// The version that the cluster runs: reconciled, else desired.
fn baseline(old: &Old) -> Option<Number> {
    match (&old.reported, &old.desired) {
        (Some((version, true)), _) => Some(version.clone()),
        (_, Some(desired)) => Some(desired.clone()),
        // The text leaves this open: in flight to an unreadable version, what is reported is the best that is known.
        (Some((version, false)), None) => Some(version.clone()),
        (None, None) => None,
    }
}

/// What `status.packs` reports for the pack of this name. The text leaves open which of several entries counts: it is
/// the pack's own profile's, then the reconciled one, then the highest. An entry without a readable version is none.
fn reported(before: &World, name: &Option<String>, profile_uid: &Option<String>) -> Option<(Number, bool)> {
    let mut found: Vec<(bool, bool, Number)> = Vec::new();
    for entry in before.reported.items() {
        let Some(version) = number(&entry.version) else { continue };
        // The text leaves a pack without a name open: an entry without one speaks of it.
        if text(&entry.name) == *name {
            let own = profile_uid.is_some() && text(&entry.profile_uid) == *profile_uid;
            found.push((own, is_reconciled(entry), version));
        }
    }
    found.sort_by_key(|(own, reconciled, version)| (*own, *reconciled, rank(version)));
    found.pop().map(|(_, reconciled, version)| (version, reconciled))
}

fn is_reconciled(entry: &Reported) -> bool {
    let Some(condition) = text(&entry.condition) else { return true };
    let status = text(&entry.condition_status).unwrap_or_default();
    matches!(condition.as_str(), "Ready" | "Installed" | "UpgradeAvailable") && !status.eq_ignore_ascii_case("false")
}

/// What versions are ordered by.
type Rank = (u64, u64, u64, bool, Option<(u8, u64)>, bool);

/// Orders versions for picking the highest: a missing patch counts as 0, and below a written 0.
fn rank(version: &Number) -> Rank {
    let patch = version.patch.unwrap_or(0);
    (version.major, version.minor, patch, version.stage.is_none(), version.stage, version.patch.is_some())
}

/// The version that counts, as text: `version`, else a concrete `tag`.
fn pack_version(pack: &Pack) -> Option<String> {
    let tag = || text(&pack.tag).filter(|tag| !tag.split('.').any(|part| ["x", "X", "*"].contains(&part)));
    text(&pack.version).or_else(tag)
}

/// The version that counts, if it can be read. A wildcard tag cannot.
fn pack_number(pack: &Pack) -> Option<Number> {
    number(if text(&pack.version).is_some() { &pack.version } else { &pack.tag })
}

/// The version in a field. The text leaves numbers open: `1.3` may have been `1.30`, so it takes two decimals.
fn number(field: &Field) -> Option<Number> {
    let text = text(field)?;
    if let Field::Integer(_) | Field::Decimal(_) | Field::Number(_) = field {
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if decimals < 2 {
            return None;
        }
    }
    read(&text)
}
