//! Tables as kubectl prints them: aligned, upper-case headers, no borders.

use std::borrow::Cow;

use super::{escape, format::Headers, width};

/// What stands between a cell and the next one at least, and how wide a column is with it at least, as kubectl has them.
const GAP: usize = 3;
const LEAST: usize = 6;

/// Lays out rows under headers; empty cells become `<none>`.
pub(crate) fn table(headers: &[&str], rows: &[Vec<String>]) -> String {
    lines(headers, rows, Headers::Shown, &mut Vec::new())
}

/// The same with the headers or without. No column is narrower than in `widths`, which remembers them for lines to come.
pub(crate) fn lines(
    headers: &[&str],
    rows: &[Vec<impl AsRef<str>>],
    shown: Headers,
    widths: &mut Vec<usize>,
) -> String {
    // Tables have thousands of rows: a cell is copied where something in it is written otherwise, and measured once.
    let mut all = Vec::with_capacity(rows.len() + 1);
    all.extend((shown == Headers::Shown).then(|| measured(headers)));
    all.extend(rows.iter().map(|row| measured(row)));
    widths.resize(headers.len(), LEAST);
    for row in &all {
        widths.iter_mut().zip(row).for_each(|(width, (of_cell, _))| *width = (*width).max(of_cell + GAP));
    }
    let mut text = String::new();
    for row in &all {
        for ((of_cell, cell), width) in row.iter().zip(widths.iter()) {
            text.push_str(cell);
            // A format width of more than 16 bits panics, and a cell may be of any length.
            text.extend(std::iter::repeat_n(' ', width - of_cell));
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// The cells of a row, each with its width.
fn measured(row: &[impl AsRef<str>]) -> Vec<(usize, Cow<'_, str>)> {
    row.iter().map(|it| cell(it.as_ref())).map(|it| (width::of(&it), it)).collect()
}

/// A text in one line, without what drives a terminal.
fn cell(text: &str) -> Cow<'_, str> {
    match escape::control(text) {
        one_line if one_line.is_empty() => Cow::Borrowed("<none>"),
        lines if lines.contains(['\n', '\t']) => Cow::Owned(lines.replace(['\n', '\t'], " ")),
        one_line => one_line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_trails() {
        let text =
            table(&["NAME", "STATE"], &[vec!["a".into(), "Running".into()], vec!["long-name".into(), String::new()]]);
        assert_eq!(text, "NAME        STATE\na           Running\nlong-name   <none>\n");
    }

    #[test]
    fn a_cell_may_be_of_any_length() {
        let long = "x".repeat(70_000);
        assert!(table(&["A", "B"], &[vec![long.clone(), "b".into()]]).ends_with(&format!("{long}   b\n")));
    }

    #[test]
    fn a_column_has_the_least_width_that_kubectl_gives_it() {
        let rows = [vec!["a".into(), "b".into()]];
        assert_eq!(table(&["A", "B"], &rows), "A     B\na     b\n");
        assert_eq!(lines(&["LONG-HEADER", "B"], &rows, Headers::Hidden, &mut Vec::new()), "a     b\n");
        let mut widths = Vec::new();
        lines(&["LONG-HEADER", "B"], &rows, Headers::Shown, &mut widths);
        assert_eq!(lines(&["LONG-HEADER", "B"], &rows, Headers::Hidden, &mut widths), "a             b\n");
    }

    #[test]
    fn a_cell_is_one_line() {
        assert_eq!(table(&["A"], &[vec!["x\ny\u{7}".into()]]), "A\nx y^G\n");
    }
}
