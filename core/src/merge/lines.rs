//! Merges texts line by line: what is no YAML before it is rendered still has lines.

use std::{iter, ops::Range};

use serde_json::Value;
use similar::DiffOp;

mod keys;

use keys::Keys;

use super::{
    decisions::{Found, Judge, Spot, Stands},
    masked,
    sides::{self, Base},
    texts::Texts,
};
use crate::{diff, mask, presets};

/// A stretch of lines; where it is not the same on all sides, no line of it is.
struct Stretch {
    base: Range<usize>,
    own: Range<usize>,
    target: Range<usize>,
    is_same: bool,
}

/// A piece of the result.
struct Piece {
    text: String,
    /// What the target has there.
    target: String,
    /// The override that put another text there, by its index.
    by: Option<usize>,
}

/// The target's lines with the cluster's own in them. The comments that record the presets are left out of it where the
/// target has none, and are the target's else.
pub(super) fn merge(judge: &mut Judge<'_>, spot: &Spot, texts: &Texts<'_>) -> String {
    let target_text = texts.target.unwrap_or_default();
    let comments: Vec<_> = presets::lines(target_text).map(|line| &target_text[line.span]).collect();
    let base = texts.base.and_then(|text| Some(lines(text, &comments)));
    let (own, target) = (lines(texts.own, &comments), lines(target_text, &comments));
    let base_lines: &[&str] = match &base {
        Base::Known(Some(lines)) => lines,
        Base::Known(None) | Base::Unknown => &[],
    };
    let secret = secret_lines(&own);
    // The number of a line is that in the cluster's own text.
    let removed = presets::lines(texts.own).count();
    let place = |range: &Range<usize>| place(range, removed, comments.len(), own.len());
    let stretches = if base.is_unknown() { two(&own, &target) } else { three(base_lines, &own, &target) };
    let mut pieces = Vec::new();
    for it in stretches {
        let sides =
            (base_lines[it.base.clone()].concat(), own[it.own.clone()].concat(), target[it.target.clone()].concat());
        let stands = if it.is_same {
            Stands::Target
        } else {
            let published = if base.is_unknown() { Base::Unknown } else { Base::Known(Some(&sides.0)) };
            let is_gone = texts.target.is_none();
            let is_secret = secret[it.own.clone()].contains(&true);
            settle(judge, spot, place(&it.own), published, (&sides.1, &sides.2), is_gone, is_secret)
        };
        let text = match stands {
            Stands::Target => None,
            Stands::Own => Some(sides.1),
            Stands::Value(Value::String(text)) => Some(text),
            Stands::Value(value) => Some(value.to_string()),
        };
        let by = text.is_some().then(|| judge.overrides.len() - 1);
        pieces.push(Piece { text: text.unwrap_or_else(|| sides.2.clone()), target: sides.2, by });
    }
    let sides = [base_lines, &own, &target].map(|lines| lines.concat());
    without_repeated_keys(judge, pieces, &sides)
}

/// The pieces as one text, of which each begins a line. A piece that repeats a key, so that one of the two has no effect, is
/// refused.
fn without_repeated_keys(judge: &mut Judge<'_>, mut pieces: Vec<Piece>, sides: &[String]) -> String {
    let known: Vec<_> = sides.iter().map(|side| Keys::of(side)).collect();
    loop {
        let mut result = String::new();
        let mut lines = Vec::new();
        for piece in pieces.iter().filter(|it| !it.text.is_empty()) {
            if !result.is_empty() && !result.ends_with('\n') {
                result.push('\n');
            }
            let first = result.matches('\n').count();
            result.push_str(&piece.text);
            lines.push((first..first + piece.text.lines().count(), piece.by));
        }
        let found = Keys::of(&result);
        let Some((key, at)) = found.repeated(&known) else { return result };
        let holds = |range: &Range<usize>| at.iter().any(|line| range.contains(line));
        let guilty: Vec<_> = lines.iter().filter(|(range, _)| holds(range)).filter_map(|(_, by)| *by).collect();
        if guilty.is_empty() {
            return result;
        }
        let reason = format!("key {key:?} would stand twice, and only the last one counts");
        for piece in pieces.iter_mut().filter(|it| it.by.is_some_and(|by| guilty.contains(&by))) {
            piece.by.take().into_iter().for_each(|by| judge.refuse(by, &reason));
            piece.text.clone_from(&piece.target);
        }
    }
}

fn settle(
    judge: &mut Judge<'_>,
    spot: &Spot,
    place: String,
    base: Base<&String>,
    (own, target): (&String, &String),
    is_gone: bool,
    is_secret: bool,
) -> Stands {
    let some = |text| Some(text).filter(|text: &&String| !text.is_empty());
    let base = base.and_then(some);
    let (own, target) = (some(own), some(target));
    let sides = [base.known(), own, target];
    let is_masked = |text: &String| {
        masked::hides_in_text(text) || sides.into_iter().flatten().any(|real| masked::covers_lines(text, real))
    };
    let Some((verdict, clear)) = sides::by(base, own, target, is_gone, is_masked, |_, _| false) else {
        return Stands::Target;
    };
    // Lines that the target dropped are not gone like a key is: its text goes on around them.
    let verdict = if verdict == super::Verdict::Lost && !is_gone { super::Verdict::Conflict } else { verdict };
    let value = |text: Option<&String>| text.map(|text| Value::from(text.as_str()));
    judge.settle(
        spot,
        Found {
            clear,
            published: value(base.known()),
            own: value(own),
            target: value(target),
            is_secret,
            is_masked: |value| value.as_str().is_some_and(masked::hides_in_text),
            ..Found::new(place, verdict)
        },
    )
}

/// The lines with their ends, the comments of the presets replaced by `comments`, one by one.
fn lines<'t>(text: &'t str, comments: &[&'t str]) -> Vec<&'t str> {
    let (mut lines, mut rest, mut put) = (Vec::new(), 0, comments.iter());
    let spans: Vec<_> = presets::lines(text).map(|line| line.span).collect();
    for span in &spans {
        lines.extend(text[rest..span.start].split_inclusive('\n'));
        lines.extend(put.next());
        rest = span.end;
    }
    lines.extend(put);
    lines.extend(text[rest..].split_inclusive('\n'));
    lines
}

/// Which lines hold what may be secret.
fn secret_lines(lines: &[&str]) -> Vec<bool> {
    let text = lines.concat();
    let masked = mask::lines(&text);
    let shown = masked.iter().map(String::as_str).chain(iter::repeat(""));
    lines
        .iter()
        .zip(shown)
        .map(|(line, shown)| line.trim_end_matches(['\r', '\n']) != shown.trim_end_matches('\r'))
        .collect()
}

/// `lines 12-14` of the cluster's own text, or the line before which it has nothing. Of its `removed` comments of presets
/// stand `put` in the `count` lines that were merged.
fn place(own: &Range<usize>, removed: usize, put: usize, count: usize) -> String {
    let number = |line: usize| (line + removed).saturating_sub(put).max(1);
    let (first, last) = (number(own.start + 1), number(own.end));
    match own.len() {
        0 if own.start == count => "after the last line".into(),
        0 => format!("before line {first}"),
        1 => format!("line {first}"),
        _ => format!("lines {first}-{last}"),
    }
}

/// The stretches of two texts of which nothing is known that they come from.
fn two(own: &[&str], target: &[&str]) -> Vec<Stretch> {
    let stretch = |op: DiffOp| Stretch {
        base: 0..0,
        own: op.old_range(),
        target: op.new_range(),
        is_same: matches!(op, DiffOp::Equal { .. }),
    };
    let mut stretches: Vec<Stretch> = Vec::new();
    for next in diff::operations(own, target).into_iter().map(stretch) {
        match stretches.last_mut() {
            Some(last) if !last.is_same && !next.is_same => {
                last.own.end = next.own.end;
                last.target.end = next.target.end;
            }
            _ => stretches.push(next),
        }
    }
    stretches
}

/// The stretches of two texts that come from a third one.
fn three(base: &[&str], own: &[&str], target: &[&str]) -> Vec<Stretch> {
    let (in_own, in_target) = (matches(base, own), matches(base, target));
    let mut stretches = Vec::new();
    let mut at = (0, 0, 0);
    loop {
        let is_same = |at: (usize, usize, usize)| {
            in_own.get(at.0).is_some_and(|it| *it == Some(at.1)) && in_target[at.0] == Some(at.2)
        };
        let start = at;
        while is_same(at) {
            at = (at.0 + 1, at.1 + 1, at.2 + 1);
        }
        if at != start {
            stretches.push(stretch(start, at, true));
        }
        if at == (base.len(), own.len(), target.len()) {
            return stretches;
        }
        let start = at;
        let anchor = (at.0..base.len()).find_map(|line| Some((line, in_own[line]?, in_target[line]?)));
        at = anchor.unwrap_or((base.len(), own.len(), target.len()));
        stretches.push(stretch(start, at, false));
    }
}

fn stretch(start: (usize, usize, usize), end: (usize, usize, usize), is_same: bool) -> Stretch {
    Stretch { base: start.0..end.0, own: start.1..end.1, target: start.2..end.2, is_same }
}

/// For each line of `base` the line of `other` that it is.
fn matches(base: &[&str], other: &[&str]) -> Vec<Option<usize>> {
    let mut matches = vec![None; base.len()];
    for op in diff::operations(base, other) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            (0..len).for_each(|at| matches[old_index + at] = Some(new_index + at));
        }
    }
    matches
}
