//! Tells what of an object was changed since, from few and short texts.

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

use super::{Lever, Setting, Subject};
use crate::{annotations, content::hash, field, mask::is_secret_key};

/// The longest text that is kept as it is.
const LONGEST: usize = 48;
/// Maps whose fields are told apart, because they hold what people change.
const OPENED: [&str; 4] = ["spec", "template", "jobTemplate", "strategy"];
/// Lists of containers, whose images are told apart.
const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// A field that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field, such as `spec.template.spec.containers[main].image`.
    pub field: String,
    /// What it was; empty where it was not there.
    from: String,
    /// What it is; empty where it is gone.
    to: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, from, to } = self;
        match (from.as_str(), to.as_str()) {
            ("", to) if to.starts_with('#') => write!(f, "{field} was added"),
            ("", to) => write!(f, "{field} was added: {to}"),
            (_, "") => write!(f, "{field} was removed"),
            (from, to) if from.starts_with('#') || to.starts_with('#') => write!(f, "{field} was changed"),
            (from, to) => write!(f, "{field} {from} -> {to}"),
        }
    }
}

/// What decides about what an object runs, apart from its lever, as few and short texts: short values as they are, a digest
/// of everything else. Two objects have the same fields exactly when their specifications are the same.
pub(super) fn fields(live: &Value, lever: &Lever, setting: &Setting) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    // What a ScaledObject scales by is its owner's to tune while it is paused.
    if *lever == Lever::Pause {
        return fields;
    }
    let besides = ["apiVersion", "kind", "metadata", "status"];
    for (key, value) in live.as_object().into_iter().flatten().filter(|(key, _)| !besides.contains(&key.as_str())) {
        collect(key, key, value, &mut fields);
    }
    match (lever.place(), setting) {
        (Some(place), _) if fields.remove(&place).is_some() => {}
        (Some(place), _) => without_deep(live, &place, &mut fields),
        // Where the size stands is not known, so what may hold it is left out.
        (None, Setting::Replicas(replicas)) => {
            fields.retain(|place, _| at_place(live, place).is_none_or(|value| !holds(value, *replicas)));
        }
        (None, _) => {}
    }
    fields
}

/// Leaves the lever out of the digest of a field that holds it deeper.
fn without_deep(live: &Value, place: &str, fields: &mut BTreeMap<String, String>) {
    let Some((holder, deeper)) =
        fields.keys().find_map(|it| Some((it.clone(), place.strip_prefix(&format!("{it}."))?)))
    else {
        return;
    };
    let Some(mut value) = at_place(live, &holder).cloned() else { return };
    let (parents, last) = deeper.rsplit_once('.').map_or((None, deeper), |(parents, last)| (Some(parents), last));
    let mut parent = Some(&mut value);
    for step in parents.into_iter().flat_map(|it| it.split('.')) {
        parent = parent.and_then(|it| it.get_mut(step));
    }
    if let Some(parent) = parent.and_then(Value::as_object_mut) {
        parent.remove(last);
    }
    fields.insert(holder, digest(&value));
}

fn at_place<'a>(live: &'a Value, place: &str) -> Option<&'a Value> {
    field::at(live, &place.split('.').collect::<Vec<_>>())
}

fn holds(value: &Value, number: i64) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|it| holds(it, number)),
        Value::Object(fields) => fields.values().any(|it| holds(it, number)),
        other => other.as_i64() == Some(number),
    }
}

fn collect(place: &str, key: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Object(map) if OPENED.contains(&key) => {
            for (key, value) in map {
                collect(&format!("{place}.{key}"), key, value, fields);
            }
        }
        Value::Array(items) if CONTAINERS.contains(&key) && items.iter().all(Value::is_object) => {
            for (index, container) in items.iter().filter_map(Value::as_object).enumerate() {
                let name =
                    container.get("name").and_then(Value::as_str).map_or_else(|| index.to_string(), str::to_owned);
                let place = format!("{place}[{name}]");
                let rest: Map<_, _> =
                    container.iter().filter(|(key, _)| *key != "image").map(|(k, v)| (k.clone(), v.clone())).collect();
                collect(&format!("{place}.image"), "image", container.get("image").unwrap_or(&Value::Null), fields);
                fields.insert(place, digest(&Value::Object(rest)));
            }
        }
        value => {
            let text = field::text(value, &[]).filter(|text| {
                let is_short = text.len() <= LONGEST || key == "image";
                is_short && !text.starts_with('#') && !is_secret_key(key)
            });
            let text = text.map_or_else(|| digest(value), |text| text.into_owned());
            if !text.is_empty() {
                fields.insert(place.to_owned(), text);
            }
        }
    }
}

/// A `#` and twelve hexadecimal digits; nothing for what is empty.
fn digest(value: &Value) -> String {
    let Some(text) = field::any(value, &[]) else { return String::new() };
    let hash = hash(&Value::String(text.into_owned()));
    format!("#{}", hash.trim_start_matches("sha256:").get(..12).unwrap_or_default())
}

/// What was changed of an object since its fields were recorded, at a former and a present setting.
pub(super) fn changes(
    recorded: &BTreeMap<String, String>,
    live: &Value,
    lever: &Lever,
    (former, present): (&Setting, &Setting),
) -> Vec<Change> {
    let mut now = fields(live, lever, former);
    if let (Lever::Subresource, Setting::Replicas(replicas)) = (lever, present) {
        // The field of the size was left out of the record, and it holds another number now.
        now.retain(|place, _| {
            recorded.contains_key(place) || at_place(live, place).is_none_or(|value| !holds(value, *replicas))
        });
    }
    differences(recorded, &now)
}

/// What differs between two readings, in the order of the fields.
fn differences(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<Change> {
    let text = |fields: &BTreeMap<String, String>, field| fields.get(field).cloned().unwrap_or_default();
    let mut names: Vec<_> = before.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    let changes =
        names.into_iter().map(|field| Change { field: field.clone(), from: text(before, field), to: text(now, field) });
    changes.filter(|it| it.from != it.to).collect()
}

/// Who wrote the specification last after a time in RFC 3339, apart from us, and when; as a half sentence.
pub(super) fn last_writer(live: &Value, since: &str) -> Option<String> {
    let entries = field::items(live, &["metadata", "managedFields"]).filter_map(|(_, entry)| {
        let (manager, time) = (field::text(entry, &["manager"])?, field::text(entry, &["time"])?);
        let is_spec = field::at(entry, &["fieldsV1"])?.as_object()?.keys().any(|key| key != "f:metadata");
        let is_status = field::text(entry, &["subresource"]).is_some_and(|it| it == "status");
        // Texts of UTC times are ordered like the times, down to the seconds, which are all that managedFields keep.
        let is_later = time.get(..19)? >= since.get(..19)?;
        (is_spec && !is_status && is_later && manager != "kubectl-profile").then_some((time, manager))
    });
    entries.max().map(|(time, manager)| format!("last written by {manager} at {time}"))
}

/// Annotations that say whose an object is, or whether it is to be kept.
const ANNOTATIONS: [&str; 5] = [
    annotations::SCALED_DOWN,
    annotations::KEEP,
    "helm.sh/resource-policy",
    "meta.helm.sh/release-name",
    "argocd.argoproj.io/tracking-id",
];
/// Labels that say whose it is.
const LABELS: [&str; 4] = [
    "app.kubernetes.io/managed-by",
    "argocd.argoproj.io/instance",
    "kustomize.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/name",
];

/// What moved of an object that decides about a write, in words: its uid, its lever, its specification, and the marks
/// that say whether it is ours to touch.
pub fn moved(shown: &Subject<'_>, now: &Subject<'_>) -> Vec<String> {
    let mut moved = Vec::new();
    let differs = |path: &[&str]| field::at(shown.live, path) != field::at(now.live, path);
    if differs(&["metadata", "uid"]) {
        moved.push("it was deleted and created anew".to_owned());
    }
    let setting = |it: &Subject<'_>| it.lever.and_then(|lever| lever.setting(it));
    if let (Some(lever), Some(before), Some(after)) = (shown.lever, setting(shown), setting(now)) {
        if before != after {
            moved.push(format!("{} {before} -> {after}", before.name()));
        }
        let changes = differences(&fields(shown.live, lever, &before), &fields(now.live, lever, &after));
        moved.extend(changes.iter().map(Change::to_string));
    }
    if differs(&["metadata", "ownerReferences"]) {
        moved.push("its owners changed".to_owned());
    }
    for name in ANNOTATIONS.iter().filter(|name| differs(&["metadata", "annotations", name])) {
        moved.push(format!("annotation {name}"));
    }
    for name in LABELS.iter().filter(|name| differs(&["metadata", "labels", name])) {
        moved.push(format!("label {name}"));
    }
    moved
}
