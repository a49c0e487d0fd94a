//! Merges the packs of a profile, paired by name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    Part, Verdict,
    decisions::{Found, Judge, Spot, Stands},
    fields, manifests, masked,
    presets::Presets,
    sides::Base,
    texts::{self, Texts},
};
use crate::{field, pack::Pack};

/// A pack among others of its profile: its name, and which of those with that name it is.
type Key = (String, usize);

/// The packs in the target's order, then those that only the cluster has.
pub(super) fn merge(
    judge: &mut Judge<'_>,
    published: Option<&[Pack<'_>]>,
    own: &[Pack<'_>],
    target: &[Pack<'_>],
) -> Vec<Value> {
    let base: Option<BTreeMap<_, _>> = published.map(|packs| keyed(packs).collect());
    let base_of = |key: &Key| base.as_ref().map_or(Base::Unknown, |base| Base::Known(base.get(key).copied()));
    let own_packs: BTreeMap<_, _> = keyed(own).collect();
    let mut packs = Vec::new();
    let mut seen: BTreeMap<Key, ()> = BTreeMap::new();
    for (key, pack) in keyed(target) {
        packs.extend(match own_packs.get(&key) {
            Some(own) => Some(both(judge, base_of(&key), own, pack)),
            None => removed(judge, base_of(&key), pack),
        });
        seen.insert(key, ());
    }
    let mut gone = Vec::new();
    for (key, pack) in keyed(own).filter(|(key, _)| !seen.contains_key(key)) {
        match base_of(&key) {
            Base::Known(Some(base)) => gone.push((base, pack)),
            base => packs.extend(added(judge, base, pack)),
        }
    }
    gone.into_iter().for_each(|(base, own)| lost(judge, base, own));
    for (key, base) in base.iter().flatten().filter(|(key, _)| !seen.contains_key(key) && !own_packs.contains_key(key))
    {
        let found = Found { published: Some(version(base)), ..Found::new(String::new(), Verdict::Redundant) };
        judge.settle(&Spot::new(Some(&key.0), Part::Pack), found);
    }
    packs
}

fn keyed<'p, 'v>(packs: &'p [Pack<'v>]) -> impl Iterator<Item = (Key, &'p Pack<'v>)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    packs.iter().map(move |pack| {
        let name = pack.name().into_owned();
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        ((name, *count), pack)
    })
}

fn version(pack: &Pack<'_>) -> Value {
    pack.version().or_else(|| pack.tag()).unwrap_or_default().into()
}

fn spot(pack: &Pack<'_>) -> Spot {
    Spot::new(Some(&pack.name()), Part::Pack)
}

/// A pack that both sides have.
fn both(judge: &mut Judge<'_>, base: Base<&Pack<'_>>, own: &Pack<'_>, target: &Pack<'_>) -> Value {
    let name = target.name();
    let Value::Object(raw) = target.raw() else { return target.raw().clone() };
    let base_raw = base.and_then(|base| Some(base.raw()));
    let sides = (own.raw(), target.raw());
    let is_added_by_both = base_raw == Base::Known(None);
    let before = judge.overrides.len();
    let mut content = raw.clone();
    fields::of_pack(judge, &name, base_raw, sides, &mut content);
    if fields::is_text(base_raw, sides) {
        values(judge, base, own, target, &mut content);
    }
    if fields::is_list_of_all(base_raw, sides) {
        manifests::merge(judge, &name, base_raw, sides, &mut content);
    }
    if is_added_by_both {
        // Nobody needs to hear of each field of a pack that both sides took up alike.
        let mut at = 0;
        judge.overrides.retain(|it| {
            at += 1;
            at <= before || it.verdict != Verdict::Redundant
        });
        if judge.overrides.len() == before {
            let sides = (Some(version(own)), Some(version(target)));
            let found = Found { own: sides.0, target: sides.1, ..Found::new(String::new(), Verdict::Redundant) };
            judge.settle(&spot(target), found);
        }
    }
    content.into()
}

fn values(
    judge: &mut Judge<'_>,
    base: Base<&Pack<'_>>,
    own: &Pack<'_>,
    target: &Pack<'_>,
    content: &mut Map<String, Value>,
) {
    let (own_text, target_text) = (own.values(), target.values());
    // Where Palette says that nothing is overridden, what stands there is what was published.
    let is_untouched = own.is_values_overridden() == Some(false);
    let base_text = match base {
        _ if is_untouched => Base::Known(Some(own_text.clone())),
        Base::Known(base) => Base::Known(Some(base.map(Pack::values).unwrap_or_default())),
        Base::Unknown => Base::Unknown,
    };
    let spot = Spot::new(Some(&target.name()), Part::Values);
    let sides = Texts { base: base_text.as_text(), own: &own_text, target: Some(&target_text) };
    let presets = Presets::of(judge, &spot, &sides, [base.known(), Some(own), Some(target)]);
    let text = texts::merge(judge, &spot, &sides, &presets);
    if text == target_text {
        return;
    }
    content.insert("values".into(), text.into());
    // The target's word of its own text would hide the overrides in this one from every later merge.
    if field::at(target.raw(), &["isValuesOverridden"]) == Some(&Value::Bool(false)) {
        content.insert("isValuesOverridden".into(), true.into());
    }
}

/// A pack that only the cluster has, and that was not published.
fn added(judge: &mut Judge<'_>, base: Base<&Pack<'_>>, own: &Pack<'_>) -> Option<Value> {
    let verdict = if base.is_unknown() { Verdict::UnknownBase } else { Verdict::Kept };
    let found = Found { own: Some(version(own)), ..Found::new(String::new(), verdict) };
    match judge.settle(&spot(own), found) {
        Stands::Own => Some(own.raw().clone()),
        Stands::Value(_) => {
            not_a_value(judge, own);
            None
        }
        Stands::Target => None,
    }
}

/// A pack of the target that the cluster does not have: new, or removed by the cluster.
fn removed(judge: &mut Judge<'_>, base: Base<&Pack<'_>>, target: &Pack<'_>) -> Option<Value> {
    let verdict = match base {
        Base::Known(None) => return Some(fresh(judge, target)),
        Base::Known(Some(base)) if fields::is_same_pack(base.raw(), target.raw()) => Verdict::Kept,
        Base::Known(Some(_)) => Verdict::Conflict,
        Base::Unknown => Verdict::UnknownBase,
    };
    let published = base.known().map(version);
    let found = Found { published, target: Some(version(target)), ..Found::new(String::new(), verdict) };
    match judge.settle(&spot(target), found) {
        Stands::Own => None,
        Stands::Target if judge.overrides.last().is_some_and(|it| it.is_open()) => Some(target.raw().clone()),
        Stands::Target => Some(fresh(judge, target)),
        Stands::Value(_) => {
            not_a_value(judge, target);
            Some(target.raw().clone())
        }
    }
}

/// A pack that the cluster takes as it is published: only its masks are asked about.
fn fresh(judge: &mut Judge<'_>, target: &Pack<'_>) -> Value {
    let raw = target.raw();
    let Value::Object(fields) = raw else { return raw.clone() };
    if !masked::holds(raw) {
        return raw.clone();
    }
    let (name, mut content) = (target.name(), fields.clone());
    let none = Value::Object(Map::new());
    let (base, sides) = (Base::Known(Some(&none)), (&none, raw));
    fields::of_pack(judge, &name, base, sides, &mut content);
    if fields::is_text(base, sides) {
        let text = target.values();
        let spot = Spot::new(Some(&name), Part::Values);
        let sides = Texts { base: Base::Known(Some("")), own: "", target: Some(&text) };
        let presets = Presets::none(judge);
        let merged = texts::merge(judge, &spot, &sides, &presets);
        if merged != text {
            content.insert("values".into(), merged.into());
        }
    }
    if fields::is_list_of_all(base, sides) {
        manifests::merge(judge, &name, base, sides, &mut content);
    }
    content.into()
}

/// A whole pack is no value that a user could set: such a decision decides nothing.
fn not_a_value(judge: &mut Judge<'_>, pack: &Pack<'_>) {
    let place = judge.place(&spot(pack));
    judge.notes.push(format!("{place}: a pack is kept or dropped as a whole, so a value decides nothing there"));
    if let Some(it) = judge.overrides.last_mut() {
        it.resolution = None;
    }
}

/// A pack that is gone in the target: what the cluster set in it is lost.
fn lost(judge: &mut Judge<'_>, base: &Pack<'_>, own: &Pack<'_>) {
    let name = own.name();
    let gone = Value::Null;
    let sides = (own.raw(), &gone);
    let base_raw = Base::Known(Some(base.raw()));
    fields::lost(judge, &name, base.raw(), own.raw());
    if fields::is_text(base_raw, sides) && own.is_values_overridden() != Some(false) {
        let spot = Spot::new(Some(&name), Part::Values);
        let (base_text, own_text) = (base.values(), own.values());
        let sides = Texts { base: Base::Known(Some(base_text.as_ref())), own: &own_text, target: None };
        let presets = Presets::of(judge, &spot, &sides, [Some(base), Some(own), None]);
        texts::merge(judge, &spot, &sides, &presets);
    }
    if fields::is_list_of_all(base_raw, sides) {
        manifests::lost(judge, &name, base.raw(), own.raw());
    }
}
