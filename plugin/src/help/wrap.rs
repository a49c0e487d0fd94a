//! Lines as wide as they can be read.

use crate::output::width;

/// The text in lines of the help's width: the first begins at column `begins`, the others with `indent`.
pub(super) fn wrapped(text: &str, begins: usize, indent: &str) -> String {
    in_width(text, begins, indent, width::of_help())
}

fn in_width(text: &str, begins: usize, indent: &str, most: usize) -> String {
    let mut lines = String::new();
    let mut column = begins;
    for word in text.split(' ') {
        let length = width::of(word);
        let is_first = column == begins;
        if !is_first && column + 1 + length > most {
            lines.push('\n');
            lines.push_str(indent);
            column = begins;
        } else if !is_first {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_asked() {
        assert_eq!(in_width("one two three", 0, "", 7), "one two\nthree");
        assert_eq!(in_width("one two three", 4, "    ", 11), "one two\n    three");
        assert_eq!(in_width("immeasurable word", 2, "  ", 6), "immeasurable\n  word");
    }
}
