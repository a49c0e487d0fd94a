//! Leaves out what the user does not want to see: changes at a path or below it.

use profile_core::{
    diff::{self, Change, Kind},
    merge::{Override, Part},
    profile::AttachedProfile,
    splice::{self, Edit, Path, Tree},
};
use serde_json::Value;

use super::{Review, Sides};

/// The places to leave out.
pub(super) struct Ignored<'a> {
    places: Vec<Place<'a>>,
    /// Those, as they were given, at which nothing differs and nothing is overridden: perhaps they are misspelt.
    pub(super) unmet: Vec<String>,
}

/// `PATH`, `PACK: PATH`, `PROFILE/PACK: PATH`, `PACK:`, or the place of a whole pack without the colon.
struct Place<'a> {
    given: &'a str,
    owner: Option<&'a str>,
    path: &'a str,
    /// The path as differences write it, which a key in needless quotes does not.
    plain: String,
}

/// One value of `--ignore`, which has to name something.
pub(super) fn given(text: &str) -> Result<String, String> {
    if text.trim().trim_end_matches(':').trim().is_empty() {
        return Err("it names nothing; write a path such as ui.replicas, or a pack such as hello-universe".into());
    }
    Ok(text.to_owned())
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
    /// Reads what `--ignore` was given, and finds what of `review` it means.
    pub(super) fn of(given: &'a [String], review: &Review) -> Self {
        let mut ignored = Self { places: given.iter().map(|text| Place::read(text)).collect(), unmet: Vec::new() };
        if ignored.places.is_empty() {
            return ignored;
        }
        let changes: Vec<_> = review.sides.iter().flat_map(|sides| differences(sides, &sides.pending)).collect();
        let overrides = &review.overrides;
        let is_met =
            |place: &Place<'_>| changes.iter().any(|it| place.is_of(it)) || overrides.iter().any(|it| place.holds(it));
        for place in &mut ignored.places {
            if is_met(place) {
                continue;
            }
            // What is no path here may be the place of a pack.
            let whole = Place { owner: Some(place.given.trim()), path: "", plain: String::new(), ..*place };
            let mut packs = changes.iter().map(|it| (&it.profile, &it.pack));
            let mut own_packs = overrides.iter().map(|it| (&it.profile, &it.pack));
            let is_pack = |(profile, pack): (&String, &Option<String>)| {
                pack.is_some() && whole.is_owned_by(profile, pack.as_deref())
            };
            if place.owner.is_none() && (packs.any(is_pack) || own_packs.any(is_pack)) {
                *place = whole;
            } else if !overrides.iter().any(|it| it.is_named(place.given)) {
                ignored.unmet.push(place.given.to_owned());
            }
        }
        ignored
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
        self.places.iter().any(|place| place.is_of(change))
    }

    /// Whether the override stands at a place that is left out.
    pub(super) fn covers_override(&self, it: &Override) -> bool {
        self.places.iter().any(|place| place.holds(it) || it.is_named(place.given))
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

impl<'a> Place<'a> {
    fn read(text: &'a str) -> Self {
        let (owner, path) = match text.split_once(": ").or_else(|| text.strip_suffix(':').map(|it| (it, ""))) {
            Some((owner, path)) => (Some(owner.trim()), path.trim()),
            None => (None, text.trim()),
        };
        let plain = path.parse::<Path>().map_or_else(|_| path.to_owned(), |path| path.to_string());
        Self { given: text, owner, path, plain }
    }

    fn is_of(&self, change: &Change) -> bool {
        let path = match change.kind {
            Kind::PackVersion | Kind::ProfileVersion => "version",
            Kind::Presets => "presets",
            _ => change.path.as_deref().unwrap_or_default(),
        };
        self.is_owned_by(&change.profile, change.pack.as_deref()) && self.is_above(path)
    }

    fn holds(&self, it: &Override) -> bool {
        let path = match &it.part {
            Part::Presets => "presets",
            Part::Field(name) | Part::Variable(name) => name,
            Part::Manifest(name) if it.path.is_empty() => name,
            _ => &it.path,
        };
        self.is_owned_by(&it.profile, it.pack.as_deref()) && self.is_above(path)
    }

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
        let is_below =
            |own: &str| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        is_below(self.path) || is_below(&self.plain)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn review() -> Review {
        let of = |values: &str, version: &str| json!({"name": "p", "packs": [{"name": "a", "version": version, "values": values}]});
        let sides = Sides {
            current: of("x: {y: 1, z: 1}\nxy: 1\n", "1"),
            pending: of("x: {y: 2, z: 2}\nxy: 2\n", "2"),
            current_label: String::new(),
            pending_label: String::new(),
        };
        Review { sides: vec![sides], ..Review::default() }
    }

    fn left(ignored: &[&str]) -> (Vec<String>, usize) {
        let ignored: Vec<_> = ignored.iter().map(|it| (*it).to_owned()).collect();
        let review = review();
        let kept = Ignored::of(&ignored, &review).apply(&review.sides[0]);
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
        check(&["[\"x\"].y", "a: [\"xy\"]"], &["p/a: version", "p/a: x.z"]);
    }

    #[test]
    fn a_pack_is_left_out_as_a_whole_by_its_place() {
        for place in ["a", "p/a", "a:", "p/a:"] {
            assert_eq!(left(&[place]), (Vec::new(), 4), "{place}");
        }
        for place in ["p", "q/a", "b"] {
            assert_eq!(left(&[place]).1, 0, "{place}");
        }
    }

    #[test]
    fn what_meets_nothing_is_known() {
        let ignored: Vec<_> = ["x", "nope", "[", "p/a", "b: x", "p"].map(ToOwned::to_owned).into();
        assert_eq!(Ignored::of(&ignored, &review()).unmet, ["nope", "[", "b: x", "p"]);
        for text in ["", " ", ":", " : "] {
            assert!(given(text).is_err(), "{text:?}");
        }
    }
}
