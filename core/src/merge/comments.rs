//! Carries comments that only the cluster has over with their keys, and says which found no place.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{
    Verdict,
    decisions::{Found, Judge, Spot},
    named,
    sides::Base,
    texts::Trees,
};
use crate::{
    presets,
    splice::{Comments, Content, Node, Path, Spliced, Step, Tree},
};

/// The text with the comments in it that only the cluster has, as far as their keys are there.
pub(super) fn carry(judge: &mut Judge<'_>, spot: &Spot, trees: &Trees<'_>, spliced: Spliced) -> String {
    // Without a base it is not known whose comments they are.
    let Base::Known(Some(base)) = &trees.base else { return spliced.into_text() };
    let only_own = beyond(&trees.own, base);
    if only_own.is_empty() {
        return spliced.into_text();
    }
    let result = spliced.tree();
    let there = counted(&result);
    let missing: HashMap<&str, usize> = only_own.into_iter().filter(|(it, _)| !there.contains_key(it)).collect();
    if missing.is_empty() {
        return spliced.into_text();
    }
    let mut search = Search { own: &trees.own, base, missing, found: BTreeMap::new() };
    if let Some(root) = trees.own.root() {
        search.node(&mut Path::default(), root);
    }
    let Search { missing, found, .. } = search;
    let plans: Vec<_> =
        found.iter().map(|(path, lost)| (path, lost, plan(result.text(), &result, base, path, lost))).collect();
    let edited =
        edited(result.text(), plans.iter().flat_map(|(.., plan)| plan.iter().flat_map(|plan| plan.edits.iter())));
    let is_fine = Tree::parse(&edited).is_ok_and(|it| it.value() == result.value());
    for (path, lost, plan) in &plans {
        let rest = match plan {
            Some(plan) if is_fine => plan.lost.clone(),
            _ => lost.all(),
        };
        tell(judge, spot, path.to_string(), &rest);
    }
    // Those that stand alone belong to no key.
    let alone: Vec<_> = missing.into_iter().filter(|(_, count)| *count > 0).map(|(text, _)| text.to_owned()).collect();
    tell(judge, spot, String::new(), &alone);
    if is_fine { edited } else { spliced.into_text() }
}

fn tell(judge: &mut Judge<'_>, spot: &Spot, path: String, comments: &[String]) {
    if !comments.is_empty() {
        let own = Some(Value::from(comments.join("\n")));
        judge.settle(spot, Found { own, ..Found::new(path, Verdict::CommentLost) });
    }
}

fn counted<'t>(tree: &'t Tree<'_>) -> HashMap<&'t str, usize> {
    let mut counts = HashMap::new();
    // Those that record the presets are merged by themselves.
    let mut presets: Vec<_> = presets::lines(tree.text()).map(|it| tree.text()[it.span].trim()).collect();
    for comment in tree.all_comments() {
        if let Some(at) = presets.iter().position(|it| it.trim_start_matches('\u{feff}') == comment.trim()) {
            presets.swap_remove(at);
            continue;
        }
        *counts.entry(comment).or_default() += 1;
    }
    counts
}

/// The comments of `tree` that `base` does not have, or not as often.
fn beyond<'t>(tree: &'t Tree<'_>, base: &Tree<'_>) -> HashMap<&'t str, usize> {
    let mut counts = counted(tree);
    for (comment, count) in counted(base) {
        if let Some(own) = counts.get_mut(comment) {
            *own = own.saturating_sub(count);
        }
    }
    counts.retain(|_, count| *count > 0);
    counts
}

/// What of the comments of one entry is missing in the result.
#[derive(Default)]
struct Lost {
    /// Those above it, where one of them is missing.
    above: Vec<String>,
    missing: Vec<String>,
    behind: Option<String>,
    inside: Vec<String>,
}

impl Lost {
    fn all(&self) -> Vec<String> {
        self.missing.iter().chain(&self.behind).chain(&self.inside).cloned().collect()
    }
}

/// Looks for the entries that the missing comments belong to.
struct Search<'s, 't> {
    own: &'s Tree<'t>,
    base: &'s Tree<'t>,
    /// How often each is still to be found.
    missing: HashMap<&'s str, usize>,
    found: BTreeMap<Path, Lost>,
}

impl Search<'_, '_> {
    fn node(&mut self, path: &mut Path, node: &Node) {
        match &node.content {
            Content::Mapping(entries) => {
                for entry in entries {
                    path.0.push(Step::Key(entry.key.clone()));
                    self.entry(path, &entry.value);
                    path.0.pop();
                }
            }
            Content::Sequence(_) => {
                for (name, item) in named::by_name(node).into_iter().flatten() {
                    path.0.push(Step::Named { key: named::KEY.into(), value: name.to_owned() });
                    self.entry(path, item);
                    path.0.pop();
                }
            }
            Content::Scalar(_) | Content::Alias(_) => {}
        }
    }

    fn entry(&mut self, path: &mut Path, node: &Node) {
        let Comments { above, inside, behind } = self.own.comments(path);
        if above.is_empty() && inside.is_empty() && behind.is_none() {
            return;
        }
        let base = self.base.comments(path);
        let missing = above.iter().filter(|it| !base.above.contains(it) && self.take(it)).cloned().collect();
        let mut lost = Lost { missing, ..Lost::default() };
        lost.behind = behind.filter(|it| base.behind.as_ref() != Some(it) && self.take(it));
        if inside.iter().any(|it| self.missing.get(it.as_str()).is_some_and(|count| *count > 0)) {
            self.node(path, node);
            lost.inside = inside.into_iter().filter(|it| !base.inside.contains(it) && self.take(it)).collect();
        }
        lost.above = above;
        if !lost.all().is_empty() {
            self.found.insert(path.clone(), lost);
        }
    }

    /// Whether the comment is missing; then it is found now.
    fn take(&mut self, comment: &str) -> bool {
        match self.missing.get_mut(comment) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
}

/// What is written for one entry, and which of its comments find no place all the same.
struct Plan {
    edits: Vec<(std::ops::Range<usize>, String)>,
    lost: Vec<String>,
}

fn plan(text: &str, result: &Tree<'_>, base: &Tree<'_>, path: &Path, lost: &Lost) -> Option<Plan> {
    let (parent, last) = path.split_last()?;
    let node = result.node(path)?;
    let lead = match last {
        Step::Key(key) => result.node(&parent)?.entries()?.iter().rfind(|it| it.key == *key)?.key_span.start,
        Step::Named { .. } | Step::Index(_) => node.span.start,
    };
    let (now, before) = (result.comments(path), base.comments(path));
    let mut plan = Plan { edits: Vec::new(), lost: lost.inside.clone() };
    let line = text[..lead].rfind('\n').map_or(0, |at| at + 1);
    let ending =
        if text[lead..].split_inclusive('\n').next().is_some_and(|it| it.ends_with("\r\n")) { "\r\n" } else { "\n" };
    if !lost.missing.is_empty() {
        let before_lead = &text[line..lead];
        let indent = before_lead.len() - before_lead.trim_start_matches(' ').len();
        let is_alone = before_lead.chars().all(|it| it == ' ')
            || (matches!(last, Step::Named { .. }) && before_lead.trim() == "-");
        let is_same = now.above == before.above;
        let lines = if is_same { &lost.above } else { &lost.missing };
        let start = if is_same { back(text, line, now.above.len()) } else { line };
        match is_alone {
            true => {
                let lines: String = lines.iter().map(|it| format!("{:indent$}{it}{ending}", "")).collect();
                plan.edits.push((start..line, lines));
            }
            false => plan.lost.extend(lost.missing.iter().cloned()),
        }
    }
    if let Some(comment) = &lost.behind {
        let is_block =
            text[lead..node.span.start.max(lead)].contains('\n') || text[node.span.clone()].starts_with(['|', '>']);
        let from = if is_block { lead } else { node.span.end };
        let end = from + text[from..].find('\n').unwrap_or(text.len() - from);
        let end = line + text[line..end].trim_end().len();
        match &now.behind {
            None if is_block || text[from..end.max(from)].trim().is_empty() => {
                plan.edits.push((end..end, format!(" {comment}")));
            }
            Some(old) if Some(old) == before.behind.as_ref() && text[..end].ends_with(old.as_str()) => {
                plan.edits.push((end - old.len()..end, comment.clone()));
            }
            _ => plan.lost.push(comment.clone()),
        }
    }
    Some(plan)
}

/// The start of the line so many lines above the line that starts at `line`.
fn back(text: &str, line: usize, count: usize) -> usize {
    (0..count).fold(line, |line, _| text[..line.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1))
}

fn edited<'e>(text: &str, edits: impl Iterator<Item = &'e (std::ops::Range<usize>, String)>) -> String {
    let mut edits: Vec<_> = edits.collect();
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut result = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for (span, new) in edits.into_iter() {
        if span.start < at {
            // Two that overlap are not told apart: what comes out is not what was meant, and is not used.
            return String::from("[");
        }
        result.push_str(&text[at..span.start]);
        result.push_str(new);
        at = span.end;
    }
    result.push_str(&text[at..]);
    result
}
