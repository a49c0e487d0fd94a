//! The parts of a unified diff: hunks and their headers.

use std::ops::Range;

use super::lines::{Line, Tag};

/// The parts of `lines` that change, each with up to `context` lines around it; parts that touch are one.
pub fn hunks(lines: &[Line], context: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in lines.iter().enumerate().filter(|(_, line)| line.tag != Tag::Same).map(|(at, _)| at) {
        let (start, end) = (at.saturating_sub(context), lines.len().min(at + 1 + context));
        match found.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => found.push(start..end),
        }
    }
    found
}

/// The line above a hunk: `@@ -1,4 +1,5 @@`.
pub fn header(lines: &[Line], hunk: &Range<usize>) -> String {
    let side = |number: fn(&Line) -> Option<usize>| {
        let before = lines[..hunk.start].iter().rev().find_map(number).unwrap_or_default();
        match lines[hunk.clone()].iter().filter_map(number).count() {
            0 => format!("{before},0"),
            1 => format!("{}", before + 1),
            count => format!("{},{count}", before + 1),
        }
    };
    format!("@@ -{} +{} @@", side(|line| line.current), side(|line| line.pending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diff::lines,
        mask::{Context, Secrets},
    };

    fn of(current: &str, pending: &str) -> Vec<Line> {
        lines(current, pending, &Context::default(), Secrets::Hidden)
    }

    #[test]
    fn hunks_that_touch_are_one() {
        let text = |changed: &[usize]| -> String {
            (0..30).map(|it| format!("{it}{}\n", if changed.contains(&it) { "!" } else { "" })).collect()
        };
        let of = |changed: &[usize]| hunks(&of(&text(&[]), &text(changed)), 3).len();
        assert_eq!((of(&[]), of(&[5]), of(&[5, 11]), of(&[5, 20])), (0, 1, 1, 2));
    }

    #[test]
    fn a_header_counts_the_lines_of_both_sides() {
        let check = |current: &str, pending: &str, expected: &str| {
            let lines = of(current, pending);
            assert_eq!(header(&lines, &hunks(&lines, 1)[0]), expected, "{current:?} {pending:?}");
        };
        check("a\nb\nc\nd\n", "a\nb\nc\nx\n", "@@ -3,2 +3,2 @@");
        check("", "a\n", "@@ -0,0 +1 @@");
        check("a\nb\n", "", "@@ -1,2 +0,0 @@");
        check("a\n", "b\n", "@@ -1 +1 @@");
    }
}
