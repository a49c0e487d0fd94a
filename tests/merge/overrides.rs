//! Every override is in the result or in a verdict, and nothing that the target changed is lost for nothing.

use std::collections::BTreeSet;

use profile_core::{
    merge::{Decisions, Override, Side, Verdict},
    splice::{Path, Step},
};
use serde_json::{Map, Value};

use crate::{
    choices::for_random_choices,
    document::{changed, document},
    sides::{failed, merged, value},
    written::in_any_style,
};

#[test]
fn every_override_is_in_the_result_or_in_a_verdict_that_says_why_not() {
    for_random_choices(5_000, |choices| {
        let base = document(choices);
        let counts = (1 + choices.below(3), 1 + choices.below(3));
        let (own, target) = (changed(choices, &base, counts.0), changed(choices, &base, counts.1));
        let published = in_any_style(choices, &base);
        let own = in_any_style(choices, &own);
        let target = in_any_style(choices, &target);
        let on_conflict = choices.one_of(&[None, None, Some(Side::Override), Some(Side::Profile)]);
        let decisions = Decisions { on_conflict, ..Decisions::default() };
        let found = merged(Some(&published), &own, &target, &decisions);
        let sides = [value(&published)?, value(&own)?, value(&target)?, value(&found.1)?];
        let all = paths(&found.0.overrides)?;
        judge(&mut Vec::new(), sides.each_ref().map(Some), &all)
            .map_err(|what| failed(&what, &published, &own, &target, &found))
    });
}

struct Told<'o> {
    path: Path,
    it: &'o Override,
}

fn paths(overrides: &[Override]) -> Result<Vec<Told<'_>>, String> {
    let told = overrides.iter().filter(|it| it.verdict != Verdict::CommentLost);
    told.map(|it| Ok(Told { path: it.path.parse()?, it })).collect()
}

/// Walks all sides plainly: published, own, target, result.
fn judge(path: &mut Vec<Step>, sides: [Option<&Value>; 4], all: &[Told<'_>]) -> Result<(), String> {
    let [base, own, target, result] = sides;
    let here = Path(path.clone());
    let is_above = |other: &Path| here.0.starts_with(&other.0);
    let is_below = |other: &Path| other.0.starts_with(&here.0) && other.0.len() > here.0.len();
    let told: Vec<_> = all.iter().filter(|told| is_above(&told.path)).collect();
    if let Some(told) = told.first() {
        // What is told says itself which side stands there.
        let it = told.it;
        let at_told = here == told.path;
        let stands_own =
            it.verdict == Verdict::Kept || it.resolution == Some(profile_core::merge::Resolution::Override);
        let expected = if stands_own { own } else { target };
        if at_told && result != expected {
            return Err(format!("{here}: {:?} is told, and {result:?} stands there, not {expected:?}", it.verdict));
        }
        return Ok(());
    }
    if own == base && all.iter().all(|told| !is_below(&told.path)) {
        return same(&here, result, target, "the cluster set nothing there");
    }
    let children = [base, own, target, result].map(|side| side.and_then(children));
    if all.iter().all(|told| !is_below(&told.path)) && result == own && own == target {
        return Ok(());
    }
    if children.iter().flatten().count() < 2 || children[1].is_none() {
        return Err(format!("{here}: the cluster set {own:?}, and neither is it told nor is it known below"));
    }
    let keys: BTreeSet<&(bool, String)> =
        children.iter().flatten().flat_map(|it| it.iter().map(|(key, _)| key)).collect();
    for key in keys {
        let (is_item, name) = key;
        let step =
            if *is_item { Step::Named { key: "name".into(), value: name.clone() } } else { Step::Key(name.clone()) };
        let side =
            |at: usize| children[at].as_ref().and_then(|all| all.iter().find(|(it, _)| it == key).map(|(_, it)| *it));
        path.push(step);
        judge(path, [side(0), side(1), side(2), side(3)], all)?;
        path.pop();
    }
    Ok(())
}

fn same(path: &Path, result: Option<&Value>, expected: Option<&Value>, why: &str) -> Result<(), String> {
    if result == expected {
        Ok(())
    } else {
        Err(format!("{path}: {why}, and {result:?} stands there, not {expected:?}"))
    }
}

type Child<'v> = ((bool, String), &'v Value);

/// The entries of a mapping, or the items of a list by name.
fn children(value: &Value) -> Option<Vec<Child<'_>>> {
    match value {
        Value::Object(fields) => Some(fields.iter().map(|(key, value)| ((false, key.clone()), value)).collect()),
        Value::Array(items) => {
            items.iter().map(|item| Some(((true, item.as_object().and_then(name)?.to_owned()), item))).collect()
        }
        _ => None,
    }
}

fn name(fields: &Map<String, Value>) -> Option<&str> {
    fields.get("name")?.as_str()
}
