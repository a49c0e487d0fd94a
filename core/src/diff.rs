//! Compares two profile contents: packs, versions, values by path, manifests.

use serde::Serialize;
use serde_json::Value;

use crate::{
    cluster::Cluster,
    field,
    mask::{self, Context, Secrets},
    merge::is_mask,
    pack::Pack,
    profile::{self, AttachedProfile},
    yaml,
};

mod fields;
mod lines;
mod manifests;
mod operations;
mod rows;
mod unified;
mod values;

pub(crate) use fields::{BOOKS_OF_PACKS, KNOWN_IN_PROFILES};
pub use lines::{Line, Tag, lines};
pub use operations::operations;
pub use rows::{Part, Row, rows};
pub use unified::{header, hunks};

/// What kind of difference a [`Change`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Kind {
    /// A profile is attached that was not.
    ProfileAdded,
    /// A profile is no longer attached.
    ProfileRemoved,
    /// Another version of the profile.
    ProfileVersion,
    /// A pack that was not there.
    PackAdded,
    /// A pack that is gone.
    PackRemoved,
    /// Another version or tag of the pack.
    PackVersion,
    /// Another layer or type of the pack.
    PackPlace,
    /// A value that is set otherwise, is new or is gone.
    Value,
    /// The presets that line 1 of the values records.
    Presets,
    /// Values whose text differs in comments, order or format only.
    Format,
    /// Values that cannot be compared by path, because a side is not valid YAML.
    Text,
    /// An attached manifest that is new, gone or differs.
    Manifest,
    /// Another field of the pack or of the profile, such as `params` or `variables`.
    Field,
}

/// One difference between Current and Pending.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The profile's name.
    pub profile: String,
    /// The pack's name; absent when the profile itself differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// What kind of difference it is.
    pub kind: Kind,
    /// Where in the pack: a path into its values such as `manifests.api.replicas`, or a manifest's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The current side; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Value>,
    /// The pending side; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<Value>,
    /// Whether what stands around the path says that both sides are secret, as a Secret does of its `data`.
    #[serde(skip)]
    is_secret: bool,
}

impl Change {
    /// Where the change stands: `PROFILE/PACK: PATH` as far as there is one.
    pub fn place(&self) -> String {
        let pack = self.pack.as_deref().map_or_else(|| self.profile.clone(), |pack| format!("{}/{pack}", self.profile));
        self.path.as_deref().map_or_else(|| pack.clone(), |path| format!("{pack}: {path}"))
    }

    /// [`Change::place`], and in words what differs there where the place does not say it.
    pub fn title(&self) -> String {
        let what = match self.kind {
            Kind::ProfileAdded | Kind::PackAdded => " (added)",
            Kind::ProfileRemoved | Kind::PackRemoved => " (removed)",
            Kind::ProfileVersion | Kind::PackVersion => ": version",
            Kind::PackPlace => ": layer or type",
            Kind::Presets => ": presets",
            Kind::Format => ": comments or format",
            Kind::Text => ": values, which are not valid YAML",
            Kind::Manifest => " (manifest)",
            Kind::Value | Kind::Field => "",
        };
        format!("{}{what}", self.place())
    }

    /// The same change without what may be secret, unless that is shown. `context` is what is known of the pack.
    #[must_use]
    pub fn masked(mut self, context: &Context, secrets: Secrets) -> Self {
        if secrets == Secrets::Shown {
            return self;
        }
        let path = self.path.clone().unwrap_or_default();
        let has_keys = matches!(self.kind, Kind::Value | Kind::Field);
        let steps: Vec<_> = if has_keys { path.split(['.', '[', ']']).collect() } else { Vec::new() };
        for side in [&mut self.current, &mut self.pending] {
            let is_hidden = self.is_secret && side.as_ref().is_some_and(|value| !value.is_null());
            let value = |value| if is_hidden { mask::MASK.into() } else { secrets.value(&steps, &value, context) };
            *side = side.take().map(value);
        }
        self
    }
}

/// All differences between two lists of attached profiles, paired by name.
pub fn compare(current: &[AttachedProfile<'_>], pending: &[AttachedProfile<'_>]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (before, after) in paired(current, pending, |profile| profile.name().into_owned()) {
        match (before, after) {
            (Some(before), Some(after)) => changes.extend(compare_profile(before, after)),
            (Some(gone), None) => changes.push(profile_change(Kind::ProfileRemoved, gone, Some(reference(gone)), None)),
            (None, Some(new)) => changes.push(profile_change(Kind::ProfileAdded, new, None, Some(reference(new)))),
            (None, None) => {}
        }
    }
    changes
}

/// The differences between two documents of a cluster that mean something: a text that was only formatted anew, as a server
/// may do with what it is given, is none.
pub fn in_meaning(current: &Cluster<'_>, pending: &Cluster<'_>) -> Vec<Change> {
    let (current, pending) = (current.profiles(), pending.profiles());
    let means = |it: &Change| match it.kind {
        Kind::Format => false,
        Kind::Field if it.path.as_deref() == Some("variables") => !is_same_behind_masks(it),
        Kind::Manifest => objects_of(it).is_none_or(|[current, pending]| current != pending),
        _ => true,
    };
    compare(&current, &pending).into_iter().filter(means).collect()
}

/// Whether two lists of variables differ at most where one side shows a mask: what stands behind it is not told.
fn is_same_behind_masks(change: &Change) -> bool {
    let items = |side: &Option<Value>| side.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let (current, pending) = (items(&change.current), items(&change.pending));
    let value = |it: &Value| field::text(it, &["value"]).map(|it| it.into_owned());
    let is_masked = |it: &Value| value(it).is_some_and(|it| is_mask(&it));
    let is_same = |(one, other): (&Value, &Value)| {
        let names = (field::text(one, &["name"]), field::text(other, &["name"]));
        let is_set = |it: &Value| value(it).is_some();
        // A mask says that there is a value, whatever it is.
        let is_behind = is_masked(one) && is_set(other) || is_masked(other) && is_set(one);
        names.0 == names.1 && (one == other || is_behind)
    };
    current.len() == pending.len() && current.iter().zip(&pending).all(is_same)
}

/// The objects of both sides of a changed manifest; nothing where one cannot be read.
fn objects_of(change: &Change) -> Option<[Vec<Value>; 2]> {
    Some([objects(change.current.as_ref()?)?, objects(change.pending.as_ref()?)?])
}

fn objects(side: &Value) -> Option<Vec<Value>> {
    yaml::parse_all(side.as_str()?).ok()
}

/// All differences between two profiles, whatever they are called.
pub fn compare_profile(current: &AttachedProfile<'_>, pending: &AttachedProfile<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let (before, after) = (current.version(), pending.version());
    if before != after || current.name() != pending.name() {
        changes.push(profile_change(Kind::ProfileVersion, pending, Some(reference(current)), Some(reference(pending))));
    }
    changes.extend(compare_fields(current, pending));
    changes.extend(compare_packs(&pending.name(), &current.packs(), &pending.packs()));
    changes
}

/// The differences between two profiles in fields of their own, such as `variables`.
pub fn compare_fields(current: &AttachedProfile<'_>, pending: &AttachedProfile<'_>) -> Vec<Change> {
    let found = fields::of_profiles(current.raw(), pending.raw()).into_iter();
    found.map(|it| Change { path: it.path, ..profile_change(it.kind, pending, it.current, it.pending) }).collect()
}

/// All differences between two lists of packs, paired by name.
pub fn compare_packs(profile: &str, current: &[Pack<'_>], pending: &[Pack<'_>]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (before, after) in paired(current, pending, |pack| pack.name().into_owned()) {
        let Some(pack) = after.or(before) else { continue };
        let name = pack.name();
        let change = |kind, current: Option<Value>, pending: Option<Value>| Change {
            profile: profile.to_owned(),
            pack: Some(name.clone().into_owned()),
            kind,
            path: None,
            current,
            pending,
            is_secret: false,
        };
        match (before, after) {
            (Some(before), Some(after)) => {
                let versions = (version_text(before), version_text(after));
                if versions.0 != versions.1 {
                    changes.push(change(Kind::PackVersion, Some(versions.0.into()), Some(versions.1.into())));
                }
                if (before.layer(), before.pack_type()) != (after.layer(), after.pack_type()) {
                    changes.push(change(
                        Kind::PackPlace,
                        Some(place_text(before).into()),
                        Some(place_text(after).into()),
                    ));
                }
                let mut found = fields::of_packs(before.raw(), after.raw());
                found.extend(values::compare(&before.values(), &after.values()));
                found.extend(manifests::compare(&before.manifests(), &after.manifests()));
                changes.extend(found.into_iter().map(|it| Change {
                    path: it.path,
                    is_secret: it.is_secret,
                    ..change(it.kind, it.current, it.pending)
                }));
            }
            (Some(gone), None) => changes.push(change(Kind::PackRemoved, Some(version_text(gone).into()), None)),
            (None, Some(new)) => changes.push(change(Kind::PackAdded, None, Some(version_text(new).into()))),
            (None, None) => {}
        }
    }
    changes
}

/// A difference inside one pack.
struct Difference {
    kind: Kind,
    path: Option<String>,
    current: Option<Value>,
    pending: Option<Value>,
    is_secret: bool,
}

fn reference(profile: &AttachedProfile<'_>) -> Value {
    profile::reference(&profile.name(), profile.version().as_deref()).into()
}

fn profile_change(kind: Kind, profile: &AttachedProfile<'_>, current: Option<Value>, pending: Option<Value>) -> Change {
    Change { profile: profile.name().into_owned(), pack: None, kind, path: None, current, pending, is_secret: false }
}

/// The version, with the tag where the two differ.
fn version_text(pack: &Pack<'_>) -> String {
    let version = pack.version().unwrap_or_default();
    match pack.tag().filter(|tag| *tag != version) {
        Some(tag) => format!("{version} (tag {tag})"),
        None => version.into_owned(),
    }
}

fn place_text(pack: &Pack<'_>) -> String {
    format!("layer {}, type {}", pack.layer().unwrap_or_default(), pack.pack_type().unwrap_or_default())
}

/// Pairs items by key in the order of `left`, then what only `right` has. Several items of one key pair by position.
fn paired<'i, T>(left: &'i [T], right: &'i [T], key: impl Fn(&T) -> String) -> Vec<(Option<&'i T>, Option<&'i T>)> {
    let mut rest: Vec<_> = right.iter().map(|item| (key(item), item)).collect();
    let mut pairs: Vec<_> = left
        .iter()
        .map(|item| {
            let name = key(item);
            let at = rest.iter().position(|(other, _)| *other == name);
            (Some(item), at.map(|at| rest.remove(at).1))
        })
        .collect();
    pairs.extend(rest.into_iter().map(|(_, item)| (None, Some(item))));
    pairs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(current: &Value, pending: &Value, expected: &[(Kind, &str)]) {
        let (current, pending) = (json!({"name": "p", "packs": current}), json!({"name": "p", "packs": pending}));
        let of = |raw| vec![AttachedProfile::new(raw, "t".into())];
        let changes = compare(&of(&current), &of(&pending));
        let found: Vec<_> = changes.iter().map(|it| (it.kind, it.place())).collect();
        let expected: Vec<_> = expected.iter().map(|(kind, place)| (*kind, (*place).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_same_content_has_no_changes() {
        let packs = json!([{"name": "a", "values": "x: 1"}, {"name": "b"}]);
        check(&packs, &json!([{"name": "b"}, {"values": "x: 1", "name": "a"}]), &[]);
    }

    #[test]
    fn packs_are_paired_by_name() {
        let current = json!([{"name": "a", "version": "1"}, {"name": "gone", "version": "1"}]);
        let pending = json!([{"name": "new", "version": "1"}, {"name": "a", "version": "2"}]);
        let expected = [(Kind::PackVersion, "p/a"), (Kind::PackRemoved, "p/gone"), (Kind::PackAdded, "p/new")];
        check(&current, &pending, &expected);
    }

    #[test]
    fn duplicate_packs_pair_by_position() {
        check(&json!([{"name": "a"}, {"name": "a"}]), &json!([{"name": "a"}]), &[(Kind::PackRemoved, "p/a")]);
    }

    #[test]
    fn a_tag_counts() {
        let (current, pending) = (
            json!([{"name": "a", "version": "1.33.9", "tag": "1.33.9"}]),
            json!([{"name": "a", "version": "1.33.9", "tag": "1.33.x"}]),
        );
        check(&current, &pending, &[(Kind::PackVersion, "p/a")]);
    }

    #[test]
    fn a_manifest_and_a_layer_count() {
        let current = json!([{"name": "a", "layer": "addon", "manifests": [{"name": "m", "content": "a: 1"}]}]);
        let pending =
            json!([{"name": "a", "layer": "cni", "manifests": [{"name": "m", "content": "a: 2"}, {"name": "n"}]}]);
        check(&current, &pending, &[(Kind::PackPlace, "p/a"), (Kind::Manifest, "p/a: m"), (Kind::Manifest, "p/a: n")]);
    }

    #[test]
    fn a_title_says_what_differs_where_there_is_no_path() {
        let current = json!({"packs": [{"name": "a", "version": "1", "values": "x: 1 # why\n"}, {"name": "b"}]});
        let pending = json!({"packs": [{"name": "a", "version": "2", "values": "x: 1\n"}]});
        let of = |raw| vec![AttachedProfile::new(raw, "t".into())];
        let titles: Vec<_> = compare(&of(&current), &of(&pending)).iter().map(Change::title).collect();
        assert_eq!(titles, ["/a: version", "/a: comments or format", "/b (removed)"]);
    }

    #[test]
    fn every_other_field_of_a_pack_and_of_a_profile_counts() {
        let current = json!({"variables": [{"name": "region", "value": "eu"}], "packs": [
            {"name": "a", "params": {"x": 1}, "values": {"no": "text"}, "digest": "d1", "packUid": "u1", "logo": "l"},
        ]});
        let pending =
            json!({"packs": [{"name": "a", "params": {"x": 2}, "digest": "d2", "packUid": "u2", "new": null}]});
        let of = |raw| vec![AttachedProfile::new(raw, "t".into())];
        let titles: Vec<_> = compare(&of(&current), &of(&pending)).iter().map(Change::title).collect();
        assert_eq!(titles, [": variables", "/a: params", "/a: values"]);
    }

    #[test]
    fn profiles_are_paired_by_name() {
        let (a, b) = (json!({"name": "a", "profileVersion": "1.0.0"}), json!({"name": "a", "profileVersion": "1.1.0"}));
        let other = json!({"name": "b"});
        let of = |raw| AttachedProfile::new(raw, "t".into());
        let kinds: Vec<_> = compare(&[of(&a), of(&other)], &[of(&b)]).iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [Kind::ProfileVersion, Kind::ProfileRemoved]);
    }

    fn check_hidden(current: &str, pending: &str, place: &str) {
        let of = |values: &str| json!({"packs": [{"name": "a", "values": values}]});
        let (current, pending) = (of(current), of(pending));
        let of = |raw| vec![AttachedProfile::new(raw, "t".into())];
        let change = compare(&of(&current), &of(&pending)).remove(0).masked(&Context::default(), Secrets::Hidden);
        let text = serde_json::to_string(&change).unwrap();
        assert_eq!(change.path.as_deref(), Some(place));
        assert!(text.contains("***") && !text.contains("hunter"), "{text}");
    }

    #[test]
    fn what_stands_around_a_path_can_make_it_secret() {
        let of = |kind: &str, data: &str, number: u8| format!("o:\n  {data}:\n    a: hunter{number}\n  kind: {kind}\n");
        check_hidden(&of("Secret", "stringData", 1), &of("\"Secret\"", "stringData", 2), "o.stringData.a");
        check_hidden(&of("Secret # why", "data", 1), &of("Secret", "data", 2), "o.data.a");
        let list = |number: u8| format!("env:\n- value: hunter{number}\n  name: DB_PASSWORD\n");
        check_hidden(&list(1), &list(2), "env[name=DB_PASSWORD].value");
        let dotted = |number: u8| format!("a: {{db.pass.word/key: {{password.x: hunter{number}}}}}\n");
        check_hidden(&dotted(1), &dotted(2), "a[\"db.pass.word/key\"][\"password.x\"]");
    }

    #[test]
    fn a_list_of_arguments_shows_no_secret() {
        check_hidden("args: [\"--token=hunter1\"]\n", "args: [\"--token=hunter2\"]\n", "args");
        check_hidden("args: [--token, hunter1]\n", "args: [--token, hunter2]\n", "args");
    }

    #[test]
    fn a_masked_change_shows_no_secret() {
        let (current, pending) = (
            json!([{"name": "a", "values": "db:\n  password: x\n"}]),
            json!([{"name": "a", "values": "db:\n  password: y\n"}]),
        );
        let (current, pending) = (json!({"packs": current}), json!({"packs": pending}));
        let of = |raw| vec![AttachedProfile::new(raw, "t".into())];
        let change = compare(&of(&current), &of(&pending)).remove(0).masked(&Context::default(), Secrets::Hidden);
        assert_eq!(
            (change.path.as_deref(), change.current, change.pending),
            (Some("db.password"), Some(json!("***")), Some(json!("***")))
        );
    }

    #[test]
    fn what_is_only_formatted_anew_means_the_same() {
        let cluster = |values: &str, manifest: &str, token: &str| {
            json!({"spec": {"clusterProfileTemplates": [{
                "name": "p", "profileVersion": "1.0.0", "variables": [{"name": "t", "value": token}],
                "packs": [{"name": "a", "version": "1", "values": values, "manifests": [{"name": "m", "content": manifest}]}],
            }]}})
        };
        let titles = |left: &Value, right: &Value| {
            in_meaning(&Cluster::new(left), &Cluster::new(right)).iter().map(Change::title).collect::<Vec<_>>()
        };
        let one = cluster("a:   1\nb: 2 # two\n", "kind:   A\n", "secret");
        assert!(titles(&one, &cluster("b: 2\na: 1\n", "kind: A\n", "secret")).is_empty());
        assert!(titles(&one, &cluster("b: 2\na: 1\n", "kind: A\n", "*****")).is_empty());
        assert_eq!(titles(&one, &cluster("a: 1\nb: 3\n", "kind: A\n", "secret")), ["p/a: b"]);
        assert_eq!(titles(&one, &cluster("a: 1\nb: 2\n", "kind: B\n", "secret")), ["p/a: m (manifest)"]);
        assert_eq!(titles(&one, &cluster("a: 1\nb: 2\n", "kind: A\n", "other")), ["p: variables"]);
    }
}
