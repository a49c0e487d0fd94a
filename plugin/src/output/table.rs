//! Tables as kubectl prints them: aligned, upper-case headers, no borders.

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
    headers: &[impl AsRef<str>],
    rows: &[Vec<String>],
    shown: Headers,
    widths: &mut Vec<usize>,
) -> String {
    let cell = |text: &str| {
        let one_line = escape::control(text).replace(['\n', '\t'], " ");
        if one_line.is_empty() { "<none>".to_owned() } else { one_line }
    };
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|text| cell(text)).collect()).collect();
    let column_width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|text| width::of(text));
        let header = (shown == Headers::Shown).then(|| width::of(headers[column].as_ref()));
        (cells.chain(header).max().unwrap_or_default() + GAP).max(LEAST)
    };
    let before = std::mem::take(widths);
    *widths = (0..headers.len()).map(column_width).collect();
    widths.iter_mut().zip(before).for_each(|(width, before)| *width = before.max(*width));
    let line = |cells: &[String]| {
        // Padding by hand: a format width of more than 16 bits panics, and a cell may be of any length.
        let pad = |text: &String, to: &usize| text.clone() + &" ".repeat(to.saturating_sub(width::of(text)));
        let padded: Vec<_> = cells.iter().zip(widths.iter()).map(|(text, width)| pad(text, width)).collect();
        padded.concat().trim_end().to_owned() + "\n"
    };
    let headers: Vec<_> = headers.iter().map(|header| header.as_ref().to_owned()).collect();
    let head = (shown == Headers::Shown).then(|| line(&headers));
    head.into_iter().chain(rows.iter().map(|row| line(row))).collect()
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
