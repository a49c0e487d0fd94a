//! Merges manifests of several documents, each matched by the object that it is.

use super::{
    decisions::{Judge, Spot},
    presets::Presets,
    texts::{self, Texts},
};

/// The target's documents with the overrides in them.
pub(super) fn merge(judge: &mut Judge<'_>, spot: &Spot, texts: &Texts<'_>) -> String {
    let presets = Presets::none(judge);
    texts::merge(judge, spot, texts, &presets)
}
