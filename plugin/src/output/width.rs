//! How wide the terminal is, and how wide text is on it.

use unicode_width::UnicodeWidthChar;

use super::escape;

/// The width where nothing tells one.
const DEFAULT: usize = 80;

/// Less is no use for anything in two columns.
const LEAST: usize = 40;

/// Longer lines of text are hard to read.
const READABLE: usize = 100;

/// The columns to fill: what COLUMNS says, else the terminal's own, else 80.
pub(crate) fn of_terminal() -> usize {
    told().unwrap_or(DEFAULT).max(LEAST)
}

fn told() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok()).filter(|width| *width > 0);
    let own = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0);
    said.or_else(own)
}

/// The columns of help: those of the terminal, but no more than are read with ease, which they are where there is none.
pub(crate) fn of_help() -> usize {
    told().unwrap_or(READABLE).clamp(LEAST, READABLE)
}

/// The columns that a letter takes. What drives the terminal is escaped before it is measured.
pub(crate) fn of_letter(letter: char) -> usize {
    letter.width().unwrap_or_default()
}

/// The columns that a text takes.
pub(crate) fn of(text: &str) -> usize {
    if escape::is_plain(text) {
        return text.len();
    }
    text.chars().map(of_letter).sum()
}

/// The text in at most `width` columns; what is cut off leaves `…`.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if of(text) <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |letter: &char| {
        used += of_letter(*letter);
        used <= width
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!((of("abc"), of("日本"), of("e\u{301}")), (3, 4, 1));
    }

    #[test]
    fn what_is_too_long_is_cut_with_a_mark() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 4), "日…");
    }
}
