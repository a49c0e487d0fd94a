//! Merges texts of values as the values of a pack.

use profile_core::{
    merge::{self, Decisions, Merged},
    profile::AttachedProfile,
    splice::Tree,
};
use serde_json::{Value, json};

/// The merge of three texts of values, and the text that comes out.
pub(crate) fn merged(published: Option<&str>, own: &str, target: &str, decisions: &Decisions) -> (Merged, String) {
    let of = |values: &str| json!({"name": "p", "packs": [{"name": "k", "values": values}]});
    let (published, own, target) = (published.map(of), of(own), of(target));
    let view = |raw| AttachedProfile::new(raw, "t".into());
    let merged = merge::merge(published.as_ref().map(view).as_ref(), &view(&own), &view(&target), decisions);
    let text = merged.content["packs"][0]["values"].as_str().unwrap_or_default().to_owned();
    (merged, text)
}

/// What a text reads as.
pub(crate) fn value(text: &str) -> Result<Value, String> {
    Tree::parse(text).map(|tree| tree.value()).map_err(|error| format!("{error}:\n{text}"))
}

/// A failure that shows all sides.
pub(crate) fn failed(what: &str, base: &str, own: &str, target: &str, (merged, text): &(Merged, String)) -> String {
    let overrides: Vec<_> = merged.overrides.iter().map(|it| format!("{:?} {}", it.verdict, it.place())).collect();
    format!(
        "{what}\n--- published\n{base}\n--- override\n{own}\n--- profile\n{target}\n--- result\n{text}\n--- verdicts\n{overrides:#?}\n{:#?}",
        merged.notes
    )
}
