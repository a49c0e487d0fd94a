//! Merges the comment that records the presets, and tells which values a switched preset accounts for.

use std::{borrow::Cow, mem};

use serde_json::Value;

use super::{
    Part, Resolution, Verdict,
    decisions::{Found, Judge, Spot, Stands},
    sides::{self, Base},
    texts::Texts,
};
use crate::{
    pack::Pack,
    presets::{self, Definition, Groups},
    splice::{Path, Step},
};

/// The presets of one text of values, merged.
pub(super) struct Presets {
    /// Where the overrides of the text begin.
    pub(super) since: usize,
    switched: Vec<Switched>,
    /// What the comment is to say, where that is not what the target's says.
    merged: Option<Groups>,
}

/// A preset that the cluster switched on.
struct Switched {
    label: String,
    definition: Definition,
    /// What the preset of before had set.
    before: Vec<Value>,
    decided: Option<Resolution>,
}

impl Presets {
    /// Of a text that has none.
    pub(super) fn none(judge: &Judge<'_>) -> Self {
        Self { since: judge.overrides.len(), switched: Vec::new(), merged: None }
    }

    /// Merges the presets of a pack's values, group by group. `packs` are its sides: published, own, target.
    pub(super) fn of(judge: &mut Judge<'_>, values: &Spot, texts: &Texts<'_>, packs: [Option<&Pack<'_>>; 3]) -> Self {
        let mut merged = Self::none(judge);
        let base = texts.base.and_then(|text| Some(presets::groups(text)));
        let (own, target) = (presets::groups(texts.own), presets::groups(texts.target.unwrap_or_default()));
        if own == target && matches!(&base, Base::Known(base) if base.as_ref().is_none_or(|base| *base == own)) {
            return merged;
        }
        let definitions: Vec<_> = [packs[1], packs[2], packs[0]]
            .map(|pack| pack.map(|pack| presets::definitions(pack.raw())).unwrap_or_default())
            .into();
        let mut result = target.clone();
        let spot = Spot { part: Part::Presets, ..values.clone() };
        let base_groups = match &base {
            Base::Known(base) => base.as_deref().unwrap_or_default(),
            Base::Unknown => &[],
        };
        let mut names: Vec<&String> = target.iter().chain(&own).chain(base_groups).map(|(group, _)| group).collect();
        names.sort();
        names.dedup();
        for group in names {
            let in_base = base.as_ref().and_then(|groups| of_group(groups, group));
            let sides = (of_group(&own, group), of_group(&target, group));
            let settled = settle(judge, &spot, group, in_base, sides, texts.target.is_none());
            let Some((stands, decided)) = settled else { continue };
            match stands {
                Stands::Target => {}
                Stands::Own => put(&mut result, group, sides.0.cloned()),
                Stands::Value(value) => match names_of(&value) {
                    Some(names) => put(&mut result, group, Some(names)),
                    None => not_names(judge, &spot, group),
                },
            }
            merged.switch(judge, &spot, group, (in_base.known(), sides.0), &definitions, decided.as_ref());
        }
        merged.merged = (result != target).then_some(result);
        merged
    }

    /// Takes down the presets that the cluster switched on in `group`.
    fn switch(
        &mut self,
        judge: &mut Judge<'_>,
        spot: &Spot,
        group: &str,
        (base, own): (Option<&Vec<String>>, Option<&Vec<String>>),
        definitions: &[Vec<Definition>],
        decided: Option<&Resolution>,
    ) {
        let find =
            |name: &String, all: &[Definition]| all.iter().find(|it| it.group == group && it.name == *name).cloned();
        let anywhere = |name: &String| definitions.iter().find_map(|all| find(name, all));
        let before: Vec<_> = base.into_iter().flatten().filter_map(anywhere).map(|it| it.add).collect();
        let is_new = |name: &&String| !base.is_some_and(|base| base.contains(name));
        for name in own.into_iter().flatten().filter(is_new) {
            let Some(definition) = anywhere(name) else { continue };
            let label = presets::label(group, name);
            let (ours, theirs) = (find(name, &definitions[0]), find(name, &definitions[1]));
            if ours.is_some() && !definitions[1].is_empty() && ours != theirs {
                let what = if theirs.is_some() { "defines it differently" } else { "no longer defines it" };
                judge.notes.push(format!(
                    "{}: the profile {what}; the cluster's own values of preset {label} are carried over",
                    judge.place(spot)
                ));
            }
            self.switched.push(Switched { label, definition, before: before.clone(), decided: decided.cloned() });
        }
    }

    /// The switched preset that accounts for the cluster's value at `path`, and what was decided for it.
    pub(super) fn account(&self, path: &Path, own: Option<&Value>) -> Option<(String, Option<Resolution>)> {
        let keys: Option<Vec<&str>> = path
            .0
            .iter()
            .map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Named { .. } | Step::Index(_) => None,
            })
            .collect();
        let keys = keys?;
        let accounts = |it: &&Switched| match own {
            Some(own) => at(&it.definition.add, &keys) == Some(own),
            None => {
                it.definition.remove.iter().any(|path| is_inside(&keys, path))
                    || it.before.iter().any(|add| at(add, &keys).is_some())
            }
        };
        self.switched.iter().find(accounts).map(|it| (it.label.clone(), it.decided.clone()))
    }

    /// The text with the merged comment in it.
    pub(super) fn write(&self, text: String) -> String {
        let Some(groups) = &self.merged else { return text };
        let line = (!groups.is_empty()).then(|| presets::written(groups));
        let spans: Vec<_> = presets::lines(&text).map(|line| line.span).collect();
        let ending =
            if text.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
        let mut result = String::with_capacity(text.len() + 80);
        let mut rest = 0;
        let mut line = line.map(|line| format!("{line}{ending}"));
        if spans.is_empty() {
            result.extend(line.take());
        }
        for span in spans {
            result.push_str(&text[rest..span.start]);
            result.extend(mem::take(&mut line));
            rest = span.end;
        }
        result.push_str(&text[rest..]);
        result
    }
}

/// The presets that a decision names: `NAME`, or several with commas between them, as the comment takes them.
fn names_of(value: &Value) -> Option<Vec<String>> {
    let names: Vec<_> = value.as_str()?.split(',').map(|name| name.trim().to_owned()).collect();
    let is_name = |name: &String| !name.is_empty() && !name.contains(|it: char| it.is_control() || it == '#');
    names.iter().all(is_name).then_some(names)
}

/// Such a decision decides nothing, so that the place stays open.
fn not_names(judge: &mut Judge<'_>, spot: &Spot, group: &str) {
    let place = judge.place(spot);
    judge.notes.push(format!("{place} {group}: presets are decided by their names, as NAME or NAME,NAME"));
    if let Some(it) = judge.overrides.last_mut() {
        it.resolution = None;
        // An override that only the cluster set is put there without a decision, and this one was not.
        if it.verdict == Verdict::Kept {
            it.verdict = Verdict::Conflict;
        }
    }
}

fn of_group<'g>(groups: &'g [(String, Vec<String>)], group: &str) -> Option<&'g Vec<String>> {
    groups.iter().find(|(other, _)| other == group).map(|(_, names)| names)
}

fn put(groups: &mut Groups, group: &str, names: Option<Vec<String>>) {
    let at = groups.iter().position(|(other, _)| other == group);
    match (at, names) {
        (Some(at), Some(names)) => groups[at].1 = names,
        (Some(at), None) => {
            groups.remove(at);
        }
        (None, Some(names)) => groups.push((group.to_owned(), names)),
        (None, None) => {}
    }
}

/// What stands for one group and what was decided; `None` where the cluster switched nothing in it.
fn settle(
    judge: &mut Judge<'_>,
    spot: &Spot,
    group: &str,
    base: Base<&Vec<String>>,
    (own, target): (Option<&Vec<String>>, Option<&Vec<String>>),
    is_gone: bool,
) -> Option<(Stands, Option<Resolution>)> {
    let (verdict, clear) = sides::by(base, own, target, is_gone, |_| false, |_, _| false)?;
    let shown = |side: Option<&Vec<String>>| side.map(|names| Value::from(names.join(",")));
    let found = Found {
        published: shown(base.known()),
        own: shown(own),
        target: shown(target),
        clear,
        can_return: !is_gone,
        ..Found::new(group.to_owned(), verdict)
    };
    let stands = judge.settle(spot, found);
    Some((stands, judge.overrides.last().and_then(|it| it.resolution.clone())))
}

/// The value at `keys`.
fn at<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v Value> {
    keys.iter().try_fold(value, |value, key| value.get(key))
}

/// Whether `keys` are the path that a preset removes, or lie below it.
fn is_inside(keys: &[&str], removed: &str) -> bool {
    let steps: Vec<Cow<'_, str>> = match removed.parse::<Path>() {
        Ok(path) => path
            .0
            .into_iter()
            .map(|step| match step {
                Step::Key(key) => Cow::Owned(key),
                step => Cow::Owned(Path(vec![step]).to_string()),
            })
            .collect(),
        Err(_) => removed.split('.').map(Cow::Borrowed).collect(),
    };
    steps.len() <= keys.len() && steps.iter().zip(keys).all(|(step, key)| step == key)
}
