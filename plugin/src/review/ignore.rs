//! Leaves out what the user does not want to see: changes at a path or below it.

use profile_core::{
    diff::{self, Change, Kind},
    merge::{Override, Part},
    profile::AttachedProfile,
};
use serde_json::Value;

use super::Sides;

/// The places to leave out.
pub(super) struct Ignored<'a> {
    places: Vec<Place<'a>>,
}

/// `PATH`, `PACK: PATH`, `PROFILE/PACK: PATH` or `PACK:`.
struct Place<'a> {
    owner: Option<&'a str>,
    path: &'a str,
}

/// What is left of both sides.
pub(super) struct Kept {
    pub(super) changes: Vec<Change>,
    pub(super) left_out: usize,
    pending: Value,
}

impl Kept {
    pub(super) fn pending(&self) -> AttachedProfile<'_> {
        AttachedProfile::new(&self.pending, "pending".into())
    }
}

impl<'a> Ignored<'a> {
    /// Reads what `--ignore` was given.
    pub(super) fn new(given: &'a [String]) -> Self {
        let place = |text: &'a String| match text.split_once(": ").or_else(|| text.strip_suffix(':').map(|it| (it, "")))
        {
            Some((owner, path)) => Place { owner: Some(owner.trim()), path: path.trim() },
            None => Place { owner: None, path: text.trim() },
        };
        Self { places: given.iter().map(place).collect() }
    }

    /// The differences that are left.
    pub(super) fn apply(&self, sides: &Sides) -> Kept {
        let all = differences(sides);
        let count = all.len();
        let changes: Vec<_> = all.into_iter().filter(|change| !self.covers(change)).collect();
        Kept { left_out: count - changes.len(), changes, pending: sides.pending.clone() }
    }

    fn covers(&self, change: &Change) -> bool {
        let path = match change.kind {
            Kind::PackVersion | Kind::ProfileVersion => "version",
            Kind::Presets => "presets",
            _ => change.path.as_deref().unwrap_or_default(),
        };
        self.covers_place(&change.profile, change.pack.as_deref(), path)
    }

    /// Whether the override stands at a place that is left out.
    pub(super) fn covers_override(&self, it: &Override) -> bool {
        let path = match &it.part {
            Part::Presets => "presets",
            Part::Field(name) | Part::Variable(name) => name,
            Part::Manifest(name) if it.path.is_empty() => name,
            _ => &it.path,
        };
        self.covers_place(&it.profile, it.pack.as_deref(), path)
    }

    fn covers_place(&self, profile: &str, pack: Option<&str>, path: &str) -> bool {
        self.places.iter().any(|place| place.is_owned_by(profile, pack) && place.is_above(path))
    }
}

/// A profile that only one side has is a difference as a whole.
fn differences(sides: &Sides) -> Vec<Change> {
    match (sides.current.is_null(), sides.pending.is_null()) {
        (false, false) => diff::compare_profile(&sides.current(), &sides.pending()),
        (true, true) => Vec::new(),
        (true, false) => diff::compare(&[], &[sides.pending()]),
        (false, true) => diff::compare(&[sides.current()], &[]),
    }
}

impl Place<'_> {
    fn is_owned_by(&self, profile: &str, pack: Option<&str>) -> bool {
        self.owner.is_none_or(|owner| match pack {
            Some(pack) => owner == pack || owner.split_once('/') == Some((profile, pack)),
            None => owner == profile,
        })
    }

    fn is_above(&self, path: &str) -> bool {
        if self.path.is_empty() {
            return self.owner.is_some();
        }
        path.strip_prefix(self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}
