//! What a user waits for: the merge, the differences, and the lines of a review without its secrets.

use std::error::Error;

use profile_core::{
    diff::{self, Line},
    mask::{Context, Secrets},
    merge::{self, Decisions, Side},
    profile::AttachedProfile,
    repave,
};

use crate::input::Sides;

/// Merges, compares, and lays out all lines; the number of them.
pub fn of(sides: &Sides) -> Result<usize, Box<dyn Error>> {
    let view = |raw| AttachedProfile::new(raw, "spec.clusterProfileTemplates[0]".into());
    let (published, own, target) = (view(&sides.published), view(&sides.own), view(&sides.target));
    let decisions = Decisions { on_conflict: Some(Side::Override), ..Decisions::default() };
    let merged = merge::merge(Some(&published), &own, &target, &decisions);
    let pending = view(&merged.content);
    let changes = diff::compare(std::slice::from_ref(&own), std::slice::from_ref(&pending));
    let cluster = |profile: &AttachedProfile<'_>| serde_json::json!({"spec": {"cloudType": "aws", "clusterProfileTemplates": [profile.raw()]}});
    let (before, after) = (cluster(&own), cluster(&pending));
    let estimates =
        repave::estimate(&profile_core::cluster::Cluster::new(&before), &profile_core::cluster::Cluster::new(&after));
    let mut count = changes.len() + estimates.len();
    for (current, pending) in own.packs().iter().zip(pending.packs()) {
        let context = Context::of_pack(current).and(Context::of_pack(&pending));
        let lines: Vec<Line> = diff::lines(&current.values(), &pending.values(), &context, Secrets::Hidden);
        count += diff::hunks(&lines, 3).len();
    }
    if merged.overrides.is_empty() || merged.open().next().is_some() || changes.is_empty() {
        return Err("the generated sides have no overrides, open questions or no changes".into());
    }
    Ok(count)
}
