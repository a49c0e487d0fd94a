//! A new version of a profile: what is set in its packs, and whether it holds what was shown.

use std::{collections::BTreeMap, str::FromStr};

use profile_core::{content::Content, field, merge, profile::AttachedProfile, yaml};
use serde_json::Value;

use crate::{
    change::proposal::{Assignment, PackEdit},
    error::{Error, Kind},
    nearest,
};

/// `PACK:PATH=VALUE`, with the value as YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackAssignment {
    pub(crate) pack: String,
    pub(crate) assignment: Assignment,
}

impl FromStr for PackAssignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} names no pack; write it like hello-universe:ui.replicas=2");
        // A colon behind the sign belongs to the value, and one in brackets or quotes to the path.
        let (pack, rest) = text.split_once(':').ok_or_else(wrong)?;
        if pack.is_empty() || pack.contains(['=', '[', '"']) {
            return Err(wrong());
        }
        Ok(Self { pack: pack.to_owned(), assignment: rest.parse()? })
    }
}

/// The content of a version with the assignments made, and the names of the packs that differ.
///
/// # Errors
/// When a pack is not there or not the only one of its name, or a value cannot be set.
pub(crate) fn with(content: &Value, set: &[PackAssignment]) -> Result<(Value, Vec<String>), Error> {
    let mut by_pack: BTreeMap<&str, PackEdit> = BTreeMap::new();
    for it in set {
        by_pack.entry(&it.pack).or_default().set.push(it.assignment.clone());
    }
    let (mut made, mut differing) = (content.clone(), Vec::new());
    let names: Vec<_> = field::items(content, &["packs"])
        .filter_map(|(_, it)| field::text(it, &["name"]))
        .map(|it| it.into_owned())
        .collect();
    for (name, edit) in by_pack {
        let of_name: Vec<_> = names.iter().enumerate().filter(|(_, it)| *it == name).map(|(at, _)| at).collect();
        let at = match of_name.as_slice() {
            [at] => *at,
            [] => {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                let error = Error::new(Kind::NotFound, format!("--set {name}: the version has no pack of that name"));
                return Err(nearest::hint(name, &names).into_iter().fold(error, Error::hint));
            }
            several => {
                return Err(Error::usage(format!(
                    "--set {name}: the version has {} packs of that name",
                    several.len()
                ))
                .hint("Palette writes packs by their names: change it in Palette"));
            }
        };
        let pack = &mut made["packs"][at];
        let own = field::text(pack, &["values"]).unwrap_or_default().into_owned();
        let masked = merge::masked_places(&own);
        if !masked.is_empty() {
            return Err(Error::refused(format!(
                "--set {name}: Palette masks values of the pack: {}",
                masked.join(", ")
            ))
            .hint("written back they would be lost: change the pack in Palette; nothing was written"));
        }
        let values = edit.apply(&own, None).map_err(|error| Error {
            message: format!("pack {name:?}: {}", error.message),
            // There is no editor for versions.
            hints: error.hints.into_iter().filter(|it| !it.contains("--edit")).collect(),
            ..error
        })?;
        if values != own {
            if field::text(pack, &["packUid"]).is_none() {
                return Err(Error::failed(format!(
                    "--set {name}: Palette says no uid of the pack, by which it is written"
                ))
                .hint("change it in Palette; nothing was written"));
            }
            pack["values"] = values.into();
            differing.push(name.to_owned());
        }
    }
    Ok((made, differing))
}

/// How two contents of one profile compare, whatever their versions are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// To the byte.
    Same,
    /// The values of these packs are written otherwise and say the same.
    Rewritten(Vec<String>),
    /// These differ: packs by their names, or what else.
    Different(Vec<String>),
}

/// Whether `found` is `wanted`.
pub(crate) fn held(wanted: &Value, found: &Value) -> Held {
    let (wanted, found) = (nameless(wanted), nameless(found));
    let hash = |it: &Value| Content::of_profiles(&[AttachedProfile::new(it, String::new())]).hash();
    if hash(&wanted) == hash(&found) {
        return Held::Same;
    }
    let (mut rewritten, mut mended) = (Vec::new(), found.clone());
    let pairs = packs(&wanted).into_iter().zip(packs(&found));
    let mut different = Vec::new();
    for (at, (one, other)) in pairs.enumerate() {
        let name = field::text(one, &["name"]).unwrap_or_default().into_owned();
        if one.get("values") != other.get("values") && is_same_yaml(one, other) {
            mended["packs"][at]["values"] = one["values"].clone();
            rewritten.push(name.clone());
        }
        let of = |pack: &Value| hash(&serde_json::json!({ "packs": [pack] }));
        if of(one) != of(&mended["packs"][at]) {
            different.push(name);
        }
    }
    if hash(&wanted) == hash(&mended) {
        return Held::Rewritten(rewritten);
    }
    if different.is_empty() {
        different.push("the packs it has, or its variables".into());
    }
    Held::Different(different)
}

/// Whether each pack of `found` is as in one of both: then nobody else has touched it.
pub(crate) fn is_between(found: &Value, source: &Value, pending: &Value) -> bool {
    let mut mixed = pending.clone();
    for (at, (pack, before)) in packs(found).into_iter().zip(packs(source)).enumerate() {
        if pack.get("values") == before.get("values") {
            mixed["packs"][at]["values"] = before["values"].clone();
        }
    }
    held(&mixed, found) == Held::Same
}

fn packs(content: &Value) -> Vec<&Value> {
    field::items(content, &["packs"]).map(|(_, it)| it).collect()
}

fn is_same_yaml(one: &Value, other: &Value) -> bool {
    let read = |it: &Value| yaml::parse(&field::text(it, &["values"]).unwrap_or_default()).ok();
    read(one).is_some_and(|one| read(other).is_some_and(|other| one == other))
}

/// The content without what tells one version from another.
fn nameless(content: &Value) -> Value {
    let mut content = content.clone();
    if let Some(fields) = content.as_object_mut() {
        ["uid", "profileVersion"].iter().for_each(|key| drop(fields.shift_remove(*key)));
    }
    content
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(values: &str) -> Value {
        json!({"uid": "u", "name": "p", "profileVersion": "1.0.0", "packs": [
            {"name": "k8s", "values": "a: 1\n", "packUid": "p1"},
            {"name": "app", "values": values, "packUid": "p2", "manifests": [{"name": "m", "content": "x"}]},
        ]})
    }

    fn set(words: &[&str]) -> Vec<PackAssignment> {
        words.iter().map(|it| it.parse().unwrap()).collect()
    }

    #[test]
    fn an_assignment_names_its_pack_before_the_first_colon() {
        let read = |text: &str| {
            text.parse::<PackAssignment>().map(|it| (it.pack, it.assignment.path.to_string(), it.assignment.value))
        };
        assert_eq!(read("app:a.b=http://x:1"), Ok(("app".into(), "a.b".into(), "http://x:1".into())));
        for text in ["a.b=1", "a.b=x:1", ":a=1", "app:", "app:=1", ""] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_are_set_in_place_and_comments_stay() {
        let own = "# ours\nui:\n    replicas: 1   # few\n    name: x\n";
        let (made, differing) = with(&content(own), &set(&["app:ui.replicas=3", "app:ui.name=y"])).unwrap();
        assert_eq!(made["packs"][1]["values"], "# ours\nui:\n    replicas: 3   # few\n    name: y\n");
        assert_eq!((differing, &made["packs"][0]), (vec!["app".to_owned()], &content(own)["packs"][0]));
        assert!(with(&content("a: 1\n"), &set(&["app:a=1"])).unwrap().1.is_empty());
    }

    #[test]
    fn rejects_what_cannot_be_set() {
        let error = with(&content("a: 1\n"), &set(&["ap:a=1"])).unwrap_err();
        assert!(error.kind == Kind::NotFound && error.hints[0].contains("app"), "{error:?}");
        assert!(with(&content("a: 1\n"), &set(&["app:a=***"])).unwrap_err().message.contains("hides a value"));
        assert!(with(&content("a: [1\n"), &set(&["app:a=1"])).unwrap_err().message.starts_with("pack \"app\": "));
        let masked = with(&content("a: 1\nkey: '****'\n"), &set(&["app:a=2"])).unwrap_err();
        assert!(masked.kind == Kind::Refused && masked.message.ends_with(": key"), "{masked}");
        let mut twice = content("a: 1\n");
        twice["packs"][0]["name"] = "app".into();
        assert!(with(&twice, &set(&["app:a=2"])).unwrap_err().message.contains("2 packs"));
        let mut nameless = content("a: 1\n");
        nameless["packs"][1]["packUid"] = Value::Null;
        assert!(with(&nameless, &set(&["app:a=2"])).unwrap_err().message.contains("no uid"));
    }

    #[test]
    fn a_version_is_held_where_nothing_but_its_name_differs() {
        let mut other = content("a: 1\n");
        (other["uid"], other["profileVersion"]) = ("v".into(), "2.0.0".into());
        assert_eq!(held(&content("a: 1\n"), &other), Held::Same);
        assert_eq!(held(&content("a: {b: 1}\n"), &content("a:\n  b: 1\n")), Held::Rewritten(vec!["app".into()]));
        assert_eq!(held(&content("a: 1\n"), &content("a: 2\n")), Held::Different(vec!["app".into()]));
        other["packs"].as_array_mut().unwrap().pop();
        assert!(matches!(held(&content("a: 1\n"), &other), Held::Different(_)));
        let mut manifest = content("a: 1\n");
        manifest["packs"][1]["manifests"][0]["content"] = "y".into();
        assert_eq!(held(&content("a: 1\n"), &manifest), Held::Different(vec!["app".into()]));
    }

    #[test]
    fn a_draft_is_finished_only_where_each_pack_is_as_before_or_as_shown() {
        let (source, pending) = (content("a: 1\n"), content("a: 2\n"));
        assert!(is_between(&source, &source, &pending) && is_between(&pending, &source, &pending));
        assert!(!is_between(&content("a: 3\n"), &source, &pending));
    }
}
