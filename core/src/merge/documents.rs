//! Merges manifests of several documents, each matched by the object that it is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Verdict,
    decisions::{Found, Judge, Spot, Stands},
    presets::Presets,
    sides::{self, Base},
    texts::{self, Texts},
};
use crate::{field, splice::Tree};

/// One document of a text.
struct Document<'t> {
    /// The line that separates it from the one before.
    lead: &'t str,
    body: &'t str,
    /// What it is; `None` where it holds nothing but comments.
    object: Option<Object>,
}

#[derive(Clone)]
struct Object {
    key: Key,
    /// What it is called in paths.
    label: String,
    value: Value,
}

/// Group, kind, namespace and name: versions of an API move, and the object stays the same.
type Key = [String; 4];

/// The target's documents with the overrides in them.
pub(super) fn merge(judge: &mut Judge<'_>, spot: &Spot, texts: &Texts<'_>) -> String {
    let presets = Presets::none(judge);
    let (own, target) = (documents(texts.own), documents(texts.target.unwrap_or_default()));
    let base = match texts.base {
        Base::Known(text) => documents(text.unwrap_or_default()).map(|documents| Base::Known(Some(documents))),
        Base::Unknown => Some(Base::Unknown),
    };
    let (Some(base), Some(own), Some(target)) = (base, own, target) else {
        return texts::merge(judge, spot, texts, &presets);
    };
    let count = [base.as_ref().known(), Some(&own), Some(&target)].into_iter().flatten().map(objects).max();
    if count.unwrap_or_default() < 2 || texts.is_untouched() {
        return texts::merge(judge, spot, texts, &presets);
    }
    let published: BTreeMap<&Key, &Document<'_>> =
        base.as_ref().known().into_iter().flatten().filter_map(keyed).collect();
    let base_of = |key: &Key| match &base {
        Base::Known(_) => Base::Known(published.get(key).copied()),
        Base::Unknown => Base::Unknown,
    };
    let in_own: BTreeMap<_, _> = own.iter().filter_map(keyed).collect();
    let in_target: BTreeMap<_, _> = target.iter().filter_map(keyed).collect();
    let mut result = String::new();
    for document in &target {
        let Some(object) = &document.object else {
            push(&mut result, document.lead, document.body);
            continue;
        };
        let spot = inside(spot, object);
        let body = match in_own.get(&object.key) {
            Some(own) => {
                let base = base_of(&object.key).and_then(|it| Some(it.body));
                let presets = Presets::none(judge);
                let sides = Texts { base, own: own.body, target: Some(document.body) };
                Some(texts::merge(judge, &spot, &sides, &presets))
            }
            None => whole(judge, &spot, base_of(&object.key), None, Some(document)).map(str::to_owned),
        };
        if let Some(body) = body {
            push(&mut result, document.lead, &body);
        }
    }
    for document in own.iter().filter(|it| keyed(it).is_some_and(|(key, _)| !in_target.contains_key(key))) {
        let Some(object) = &document.object else { continue };
        let spot = inside(spot, object);
        match base_of(&object.key) {
            Base::Known(Some(base)) => {
                let presets = Presets::none(judge);
                let sides = Texts { base: Base::Known(Some(base.body)), own: document.body, target: None };
                texts::merge(judge, &spot, &sides, &presets);
            }
            base => {
                if let Some(body) = whole(judge, &spot, base, Some(document), None) {
                    let lead = if result.is_empty() { document.lead } else { "---\n" };
                    push(&mut result, lead, body);
                }
            }
        }
    }
    if texts.is_same_target() && texts::is_all_kept(judge, presets.since) {
        return texts.own.to_owned();
    }
    result
}

/// A document that the target or the cluster does not have; what stands there is one of them, or nothing.
fn whole<'t>(
    judge: &mut Judge<'_>,
    spot: &Spot,
    base: Base<&Document<'_>>,
    own: Option<&Document<'t>>,
    target: Option<&Document<'t>>,
) -> Option<&'t str> {
    let body = |side: Option<&Document<'t>>| side.map(|it| it.body);
    let value = |side: Option<&Document<'_>>| side.and_then(|it| it.object.as_ref()).map(|it| it.value.clone());
    let (own_value, target_value) = (value(own), value(target));
    let published = base.and_then(|it| value(Some(it)));
    let found = sides::verdict(published.as_ref(), own_value.as_ref(), target_value.as_ref(), false);
    let Some((verdict, clear)) = found else { return body(target) };
    let found = Found {
        clear,
        published: published.known(),
        own: own_value,
        target: target_value,
        ..Found::new(String::new(), verdict)
    };
    match judge.settle(spot, found) {
        Stands::Own => body(own),
        Stands::Target => body(target),
        Stands::Value(_) => {
            if let Some(it) = judge.overrides.last_mut() {
                it.resolution = None;
                it.verdict = Verdict::Conflict;
                let place = it.place();
                judge.notes.push(format!("{place}: a document is kept or dropped as a whole"));
            }
            body(target)
        }
    }
}

fn push(text: &mut String, lead: &str, body: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(lead);
    text.push_str(body);
}

fn inside(spot: &Spot, object: &Object) -> Spot {
    Spot { document: Some(object.label.clone()), ..spot.clone() }
}

fn objects(documents: &Vec<Document<'_>>) -> usize {
    documents.iter().filter(|it| it.object.is_some()).count()
}

fn keyed<'d, 't>(document: &'d Document<'t>) -> Option<(&'d Key, &'d Document<'t>)> {
    document.object.as_ref().map(|object| (&object.key, document))
}

/// The documents of a text, where each that holds something is an object of its own.
fn documents(text: &str) -> Option<Vec<Document<'_>>> {
    let mut documents = Vec::new();
    let mut keys = std::collections::BTreeSet::new();
    for (lead, body) in pieces(text)? {
        let tree = Tree::parse(body).ok()?;
        let object = match tree.root() {
            Some(root) => Some(object(root.value())?),
            None => None,
        };
        if let Some(object) = &object
            && !keys.insert(object.key.clone())
        {
            return None;
        }
        documents.push(Document { lead, body, object });
    }
    Some(documents)
}

/// The text at its lines of `---`: each with what follows it. `None` where such a line holds more than a comment.
fn pieces(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut pieces = Vec::new();
    let (mut lead, mut start, mut at) = (0..0, 0, 0);
    for line in text.split_inclusive('\n') {
        if let Some(rest) =
            line.strip_prefix("---").filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        {
            if !rest.trim().is_empty() && !rest.trim().starts_with('#') {
                return None;
            }
            if at > 0 {
                pieces.push((&text[lead.clone()], &text[start..at]));
            }
            lead = at..at + line.len();
            start = lead.end;
        }
        at += line.len();
    }
    pieces.push((&text[lead], &text[start..]));
    Some(pieces)
}

fn object(value: Value) -> Option<Object> {
    let text = |path: &[&str]| field::text(&value, path).map(std::borrow::Cow::into_owned);
    let (kind, name) = (text(&["kind"])?, text(&["metadata", "name"])?);
    let namespace = text(&["metadata", "namespace"]).unwrap_or_default();
    let group = text(&["apiVersion"])
        .and_then(|version| version.split_once('/').map(|(group, _)| group.to_owned()))
        .unwrap_or_default();
    let label = if namespace.is_empty() { format!("{kind} {name}") } else { format!("{kind} {namespace}/{name}") };
    Some(Object { key: [group, kind, namespace, name], label, value })
}
