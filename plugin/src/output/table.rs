//! Tables as kubectl prints them: aligned, upper-case headers, no borders.

use super::{escape, width};

/// Lays out rows under headers; empty cells become `<none>`.
pub(crate) fn table(headers: &[&str], rows: &[Vec<String>]) -> String {
    const GAP: usize = 3;
    let cell = |text: &str| {
        let one_line = escape::control(text).replace(['\n', '\t'], " ");
        if one_line.is_empty() { "<none>".to_owned() } else { one_line }
    };
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|text| cell(text)).collect()).collect();
    let column_width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|text| width::of(text));
        cells.chain([width::of(headers[column])]).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..headers.len()).map(column_width).collect();
    let line = |cells: &[String]| {
        // Padding by hand: a format width of more than 16 bits panics, and a cell may be of any length.
        let pad = |text: &String, to: &usize| text.clone() + &" ".repeat(to.saturating_sub(width::of(text)));
        let padded: Vec<_> = cells.iter().zip(&widths).map(|(text, width)| pad(text, width)).collect();
        padded.join(&" ".repeat(GAP)).trim_end().to_owned() + "\n"
    };
    let headers: Vec<_> = headers.iter().map(|header| (*header).to_owned()).collect();
    std::iter::once(line(&headers)).chain(rows.iter().map(|row| line(row))).collect()
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
    fn a_cell_is_one_line() {
        assert_eq!(table(&["A"], &[vec!["x\ny\u{7}".into()]]), "A\nx y^G\n");
    }
}
