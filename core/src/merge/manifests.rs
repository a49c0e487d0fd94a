//! Merges the attached manifests of a pack by name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    Part, Verdict,
    decisions::{Found, Judge, Spot, Stands},
    documents,
    fields::is_same_manifest,
    masked,
    sides::{Base, field, verdict},
    texts::Texts,
};
use crate::{mask, pack::MANIFEST_UID};

/// A manifest among others of its pack: its name, and which of those with that name it is.
type Key = (String, usize);

/// Puts the merged `manifests` into `content`, which is the target's pack so far.
pub(super) fn merge(
    judge: &mut Judge<'_>,
    pack: &str,
    base: Base<&Value>,
    (own, target): (&Value, &Value),
    content: &mut Map<String, Value>,
) {
    let published: BTreeMap<_, _> = base.known().map(keyed).unwrap_or_default().into_iter().collect();
    let base_of = |key: &Key| match base {
        Base::Known(_) => Base::Known(published.get(key).copied()),
        Base::Unknown => Base::Unknown,
    };
    let (own, target) = (keyed(own), keyed(target));
    let in_own: BTreeMap<_, _> = own.iter().cloned().collect();
    let in_target: BTreeMap<_, _> = target.iter().cloned().collect();
    let mut merged = Vec::new();
    for (key, item) in &target {
        merged.extend(match in_own.get(key) {
            Some(own) => Some(both(judge, &spot(pack, key), base_of(key), own, item)),
            None => removed(judge, &spot(pack, key), base_of(key), item),
        });
    }
    for (key, item) in own.iter().filter(|(key, _)| !in_target.contains_key(key)) {
        let spot = spot(pack, key);
        match base_of(key) {
            Base::Known(Some(base)) => gone(judge, &spot, base, item),
            base => {
                let verdict = if base.is_unknown() { Verdict::UnknownBase } else { Verdict::Kept };
                let found = Found { own: Some(shown(item)), ..Found::new(String::new(), verdict) };
                match judge.settle(&spot, found) {
                    Stands::Own => merged.push((*item).clone()),
                    Stands::Value(value) => merged.push(with_content(item, value)),
                    Stands::Target => {}
                }
            }
        }
    }
    if !merged.is_empty() || content.contains_key("manifests") {
        content.insert("manifests".into(), merged.into());
    }
}

/// What the cluster set in the manifests of a pack that is gone in the target.
pub(super) fn lost(judge: &mut Judge<'_>, pack: &str, base: &Value, own: &Value) {
    let published: BTreeMap<_, _> = keyed(base).into_iter().collect();
    for (key, item) in keyed(own) {
        let spot = spot(pack, &key);
        match published.get(&key) {
            Some(base) => gone(judge, &spot, base, item),
            None => {
                judge.settle(&spot, Found { own: Some(shown(item)), ..Found::new(String::new(), Verdict::Lost) });
            }
        }
    }
}

fn keyed(pack: &Value) -> Vec<(Key, &Value)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    crate::field::items(pack, &["manifests"])
        .map(|(_, item)| {
            let name = crate::field::text(item, &["name"]).unwrap_or_default().into_owned();
            let count = counts.entry(name.clone()).or_default();
            *count += 1;
            ((name, *count), item)
        })
        .collect()
}

fn spot(pack: &str, key: &Key) -> Spot {
    Spot::new(Some(pack), Part::Manifest(key.0.clone()))
}

/// The text of a manifest, where its object carries it.
fn text(item: &Value) -> Option<&str> {
    field(item, "content").and_then(Value::as_str)
}

/// What stands for a manifest as a whole.
fn shown(item: &Value) -> Value {
    let found = field(item, "content").or_else(|| field(item, "uid"));
    found.cloned().unwrap_or_else(|| "(content not visible)".into())
}

fn with_content(item: &Value, value: Value) -> Value {
    let mut item = item.clone();
    if let Some(fields) = item.as_object_mut() {
        fields.insert("content".into(), value);
    }
    item
}

/// The text that is set in `item`: an empty one counts where `base` shows that there was one.
fn set<'v>(item: &'v Value, base: Base<&Value>) -> Option<&'v str> {
    let was_text = base.and_then(text).known().is_some();
    item.get("content").and_then(Value::as_str).filter(|text| was_text || !text.is_empty())
}

/// A manifest that both sides have.
fn both(judge: &mut Judge<'_>, spot: &Spot, base: Base<&Value>, own: &Value, target: &Value) -> Value {
    let before = judge.overrides.len();
    let mut merged = match (set(own, base), set(target, base)) {
        (Some(own_text), Some(target_text)) => {
            let base = match base {
                // Where Palette says that it is not overridden, what stands there is what was published.
                _ if field(own, FLAG) == Some(&Value::Bool(false)) => Base::Known(Some(own_text)),
                // It was there, and its text cannot be seen.
                Base::Known(Some(base)) if text(base).is_none() => Base::Unknown,
                Base::Known(base) => Base::Known(base.and_then(text)),
                Base::Unknown => Base::Unknown,
            };
            let merged = documents::merge(judge, spot, &Texts { base, own: own_text, target: Some(target_text) });
            if merged == target_text { target.clone() } else { with_content(target, merged.into()) }
        }
        (Some(own_text), None) => carried(judge, spot, base, (own, own_text), target),
        (None, _) => reference(judge, spot, base, own, target),
    };
    let flag = field(own, FLAG).filter(|flag| **flag == Value::Bool(true));
    let is_told = judge.overrides.len() > before;
    if let Some(result) = merged.as_object_mut() {
        fields(judge, spot, base, (own, Some(target)), Some(&mut *result));
        if is_told && flag.is_some() && result.get("content") != target.get("content") {
            result.insert(FLAG.into(), true.into());
        }
    }
    if !is_told && let Some(flag) = flag {
        // What the cluster set there is nowhere in sight: its own word is all that is known of it.
        let is_base = base.and_then(|base| field(base, FLAG)).known() == Some(flag);
        if !is_base && field(target, FLAG) != Some(flag) && set(own, base).is_none() {
            merged = reference_flag(judge, spot, base, own, merged);
        }
    }
    merged
}

/// Palette's word that the cluster set something in a manifest.
const FLAG: &str = "isOverridden";

/// A reference of which Palette says that something is set in it.
fn reference_flag(judge: &mut Judge<'_>, spot: &Spot, base: Base<&Value>, own: &Value, mut merged: Value) -> Value {
    let is_same = field(own, "uid") == field(&merged, "uid");
    let verdict = if is_same { Verdict::Kept } else { Verdict::Conflict };
    let found = Found {
        published: base.known().and_then(|base| field(base, FLAG)).cloned(),
        own: field(own, FLAG).cloned(),
        target: field(&merged, FLAG).cloned(),
        ..Found::new(format!("field {FLAG}"), verdict)
    };
    match (judge.settle(spot, found), merged.as_object_mut()) {
        (Stands::Own, _) => return own.clone(),
        (Stands::Value(value), Some(fields)) => drop(fields.insert(FLAG.into(), value)),
        _ => {}
    }
    merged
}

/// A manifest whose text the cluster shows and the target does not: it is the base's, or it is carried over, or asked about.
fn carried(
    judge: &mut Judge<'_>,
    spot: &Spot,
    base: Base<&Value>,
    (own, own_text): (&Value, &str),
    target: &Value,
) -> Value {
    if base.and_then(text).known() == Some(own_text) {
        return target.clone();
    }
    let uid = field(target, "uid");
    let is_same = uid.is_some() && [base.known(), Some(own)].into_iter().flatten().any(|it| field(it, "uid") == uid);
    let verdict = match base {
        _ if masked::hides_in_text(own_text) => Verdict::Masked,
        _ if is_same => Verdict::Kept,
        Base::Known(None) => Verdict::Conflict,
        Base::Known(Some(base)) if text(base).is_some() => Verdict::Conflict,
        Base::Known(Some(_)) | Base::Unknown => Verdict::UnknownBase,
    };
    let found = Found {
        published: base.known().map(shown),
        own: Some(own_text.into()),
        target: Some(shown(target)),
        is_masked: |value| value.as_str().is_some_and(masked::hides_in_text),
        ..Found::new(String::new(), verdict)
    };
    match judge.settle(spot, found) {
        Stands::Target => target.clone(),
        Stands::Value(value) => with_content(target, value),
        Stands::Own => {
            let mut item = with_content(target, own_text.into());
            if let (Some(fields), Some(uid)) = (item.as_object_mut(), field(own, "uid")) {
                fields.insert("uid".into(), uid.clone());
            }
            item
        }
    }
}

/// What identifies a manifest, and what Palette keeps of it.
const BOOKS: [&str; 9] = ["name", "kind", "apiVersion", "uid", MANIFEST_UID, "parentUid", "digest", "content", FLAG];

/// Merges the fields beside the text, each as one whole value, into `result`.
fn fields(
    judge: &mut Judge<'_>,
    spot: &Spot,
    base: Base<&Value>,
    (own, target): (&Value, Option<&Value>),
    mut result: Option<&mut Map<String, Value>>,
) {
    let sides = [base.known(), Some(own), target];
    let keys: BTreeSet<_> = sides.into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys).collect();
    for key in keys.into_iter().filter(|key| !BOOKS.contains(&key.as_str())) {
        let (published, set) = (base.and_then(|base| field(base, key)), field(own, key));
        let there = target.and_then(|target| field(target, key));
        let stands = match verdict(published, set, there, target.is_none()) {
            None => Stands::Target,
            Some((verdict, clear)) => {
                let can_stay = target.is_some() && verdict == Verdict::Lost;
                let found = Found {
                    clear,
                    published: published.known().cloned(),
                    own: set.cloned(),
                    target: there.cloned(),
                    is_secret: mask::is_secret_key(key),
                    ..Found::new(format!("field {key}"), if can_stay { Verdict::Conflict } else { verdict })
                };
                judge.settle(spot, found)
            }
        };
        let value = match stands {
            Stands::Own => set.cloned(),
            Stands::Target => there.cloned(),
            Stands::Value(value) => Some(value),
        };
        match (result.as_deref_mut(), value) {
            (Some(result), Some(value)) => drop(result.insert(key.clone(), value)),
            (Some(result), None) => drop(result.shift_remove(key)),
            (None, _) => {}
        }
    }
}

/// A manifest of which a side is but a reference: its uid is what can be compared.
fn reference(judge: &mut Judge<'_>, spot: &Spot, base: Base<&Value>, own: &Value, target: &Value) -> Value {
    let side = |item: &Value| {
        let key = if own.get("uid").is_some() && target.get("uid").is_some() { "uid" } else { "content" };
        field(item, key).cloned()
    };
    let (published, own_side, target_side) = (base.and_then(side), side(own), side(target));
    let published = published.as_ref();
    let Some((verdict, clear)) = verdict(published, own_side.as_ref(), target_side.as_ref(), false) else {
        return target.clone();
    };
    let verdict = if verdict == Verdict::Lost { Verdict::Conflict } else { verdict };
    let found = Found {
        clear,
        published: published.known().cloned(),
        own: own_side,
        target: target_side,
        ..Found::new(String::new(), verdict)
    };
    match judge.settle(spot, found) {
        Stands::Own => own.clone(),
        Stands::Target => target.clone(),
        Stands::Value(value) => with_content(target, value),
    }
}

/// A manifest of the target that the cluster does not have: new, or removed by the cluster.
fn removed(judge: &mut Judge<'_>, spot: &Spot, base: Base<&Value>, target: &Value) -> Option<Value> {
    let verdict = match base {
        Base::Known(None) => return Some(fresh(judge, spot, target)),
        Base::Known(Some(base)) if is_same_manifest(base, target) => Verdict::Kept,
        Base::Known(Some(_)) => Verdict::Conflict,
        Base::Unknown => Verdict::UnknownBase,
    };
    let published = base.known().map(shown);
    let found = Found { published, target: Some(shown(target)), ..Found::new(String::new(), verdict) };
    match judge.settle(spot, found) {
        Stands::Own => None,
        Stands::Target if judge.overrides.last().is_some_and(|it| it.is_open()) => Some(target.clone()),
        Stands::Target => Some(fresh(judge, spot, target)),
        Stands::Value(value) => Some(with_content(target, value)),
    }
}

/// A manifest that the cluster takes as it is published: only its masks are asked about.
fn fresh(judge: &mut Judge<'_>, spot: &Spot, target: &Value) -> Value {
    if !masked::holds(target) {
        return target.clone();
    }
    let Value::Object(mut result) = target.clone() else { return target.clone() };
    let none = Value::Object(Map::new());
    fields(judge, spot, Base::Known(None), (&none, Some(target)), Some(&mut result));
    if let Some(text) = text(target) {
        let merged = documents::merge(judge, spot, &Texts { base: Base::Known(None), own: "", target: Some(text) });
        result.insert("content".into(), merged.into());
    }
    result.into()
}

/// A manifest that was published and is gone in the target: what the cluster set in it is lost.
fn gone(judge: &mut Judge<'_>, spot: &Spot, base: &Value, own: &Value) {
    fields(judge, spot, Base::Known(Some(base)), (own, None), None);
    match (text(base), set(own, Base::Known(Some(base)))) {
        (Some(published), Some(own)) => {
            documents::merge(judge, spot, &Texts { base: Base::Known(Some(published)), own, target: None });
        }
        _ if is_same_manifest(base, own) => {}
        _ => {
            let (published, own) = (Some(shown(base)), Some(shown(own)));
            judge.settle(spot, Found { published, own, ..Found::new(String::new(), Verdict::Lost) });
        }
    }
}
