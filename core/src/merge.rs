//! Carries what a cluster sets itself over to another content: a three-way merge with a verdict for every value.
//!
//! Its sides are *published* (the base: what was published when the cluster took it), *override* (the cluster's own copy)
//! and *profile* (the target as it is published).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::profile::AttachedProfile;

mod comments;
mod decisions;
mod documents;
mod edits;
mod fields;
mod lines;
mod manifests;
mod masked;
mod named;
mod packs;
mod places;
mod presets;
mod sides;
#[cfg(test)]
mod tests;
mod texts;
mod told;
mod tree;
mod variables;

pub use masked::is_mask;

use decisions::Judge;
pub use places::masked_places;
use sides::Base;

/// The side that wins where two differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What the cluster sets itself.
    Override,
    /// What the target publishes.
    Profile,
}

/// What the user decided for one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resolution {
    /// The cluster's own value stays.
    Override,
    /// The target's value is taken.
    Profile,
    /// Neither: this value.
    Value(Value),
}

/// Everything that the user decided beforehand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    /// Which side wins wherever nothing finer is said.
    pub on_conflict: Option<Side>,
    /// Decisions by place; see [`Override::place`]. Without the profile, or as the path alone, a place is understood, too.
    pub by_place: BTreeMap<String, Resolution>,
    /// Places whose override may be lost.
    pub accepted_losses: BTreeSet<String>,
}

impl Decisions {
    /// Whether the user accepts that this override is lost: by its place, or by that of its pack.
    pub fn accepts_loss(&self, it: &Override) -> bool {
        decisions::is_accepted(self, it)
    }
}

/// What becomes of an override.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Only the cluster changed it: it is put into the target's text.
    Kept,
    /// The target publishes the very value that the cluster set.
    Redundant,
    /// Both changed it, differently.
    Conflict,
    /// The place of it is gone in the target.
    Lost,
    /// It is of another type in the target.
    TypeChanged,
    /// What it was set over is not known.
    UnknownBase,
    /// A comment that only the cluster has found no place; nothing is to be decided.
    CommentLost,
    /// A side of it is masked, as exports mask secrets, and a mask is never written.
    Masked,
}

/// Where in a pack or in a profile an override stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// In the values.
    Values,
    /// In the line that records the presets.
    Presets,
    /// In the attached manifest of that name.
    Manifest(String),
    /// The profile variable of that name.
    Variable(String),
    /// In a field beside the values, such as `version` or `params`.
    Field(String),
    /// The pack itself, which only one side has.
    Pack,
}

/// One value that the cluster sets itself, and what becomes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The profile's name.
    pub profile: String,
    /// The pack's name; absent for what belongs to the profile itself.
    pub pack: Option<String>,
    /// Where in it.
    pub part: Part,
    /// The path inside a text of YAML; empty where the part is the whole.
    pub path: String,
    /// What becomes of it.
    pub verdict: Verdict,
    /// The base.
    pub published: Option<Value>,
    /// The cluster's own value; absent where the cluster removed it.
    pub own: Option<Value>,
    /// What the target publishes.
    pub target: Option<Value>,
    /// What was decided, where it took a decision.
    pub resolution: Option<Resolution>,
    /// The preset that brings this value, as `GROUP:NAME`, where one does.
    pub preset: Option<String>,
    /// Whether what stands around the value says that it is secret.
    pub is_secret: bool,
    /// Why the target's text cannot take the cluster's value, where it cannot: then only the target's side and an edit by
    /// hand settle it.
    pub refused: Option<String>,
}

impl Override {
    /// Where it stands, as all decisions name it: `PROFILE/PACK: PATH`, `PROFILE/PACK, manifest NAME: PATH`,
    /// `PROFILE/PACK: presets GROUP`, `PROFILE: variable NAME`.
    pub fn place(&self) -> String {
        let owner =
            self.pack.as_deref().map_or_else(|| self.profile.clone(), |pack| format!("{}/{pack}", self.profile));
        let path = |owner: String| if self.path.is_empty() { owner } else { format!("{owner}: {}", self.path) };
        match &self.part {
            Part::Values | Part::Pack => path(owner),
            Part::Presets if self.path.is_empty() => format!("{owner}: presets"),
            Part::Presets => format!("{owner}: presets {}", self.path),
            Part::Manifest(name) => path(format!("{owner}, manifest {name}")),
            Part::Variable(name) => format!("{owner}: variable {name}"),
            Part::Field(name) => format!("{owner}: field {name}"),
        }
    }

    /// Whether a decision for `name` means this place: as it is written out, without its profile, or as the path alone.
    pub fn is_named(&self, name: &str) -> bool {
        decisions::names(self).iter().any(|it| it == name)
    }

    /// Whether the user has to decide before anything may be written.
    pub fn is_open(&self) -> bool {
        self.resolution.is_none()
            && match self.verdict {
                Verdict::Conflict | Verdict::Lost | Verdict::TypeChanged | Verdict::UnknownBase | Verdict::Masked => {
                    true
                }
                Verdict::Kept | Verdict::Redundant | Verdict::CommentLost => false,
            }
    }
}

/// The outcome of a merge.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The attached profile after it. Where something is open, the target's side stands there for now.
    pub content: Value,
    /// Every override: those of the profile itself, then by pack as the packs stand in the target, then of packs that are
    /// gone there.
    pub overrides: Vec<Override>,
    /// What else should be known, such as a text that was merged line by line.
    pub notes: Vec<String>,
}

impl Merged {
    /// The overrides that the user has to decide.
    pub fn open(&self) -> impl Iterator<Item = &Override> {
        self.overrides.iter().filter(|it| it.is_open())
    }
}

/// Merges what `own` sets over `published` into `target`. The content is the target's, with the overrides in it and with
/// what only the cluster's own entry holds beside the packs.
pub fn merge(
    published: Option<&AttachedProfile<'_>>,
    own: &AttachedProfile<'_>,
    target: &AttachedProfile<'_>,
    decisions: &Decisions,
) -> Merged {
    let name = Some(target.name()).filter(|name| !name.is_empty()).unwrap_or_else(|| own.name());
    let mut judge = Judge::new(decisions, &name);
    let base = published.map_or(Base::Unknown, |published| Base::Known(Some(published.raw())));
    let mut content = fields::of_profile(&mut judge, base, own.raw(), target.raw());
    variables::merge(&mut judge, base, own.raw(), target.raw(), &mut content);
    let published = published.map(AttachedProfile::packs);
    let packs = packs::merge(&mut judge, published.as_deref(), &own.packs(), &target.packs());
    if target.raw().get("packs").is_some_and(Value::is_array) || !packs.is_empty() {
        content.insert("packs".into(), packs.into());
    }
    judge.finish(content.into())
}
