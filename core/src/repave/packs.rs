//! Pairs the packs of each layer that makes a node, and finds what else a value can take in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    keys,
    references::{self, Book},
};
use crate::{
    cluster::Cluster,
    diff::{self, Kind},
    field,
    pack::Pack,
    profile::AttachedProfile,
    yaml,
};

/// The layers that make a node, in the order of their lines.
const LAYERS: [&str; 5] = ["kernel", "os", "k8s", "cni", "csi"];

/// One pack before and after; of a swap both sides are set and their names differ.
pub(super) struct Pair<'a> {
    pub(super) layer: &'static str,
    pub(super) before: Option<Pack<'a>>,
    pub(super) after: Option<Pack<'a>>,
}

/// The packs of all layers that make a node, paired by name, then what is left over by place.
pub(super) fn pairs<'a>(before: &Cluster<'a>, after: &Cluster<'a>) -> Vec<Pair<'a>> {
    let of = |cluster: &Cluster<'a>, layer: &str| -> Vec<Pack<'a>> {
        cluster.packs().into_iter().filter(|pack| is(pack, layer)).collect()
    };
    let mut found = Vec::new();
    for layer in LAYERS {
        let (left, mut right) = (of(before, layer), of(after, layer));
        let mut gone = Vec::new();
        for pack in left {
            match right.iter().position(|other| other.name() == pack.name()) {
                Some(at) => found.push(Pair { layer, before: Some(pack), after: Some(right.remove(at)) }),
                None => gone.push(pack),
            }
        }
        let mut new = right.into_iter();
        found.extend(gone.into_iter().map(|pack| Pair { layer, before: Some(pack), after: new.next() }));
        found.extend(new.map(|pack| Pair { layer, before: None, after: Some(pack) }));
    }
    found
}

fn is(pack: &Pack<'_>, layer: &str) -> bool {
    pack.layer().is_some_and(|text| text.trim().eq_ignore_ascii_case(layer))
}

/// The values of the packs in `pairs` after the change, and of all packs that they take something in from.
pub(super) fn book(pairs: &[Pair<'_>], after: &Cluster<'_>) -> Book {
    let all: BTreeMap<String, Pack<'_>> =
        after.packs().into_iter().map(|pack| (pack.name().into_owned(), pack)).collect();
    let mut open: Vec<String> =
        pairs.iter().filter_map(|pair| pair.after.as_ref()).map(|pack| pack.name().into_owned()).collect();
    let mut book = Book::default();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let Some(pack) = all.get(&name).filter(|_| seen.insert(name.clone())) else { continue };
        let text = pack.values();
        let references = references::of(&text);
        let is_named = |other: &&String| references.iter().any(|it| keys::is_under(it, &format!("pack.{other}")));
        open.extend(all.keys().filter(is_named).cloned());
        if let Ok(value) = yaml::parse_once(&text) {
            book.values.insert(name, (*value).clone());
        }
    }
    book
}

/// All that differs and can be taken in, as references name it.
pub(super) fn changed(pairs: &[Pair<'_>], book: &Book, before: &Cluster<'_>, after: &Cluster<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let versions = |cluster: &Cluster<'_>| -> Vec<String> {
        let packs = cluster.packs().into_iter().filter(|pack| is(pack, "k8s"));
        packs.map(|pack| pack.version().unwrap_or_default().into_owned()).collect()
    };
    if versions(before) != versions(after) {
        found.insert("system.kubernetes.version".to_owned());
    }
    let (left, right) = (before.profiles(), after.profiles());
    if identities(&left) != identities(&right) {
        found.insert("system.clusterprofile".to_owned());
    }
    let (left, right) = (variables(&left), variables(&right));
    let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    found
        .extend(names.into_iter().filter(|name| left.get(*name) != right.get(*name)).map(|name| format!("var.{name}")));
    let before_packs = before.packs();
    for pack in after.packs() {
        let name = pack.name();
        if !book.values.contains_key(name.as_ref()) {
            continue;
        }
        let known = pairs.iter().filter_map(|pair| pair.before.as_ref()).find(|other| other.name() == name);
        let Some(other) = known.or_else(|| before_packs.iter().find(|other| other.name() == name)) else {
            found.insert(format!("pack.{name}"));
            continue;
        };
        let changes = diff::compare_packs("", std::slice::from_ref(other), std::slice::from_ref(&pack)).into_iter();
        let paths = changes.filter(|it| it.kind == Kind::Value).filter_map(|it| it.path);
        found.extend(paths.map(|path| format!("pack.{name}.{}", keys::dotted(&path)).trim_end_matches('.').to_owned()));
    }
    found
}

/// What `system.clusterprofile` stands for: the profile that brings Kubernetes.
fn identities(profiles: &[AttachedProfile<'_>]) -> Vec<[Option<String>; 3]> {
    let owned = |profile: &AttachedProfile<'_>, key: &str| field::text(profile.raw(), &[key]).map(|it| it.into_owned());
    profiles
        .iter()
        .filter(|profile| profile.packs().iter().any(|pack| is(pack, "k8s") || is(pack, "os")))
        .map(|profile| ["name", "uid", "profileVersion"].map(|key| owned(profile, key)))
        .collect()
}

fn variables(profiles: &[AttachedProfile<'_>]) -> BTreeMap<String, Value> {
    let of = |profile: &AttachedProfile<'_>| -> Vec<_> {
        field::items(profile.raw(), &["variables"])
            .filter_map(|(_, raw)| {
                let set = field::at(raw, &["value"]).filter(|value| !value.is_null());
                let value = set.or_else(|| field::at(raw, &["defaultValue"])).cloned().unwrap_or_default();
                Some((field::text(raw, &["name"])?.into_owned(), value))
            })
            .collect()
    };
    profiles.iter().flat_map(of).collect()
}
