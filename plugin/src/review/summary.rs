//! A review as counts: how much changes in each pack.

use std::collections::BTreeMap;

use profile_core::{
    diff::{Change, Kind},
    merge::Override,
    pack::Pack,
    profile::AttachedProfile,
    yaml,
};
use serde_json::Value;

use super::{Shown, Sides, overrides};
use crate::output::table;

/// What changes in one pack.
#[derive(Default)]
struct Counts {
    version: String,
    added: usize,
    changed: usize,
    removed: usize,
    overrides: Vec<Override>,
}

/// One row for each pack, in the order of the profile.
pub(super) fn table(shown: &Shown, sides: &[Sides]) -> String {
    let mut packs: Vec<(String, Counts)> = Vec::new();
    let mut of = |name: String, count: &mut dyn FnMut(&mut Counts)| {
        let at = packs.iter().position(|(other, _)| *other == name).unwrap_or_else(|| {
            packs.push((name, Counts::default()));
            packs.len() - 1
        });
        count(&mut packs[at].1);
    };
    for change in shown.changes() {
        of(owner(&change.profile, change.pack.as_deref()), &mut |counts| counts.add(change, sides));
    }
    for it in &shown.overrides {
        of(owner(&it.profile, it.pack.as_deref()), &mut |counts| counts.overrides.push(it.clone()));
    }
    if packs.is_empty() {
        return String::new();
    }
    let row = |(name, counts): &(String, Counts)| {
        let numbers = [counts.added, counts.changed, counts.removed].map(|count| count.to_string());
        let words = [name.clone(), counts.version.clone()].into_iter().chain(numbers);
        words.chain((!shown.overrides.is_empty()).then(|| overrides::counts(counts.overrides.iter()))).collect()
    };
    let rows: Vec<Vec<_>> = packs.iter().map(row).collect();
    let headers = ["PACK", "VERSION", "ADDED", "CHANGED", "REMOVED", "OVERRIDES"];
    table::table(&headers[..if shown.overrides.is_empty() { 5 } else { 6 }], &rows)
}

/// The same as data, by pack.
pub(super) fn json(shown: &Shown, sides: &[Sides]) -> Value {
    let mut packs: BTreeMap<String, Counts> = BTreeMap::new();
    for change in shown.changes() {
        packs.entry(owner(&change.profile, change.pack.as_deref())).or_default().add(change, sides);
    }
    packs
        .into_iter()
        .map(|(name, it)| {
            let counts = serde_json::json!({"added": it.added, "changed": it.changed, "removed": it.removed});
            (name, counts)
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn owner(profile: &str, pack: Option<&str>) -> String {
    pack.map_or_else(|| profile.to_owned(), |pack| format!("{profile}/{pack}"))
}

impl Counts {
    fn add(&mut self, change: &Change, sides: &[Sides]) {
        let text = |side: &Option<Value>| side.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        let (current, pending) = (text(&change.current), text(&change.pending));
        match change.kind {
            Kind::PackVersion => self.version = format!("{current} → {pending}"),
            Kind::ProfileVersion => self.version = between_versions(&current, &pending),
            Kind::PackAdded | Kind::ProfileAdded => {
                self.version = format!("(added) {pending}").trim_end().to_owned();
                self.added += sides.iter().map(|it| held(&it.pending(), change)).sum::<usize>();
            }
            Kind::PackRemoved | Kind::ProfileRemoved => {
                self.version = format!("(removed) {current}").trim_end().to_owned();
                self.removed += sides.iter().map(|it| held(&it.current(), change)).sum::<usize>();
            }
            _ => match (&change.current, &change.pending) {
                (None, Some(value)) => self.added += leaves(value),
                (Some(value), None) => self.removed += leaves(value),
                _ => self.changed += 1,
            },
        }
    }
}

/// Both references, without the name where it is the same.
fn between_versions(current: &str, pending: &str) -> String {
    match (current.split_once('@'), pending.split_once('@')) {
        (Some((name, before)), Some((other, after))) if name == other => format!("{before} → {after}"),
        _ => format!("{current} → {pending}"),
    }
}

/// How many values and manifests the pack of the change holds in this profile, or all packs where it is the profile's.
/// Values that are no YAML before templating are one.
fn held(profile: &AttachedProfile<'_>, change: &Change) -> usize {
    if profile.name() != change.profile {
        return 0;
    }
    let packs = profile.packs();
    let meant = packs.iter().filter(|pack| change.pack.as_deref().is_none_or(|name| pack.name() == name));
    let of = |pack: &Pack<'_>| {
        let values = match yaml::parse(&pack.values()) {
            Ok(Value::Null) => 0,
            Ok(value) => leaves(&value),
            Err(_) => 1,
        };
        values + pack.manifests().len()
    };
    meant.map(of).sum()
}

/// How many values it holds; a list is one.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(fields) if !fields.is_empty() => fields.values().map(leaves).sum(),
        _ => 1,
    }
}
