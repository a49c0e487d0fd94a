//! Settles each override by what the user decided.

use serde_json::Value;

use super::{Decisions, Merged, Override, Part, Resolution, Side, Verdict, masked};

/// Where overrides are found: in a pack or in the profile itself.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) pack: Option<String>,
    pub(super) part: Part,
    /// Which object of a manifest of several, in words.
    pub(super) document: Option<String>,
}

impl Spot {
    /// A whole part of a pack, or of the profile itself.
    pub(super) fn new(pack: Option<&str>, part: Part) -> Self {
        Self { pack: pack.map(str::to_owned), part, document: None }
    }
}

/// A value that the cluster sets itself, before anything is decided.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) path: String,
    pub(super) verdict: Verdict,
    pub(super) published: Option<Value>,
    pub(super) own: Option<Value>,
    pub(super) target: Option<Value>,
    /// What is clear without asking.
    pub(super) clear: Option<Resolution>,
    /// Whether the cluster's value can be put there although the verdict is [`Verdict::Lost`].
    pub(super) can_return: bool,
    pub(super) preset: Option<String>,
    /// What the user decided for that preset, which decides its values, too.
    pub(super) by_preset: Option<Resolution>,
    pub(super) is_secret: bool,
    /// Tells a value that is masked.
    pub(super) is_masked: fn(&Value) -> bool,
}

impl Found {
    /// One without anything special.
    pub(super) fn new(path: String, verdict: Verdict) -> Self {
        Self {
            path,
            verdict,
            published: None,
            own: None,
            target: None,
            clear: None,
            can_return: false,
            preset: None,
            by_preset: None,
            is_secret: false,
            is_masked: masked::hides,
        }
    }
}

/// What stands in the result.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stands {
    Own,
    Target,
    Value(Value),
}

/// Collects the overrides and settles them.
pub(super) struct Judge<'d> {
    decisions: &'d Decisions,
    profile: String,
    pub(super) overrides: Vec<Override>,
    pub(super) notes: Vec<String>,
}

impl<'d> Judge<'d> {
    pub(super) fn new(decisions: &'d Decisions, profile: &str) -> Self {
        let profile = profile.to_owned();
        Self { decisions, profile, overrides: Vec::new(), notes: Vec::new() }
    }

    /// The words before the path of what stands at `spot`, for notes.
    pub(super) fn place(&self, spot: &Spot) -> String {
        self.override_of(spot, Found::new(String::new(), Verdict::Kept)).place()
    }

    /// Takes an override down and tells what stands there.
    pub(super) fn settle(&mut self, spot: &Spot, mut found: Found) -> Stands {
        let (clear, can_return) = (found.clear.take(), found.can_return);
        let (by_preset, is_masked) = (found.by_preset.take(), found.is_masked);
        let mut it = self.override_of(spot, found);
        let decided = self.decided(&it).or(by_preset);
        let on_conflict = self.decisions.on_conflict.map(|side| match side {
            Side::Override => Resolution::Override,
            Side::Profile => Resolution::Profile,
        });
        let resolution = match it.verdict {
            Verdict::CommentLost => None,
            Verdict::Redundant => decided.filter(|it| matches!(it, Resolution::Value(_))),
            Verdict::Kept => decided.filter(|it| *it != Resolution::Override),
            Verdict::Conflict | Verdict::TypeChanged | Verdict::UnknownBase => decided.or(on_conflict),
            Verdict::Masked => decided.or(clear),
            Verdict::Lost => {
                decided.or_else(|| self.decisions.accepts_loss(&it).then_some(Resolution::Profile)).filter(|decision| {
                    let is_possible = can_return || *decision == Resolution::Profile;
                    if !is_possible {
                        self.notes.push(format!("{}: its pack or manifest is gone, so it cannot be kept", it.place()));
                    }
                    is_possible
                })
            }
        };
        it.resolution = resolution.filter(|decision| {
            let side = match decision {
                Resolution::Override => it.own.as_ref(),
                Resolution::Profile => it.target.as_ref(),
                Resolution::Value(value) => Some(value),
            };
            let is_masked = it.verdict != Verdict::Lost
                && side.is_some_and(|side| {
                    // A side whose text only holds a mask is one as a whole, too.
                    let is_side = !matches!(decision, Resolution::Value(_));
                    is_masked(side) || (is_side && it.verdict == Verdict::Masked && masked::holds(side))
                });
            if is_masked {
                self.notes.push(format!("{}: that side is masked, and a mask is never written", it.place()));
            }
            !is_masked
        });
        let stands = match (&it.resolution, it.verdict) {
            (Some(Resolution::Override), _) | (None, Verdict::Kept) => Stands::Own,
            (Some(Resolution::Value(value)), _) => Stands::Value(value.clone()),
            (Some(Resolution::Profile) | None, _) => Stands::Target,
        };
        self.overrides.push(it);
        stands
    }

    /// Turns overrides that could not be put into the target's text into conflicts.
    pub(super) fn refuse(&mut self, at: usize, reason: &str) {
        let on_conflict = self.decisions.on_conflict;
        let Some(it) = self.overrides.get_mut(at) else { return };
        if it.resolution == Some(Resolution::Profile) {
            return;
        }
        it.verdict = Verdict::Conflict;
        it.refused = Some(reason.to_owned());
        it.resolution = (on_conflict == Some(Side::Profile)).then_some(Resolution::Profile);
    }

    /// What the user decided for exactly this place.
    pub(super) fn decided(&self, it: &Override) -> Option<Resolution> {
        names(it).iter().find_map(|name| self.decisions.by_place.get(name)).cloned()
    }

    fn override_of(&self, spot: &Spot, found: Found) -> Override {
        Override {
            profile: self.profile.clone(),
            pack: spot.pack.clone(),
            part: spot.part.clone(),
            path: match &spot.document {
                None => found.path,
                Some(document) if found.path.is_empty() => document.clone(),
                Some(document) => format!("{document}: {}", found.path),
            },
            verdict: found.verdict,
            published: found.published,
            own: found.own,
            target: found.target,
            resolution: None,
            preset: found.preset,
            is_secret: found.is_secret,
            refused: None,
        }
    }

    pub(super) fn finish(self, content: Value) -> Merged {
        Merged { content, overrides: self.overrides, notes: self.notes }
    }
}

/// Whether an accepted loss means this override: by its place, or by that of its pack.
pub(super) fn is_accepted(decisions: &Decisions, it: &Override) -> bool {
    let packs = it.pack.iter().flat_map(|pack| [owner(it), pack.clone()]);
    names(it).into_iter().chain(packs).any(|name| decisions.accepted_losses.contains(&name))
}

/// All names of a place, the most exact first: whole, without the profile, without the pack.
pub(super) fn names(it: &Override) -> Vec<String> {
    let place = it.place();
    let inside =
        place.strip_prefix(it.profile.as_str()).map(|rest| rest.trim_start_matches(['/', ':', ' ']).to_owned());
    let part = place.strip_prefix(owner(it).as_str()).map(|rest| rest.trim_start_matches([',', ':', ' ']).to_owned());
    let mut names = vec![place.clone()];
    for name in [inside, part, Some(it.path.clone())].into_iter().flatten() {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn owner(it: &Override) -> String {
    it.pack.as_deref().map_or_else(|| it.profile.clone(), |pack| format!("{}/{pack}", it.profile))
}
