//! Leaves out what the user does not want to see: changes at a path or below it.

use profile_core::{
    diff::{self, Change, Kind},
    merge::{Override, Part},
    profile::AttachedProfile,
    splice::{self, Edit, Path, Tree},
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

    /// The differences that are left. What is left out is set back to Current in Pending, so that no text shows it.
    pub(super) fn apply(&self, sides: &Sides) -> Kept {
        let all = differences(sides, &sides.pending);
        let ignored: Vec<_> = all.iter().filter(|change| self.covers(change)).collect();
        let left_out = ignored.len();
        if left_out == 0 {
            return Kept { changes: all, left_out, pending: sides.pending.clone() };
        }
        let pending = set_back(sides, &ignored);
        // A text can still differ in its comments, which only shows once nothing else does.
        let changes = differences(sides, &pending).into_iter().filter(|change| !self.covers(change)).collect();
        Kept { left_out, changes, pending }
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
fn differences(sides: &Sides, pending: &Value) -> Vec<Change> {
    let after = AttachedProfile::new(pending, "pending".into());
    match (sides.current.is_null(), pending.is_null()) {
        (false, false) => diff::compare_profile(&sides.current(), &after),
        (true, true) => Vec::new(),
        (true, false) => diff::compare(&[], &[after]),
        (false, true) => diff::compare(&[sides.current()], &[]),
    }
}

/// Pending with the ignored places as Current has them, as far as its texts can be edited there.
fn set_back(sides: &Sides, ignored: &[&Change]) -> Value {
    let mut pending = sides.pending.clone();
    let current = sides.current().packs();
    for pack in sides.pending().packs() {
        let of_pack = ignored.iter().filter(|change| change.pack.as_deref() == Some(pack.name().as_ref()));
        let paths: Vec<_> = of_pack
            .filter(|change| change.kind == Kind::Value)
            .filter_map(|change| Some((change.path.as_deref()?.parse::<Path>().ok()?, change.current.is_some())))
            .collect();
        let mut same = current.iter().filter(|it| it.name() == pack.name());
        let (Some(before), None, false) = (same.next(), same.next(), paths.is_empty()) else { continue };
        let (old, new) = (before.values(), pack.values());
        let Ok(source) = Tree::parse(&old) else { continue };
        let edits: Vec<_> = paths
            .into_iter()
            .map(|(path, is_there)| match is_there {
                true => Edit::Graft { path: path.clone(), source: &source, from: path },
                false => Edit::Remove { path },
            })
            .collect();
        let pointer = format!("/{}/values", pack.path().replace(['.', '['], "/").replace(']', ""));
        // The path of a pack begins with the name of the side, which the side itself does not have.
        let inside = pointer.split_once("/packs").map(|(_, rest)| format!("/packs{rest}"));
        if let (Ok(text), Some(values)) =
            (splice::apply(&new, &edits), inside.and_then(|inside| pending.pointer_mut(&inside)))
        {
            *values = text.into();
        }
    }
    pending
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn left(ignored: &[&str]) -> (Vec<String>, usize) {
        let of = |values: &str, version: &str| json!({"name": "p", "packs": [{"name": "a", "version": version, "values": values}]});
        let sides = Sides {
            current: of("x: {y: 1, z: 1}\nxy: 1\n", "1"),
            pending: of("x: {y: 2, z: 2}\nxy: 2\n", "2"),
            current_label: String::new(),
            pending_label: String::new(),
        };
        let ignored: Vec<_> = ignored.iter().map(|it| (*it).to_owned()).collect();
        let kept = Ignored::new(&ignored).apply(&sides);
        (kept.changes.iter().map(Change::title).collect(), kept.left_out)
    }

    #[test]
    fn a_path_leaves_out_what_stands_at_it_or_below_it() {
        let all = ["p/a: version", "p/a: x.y", "p/a: x.z", "p/a: xy"];
        let check = |ignored: &[&str], expected: &[&str]| {
            let (titles, count) = left(ignored);
            assert_eq!(
                (titles, count),
                (expected.iter().map(|it| (*it).to_owned()).collect(), 4 - expected.len()),
                "{ignored:?}"
            );
        };
        check(&[], &all);
        check(&["x"], &["p/a: version", "p/a: xy"]);
        check(&["a: x.y", "p/a: xy"], &["p/a: version", "p/a: x.z"]);
        check(&["b: x", "q/a: x", "nothing"], &all);
        check(&["a: version"], &["p/a: x.y", "p/a: x.z", "p/a: xy"]);
        check(&["a:"], &[]);
    }
}
