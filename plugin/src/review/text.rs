//! A review for people: a line for each change, and each text as a unified diff.

use std::collections::BTreeMap;

use profile_core::diff::{self, Change, Kind, Line, Tag};
use serde_json::Value;

use super::{
    Shown, ShownProfile, ShownText,
    segments::{self, Segment},
};
use crate::output::paint::{Paint, Tone};

/// Lines of context around each change.
const CONTEXT: usize = 3;

/// The changes of all profiles that no text shows.
pub(super) fn lines(shown: &Shown, paint: Paint) -> String {
    shown.profiles.iter().map(|profile| changes(profile, paint)).collect()
}

/// The changes, and the texts as unified diffs.
pub(super) fn unified(shown: &Shown, paint: Paint) -> String {
    let mut text = String::new();
    for profile in &shown.profiles {
        text.push_str(&changes(profile, paint));
        for it in &profile.texts {
            push_text(&mut text, profile, it, paint);
        }
    }
    text
}

/// A line for each change that no text shows.
pub(super) fn changes(profile: &ShownProfile, paint: Paint) -> String {
    profile.changes.iter().filter(|change| !is_in_text(change)).map(|change| line(change, paint)).collect()
}

fn push_text(text: &mut String, profile: &ShownProfile, it: &ShownText, paint: Paint) {
    let mut push = |line: &[Segment]| {
        line.iter().for_each(|(tone, piece)| text.push_str(&paint.text(*tone, &piece.replace('\n', " "))));
        text.push('\n');
    };
    let whole = |tone: Tone, text: String| [(tone, text)];
    push(&whole(Tone::Strong, format!("--- {}: {}", profile.current_label, it.name)));
    push(&whole(Tone::Strong, format!("+++ {}: {}", profile.pending_label, it.name)));
    // Words are set off by colour alone, so that there is nothing to find where there is none.
    let mut words = if paint.is_on { words(&it.lines) } else { BTreeMap::new() };
    for hunk in diff::hunks(&it.lines, CONTEXT) {
        push(&whole(Tone::Place, diff::header(&it.lines, &hunk)));
        for line in &it.lines[hunk] {
            let (tone, sign) = match line.tag {
                Tag::Same => (Tone::Plain, " "),
                Tag::Removed => (Tone::Removed, "-"),
                Tag::Added => (Tone::Added, "+"),
            };
            let mut pieces = words.remove(&(line.current, line.pending)).unwrap_or_default();
            match pieces.first_mut() {
                Some((first, text)) if *first == tone => text.insert_str(0, sign),
                Some(_) => pieces.insert(0, (tone, sign.to_owned())),
                None => pieces.push((tone, format!("{sign}{}", line.text))),
            }
            push(&pieces);
            if line.lacks_newline {
                push(&whole(Tone::Faint, "\\ No newline at end of file".into()));
            }
        }
    }
}

/// The lines that stand beside another one that says something else, in pieces, by their numbers.
fn words(lines: &[Line]) -> BTreeMap<(Option<usize>, Option<usize>), Vec<Segment>> {
    let mut found = BTreeMap::new();
    for row in diff::rows(lines).iter().filter(|row| !row.is_same()) {
        let (Some(current), Some(pending)) = (row.current, row.pending) else { continue };
        let Some([before, after]) = segments::compared(row) else { continue };
        found.insert((current.current, None), before);
        found.insert((None, pending.pending), after);
    }
    found
}

/// Whether the diff of the values shows the change already.
fn is_in_text(change: &Change) -> bool {
    matches!(change.kind, Kind::Value | Kind::Format | Kind::Text)
}

fn is_text(side: &Option<Value>) -> bool {
    side.as_ref().and_then(Value::as_str).is_some_and(|text| text.contains('\n'))
}

fn line(change: &Change, paint: Paint) -> String {
    let text = |side: &Option<Value>| match side {
        Some(Value::String(text)) => text.lines().next().unwrap_or_default().to_owned(),
        Some(value) => value.to_string(),
        None => "(none)".into(),
    };
    let (current, pending, place) = (text(&change.current), text(&change.pending), change.place());
    let (tone, line) = match change.kind {
        Kind::PackAdded | Kind::ProfileAdded => (Tone::Added, format!("+ {place} {pending}")),
        Kind::PackRemoved | Kind::ProfileRemoved => (Tone::Removed, format!("- {place} {current}")),
        Kind::Presets => (Tone::Changed, format!("~ {place}: presets {current} → {pending}")),
        Kind::Manifest if change.current.is_none() => (Tone::Added, format!("+ {place}: manifest")),
        Kind::Manifest if change.pending.is_none() => (Tone::Removed, format!("- {place}: manifest")),
        // What differs in it follows as text.
        Kind::Manifest if current == pending || is_text(&change.pending) => {
            (Tone::Changed, format!("~ {place}: manifest"))
        }
        Kind::Manifest => (Tone::Changed, format!("~ {place}: manifest {current} → {pending}")),
        _ => (Tone::Changed, format!("~ {place}: {current} → {pending}")),
    };
    paint.text(tone, &line.replace('\n', " ")) + "\n"
}
