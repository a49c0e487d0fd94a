//! Two texts side by side: row by row, so that both panes stay aligned, with unchanged parts folded.

use std::collections::BTreeMap;

use maud::{Markup, html};
use profile_core::{
    diff::{self, Line, Part, Row},
    mask::MASK,
    merge::Override,
};

use super::{super::overrides::words, findings::counted, overrides};

/// Lines shown around each change.
const CONTEXT: usize = 3;
/// Fewer lines are not worth a fold.
const LEAST_FOLDED: usize = 4;

/// Two texts, row by row.
pub(super) struct Panes<'l> {
    rows: Vec<Row<'l>>,
    marks: Marks<'l>,
}

/// The overrides that stand in a text, by the number of their line: on the current side, and on the pending side.
pub(super) type Marks<'l> = [BTreeMap<usize, Vec<&'l Override>>; 2];

impl<'l> Panes<'l> {
    /// Lays out `lines`.
    pub(super) fn new(lines: &'l [Line], marks: Marks<'l>) -> Self {
        Self { rows: diff::rows(lines), marks }
    }

    /// How many lines of Current are gone or differ, and how many of Pending are new or differ.
    pub(super) fn counts(&self) -> (usize, usize) {
        let changed = self.rows.iter().filter(|row| !row.is_same());
        changed.fold((0, 0), |(gone, new), row| {
            (gone + usize::from(row.current.is_some()), new + usize::from(row.pending.is_some()))
        })
    }

    /// The rows, what is equal and far from everything that matters folded.
    pub(super) fn markup(&self) -> Markup {
        let matters = |row: &Row<'_>| !row.is_same() || self.marks_of(row).into_iter().any(|it| !it.is_empty());
        let mut is_near = vec![false; self.rows.len()];
        for at in self.rows.iter().enumerate().filter(|(_, row)| matters(row)).map(|(at, _)| at) {
            is_near[at.saturating_sub(CONTEXT)..self.rows.len().min(at + CONTEXT + 1)].fill(true);
        }
        let runs = is_near.chunk_by(|one, next| one == next).scan(0, |start, run| {
            let rows = &self.rows[*start..*start + run.len()];
            *start += run.len();
            Some((!run[0] && rows.len() >= LEAST_FOLDED, rows))
        });
        html! {
            div.panes role="table" {
                @for (is_folded, rows) in runs {
                    @if is_folded {
                        details.fold {
                            summary { (counted(rows.len(), "unchanged line", "unchanged lines")) }
                            @for row in rows { (self.row(row)) }
                        }
                    } @else {
                        @for row in rows { (self.row(row)) }
                    }
                }
            }
        }
    }

    fn marks_of(&self, row: &Row<'_>) -> [&[&'l Override]; 2] {
        let of = |side: usize, number: Option<usize>| {
            number.and_then(|it| self.marks[side].get(&it)).map_or(&[][..], |it| it)
        };
        [of(0, row.current.and_then(|it| it.current)), of(1, row.pending.and_then(|it| it.pending))]
    }

    fn row(&self, row: &Row<'_>) -> Markup {
        let [before, after] = self.marks_of(row);
        let marks = |overrides: &[&Override]| {
            html! { @for it in overrides { " " em.tag.(overrides::tone(it)) { "override " (words(it.verdict)) } } }
        };
        if row.is_same() {
            let side = |number: Option<usize>, line: Option<&Line>, overrides| {
                html! { b data-n=[number] {} span role="cell" { (line.map_or("", |it| &it.text)) (marks(overrides)) } }
            };
            return html! {
                div.r.q role="row" {
                    (side(row.current.and_then(|it| it.current), row.current, before))
                    (side(row.pending.and_then(|it| it.pending), row.pending, after))
                }
            };
        }
        let [left, right] = row.words().map_or([None, None], |[left, right]| [Some(left), Some(right)]);
        // Both are shown alike when only what is hidden differs, or what no eye can see.
        let unseen = match (row.current, row.pending) {
            (Some(current), Some(pending)) if current.text == pending.text => Some(unseen(current, pending)),
            _ => None,
        };
        let text = |line: &Line, words: Option<Vec<Part>>, overrides: &[&Override]| {
            html! {
                @match words {
                    Some(words) => @for (is_own, word) in words { @if is_own { mark { (word) } } @else { (word) } },
                    None => (line.text),
                }
                @if let Some(unseen) = unseen { " " em.tag.warn { (unseen) } }
                (marks(overrides))
            }
        };
        // A number in an attribute is not copied with the text.
        html! {
            div.r role="row" {
                @if let Some(line) = row.current { b data-n=[line.current] {} del role="cell" { (text(line, left, before)) } }
                @else { b.e {} span.e role="cell" {} }
                @if let Some(line) = row.pending { b data-n=[line.pending] {} ins role="cell" { (text(line, right, after)) } }
                @else { b.e {} span.e role="cell" {} }
            }
        }
    }
}

fn unseen(current: &Line, pending: &Line) -> &'static str {
    match () {
        () if current.lacks_newline != pending.lacks_newline => "last line break changes",
        () if current.text.contains(MASK) => "hidden value changes",
        () => "end of line changes",
    }
}
