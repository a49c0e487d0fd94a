//! Claims about whole merges: what stands in the result, and which verdict each override has.

use serde_json::{Value, json};

use super::*;

mod beside;
mod decisions;
mod manifests;
mod masks;
mod presets;
mod values;

/// A profile of the packs.
fn profile(packs: &Value) -> Value {
    json!({"name": "p", "packs": packs})
}

fn merged_profiles(published: Option<&Value>, own: &Value, target: &Value, decisions: &Decisions) -> Merged {
    let view = |raw| AttachedProfile::new(raw, "t".into());
    let published = published.map(view);
    merge(published.as_ref(), &view(own), &view(target), decisions)
}

/// The merge of the values of pack `a`.
fn merged(published: Option<&str>, own: &str, target: &str, decisions: &Decisions) -> Merged {
    let of = |values: &str| profile(&json!([{"name": "a", "values": values}]));
    merged_profiles(published.map(of).as_ref(), &of(own), &of(target), decisions)
}

fn values(merged: &Merged) -> &str {
    merged.content["packs"][0]["values"].as_str().unwrap_or_default()
}

fn verdicts(merged: &Merged) -> Vec<(Verdict, &str)> {
    merged.overrides.iter().map(|it| (it.verdict, it.path.as_str())).collect()
}

fn places(merged: &Merged) -> Vec<(Verdict, String)> {
    merged.overrides.iter().map(|it| (it.verdict, it.place())).collect()
}

#[track_caller]
fn check(published: &str, own: &str, target: &str, result: &str, expected: &[(Verdict, &str)]) {
    let merged = merged(Some(published), own, target, &Decisions::default());
    assert_eq!((values(&merged), verdicts(&merged)), (result, expected.to_vec()), "{:#?}", merged.notes);
}

fn on_conflict(side: Side) -> Decisions {
    Decisions { on_conflict: Some(side), ..Decisions::default() }
}

fn resolved(place: &str, resolution: Resolution) -> Decisions {
    Decisions { by_place: [(place.to_owned(), resolution)].into(), ..Decisions::default() }
}

fn accepting(place: &str) -> Decisions {
    Decisions { accepted_losses: [place.to_owned()].into(), ..Decisions::default() }
}
