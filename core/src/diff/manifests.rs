//! Compares the attached manifests of a pack by name.

use serde_json::Value;

use super::{Difference, Kind, paired};
use crate::pack::Manifest;

/// All differences between two lists of manifests. Content counts where a side has it, else the reference does.
pub(super) fn compare(current: &[Manifest<'_>], pending: &[Manifest<'_>]) -> Vec<Difference> {
    let pairs = paired(current, pending, |manifest| manifest.name.clone().into_owned());
    pairs.into_iter().filter_map(|(before, after)| difference(before, after)).collect()
}

fn difference(before: Option<&Manifest<'_>>, after: Option<&Manifest<'_>>) -> Option<Difference> {
    let same = match (before, after) {
        // Each published version has manifests of its own uid: with both contents in sight the uid says nothing more.
        (Some(before), Some(after)) if before.content.is_some() && after.content.is_some() => {
            before.content == after.content
        }
        _ => before == after,
    };
    let name = before.or(after)?.name.clone().into_owned();
    let shown = |side: Option<&Manifest<'_>>| {
        let side = side?;
        let text = side.content.clone().or_else(|| side.uid.as_ref().map(|uid| format!("(uid {uid})").into()));
        Some(Value::from(text.unwrap_or_else(|| "(content not visible)".into()).into_owned()))
    };
    (!same).then(|| Difference {
        kind: Kind::Manifest,
        path: Some(name),
        current: shown(before),
        pending: shown(after),
        is_secret: false,
    })
}
