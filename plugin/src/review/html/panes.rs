//! Two texts side by side: row by row, so that both panes stay aligned, with unchanged parts folded.

use maud::{Markup, html};
use profile_core::{
    diff::{self, Line, Part, Row},
    mask::MASK,
};

use super::findings::counted;

/// Lines shown around each change.
const CONTEXT: usize = 3;
/// Fewer lines are not worth a fold.
const LEAST_FOLDED: usize = 4;

/// Two texts, row by row.
pub(super) struct Panes<'l> {
    rows: Vec<Row<'l>>,
}

impl<'l> Panes<'l> {
    /// Lays out `lines`.
    pub(super) fn new(lines: &'l [Line]) -> Self {
        Self { rows: diff::rows(lines) }
    }

    /// How many lines of Current are gone or differ, and how many of Pending are new or differ.
    pub(super) fn counts(&self) -> (usize, usize) {
        let changed = self.rows.iter().filter(|row| !row.is_same());
        changed.fold((0, 0), |(gone, new), row| {
            (gone + usize::from(row.current.is_some()), new + usize::from(row.pending.is_some()))
        })
    }

    /// The rows, what is equal and far from a change folded.
    pub(super) fn markup(&self) -> Markup {
        let mut parts: Vec<(bool, &[Row<'_>])> = Vec::new();
        for run in self.rows.chunk_by(|one, next| one.is_same() == next.is_same()) {
            let is_first = std::ptr::eq(run.as_ptr(), self.rows.as_ptr());
            let is_last = std::ptr::eq(run.as_ptr_range().end, self.rows.as_ptr_range().end);
            let head = if is_first { 0 } else { CONTEXT };
            let tail = if is_last { 0 } else { CONTEXT };
            let is_folded = run.first().is_some_and(Row::is_same) && run.len() >= head + tail + LEAST_FOLDED;
            if is_folded {
                let (start, rest) = run.split_at(head);
                let (hidden, end) = rest.split_at(rest.len() - tail);
                parts.extend([(false, start), (true, hidden), (false, end)]);
            } else {
                parts.push((false, run));
            }
        }
        html! {
            div.panes role="table" {
                @for (is_folded, rows) in parts {
                    @if is_folded {
                        details.fold {
                            summary { (counted(rows.len(), "unchanged line", "unchanged lines")) }
                            @for row in rows { (markup(row)) }
                        }
                    } @else {
                        @for row in rows { (markup(row)) }
                    }
                }
            }
        }
    }
}

fn markup(row: &Row<'_>) -> Markup {
    if row.is_same() {
        let side = |number: Option<usize>, line: Option<&Line>| {
            html! { b data-n=[number] {} span role="cell" { (line.map_or("", |it| &it.text)) } }
        };
        return html! {
            div.r.q role="row" {
                (side(row.current.and_then(|it| it.current), row.current))
                (side(row.pending.and_then(|it| it.pending), row.pending))
            }
        };
    }
    let [left, right] = row.words().map_or([None, None], |[left, right]| [Some(left), Some(right)]);
    // Both are shown alike when only what is hidden differs, or what no eye can see.
    let unseen = match (row.current, row.pending) {
        (Some(current), Some(pending)) if current.text == pending.text => Some(unseen(current, pending)),
        _ => None,
    };
    let text = |line: &Line, words: Option<Vec<Part>>| {
        html! {
            @match words {
                Some(words) => @for (is_own, word) in words { @if is_own { mark { (word) } } @else { (word) } },
                None => (line.text),
            }
            @if let Some(unseen) = unseen { " " em.tag.warn { (unseen) } }
        }
    };
    // A number in an attribute is not copied with the text.
    html! {
        div.r role="row" {
            @if let Some(line) = row.current { b data-n=[line.current] {} del role="cell" { (text(line, left)) } }
            @else { b.e {} span.e role="cell" {} }
            @if let Some(line) = row.pending { b data-n=[line.pending] {} ins role="cell" { (text(line, right)) } }
            @else { b.e {} span.e role="cell" {} }
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
