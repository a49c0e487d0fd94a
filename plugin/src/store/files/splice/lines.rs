//! Finds the entries and items of block-style YAML by their indentation.

use std::ops::Range;

/// The entries of the block mapping in `lines`: from a key's line to the last line that belongs to it.
pub(super) fn entries(lines: &[&str]) -> Vec<Range<usize>> {
    parts(lines, |line| !is_item(line))
}

/// The items of the block list in `lines`.
pub(super) fn items(lines: &[&str]) -> Vec<Range<usize>> {
    parts(lines, is_item)
}

/// From each start to the next, without the blank lines and comments that stand before the next. A comment that is
/// indented deeper belongs to what stands above it: it can be the end of a block scalar.
fn parts(lines: &[&str], is_start: fn(&str) -> bool) -> Vec<Range<usize>> {
    let Some(level) = lines.iter().find(|line| is_content(line)).map(|line| indent(line)) else { return Vec::new() };
    let starts = (0..lines.len()).filter(|at| {
        let line = lines[*at];
        is_content(line) && indent(line) == level && is_start(line)
    });
    let starts: Vec<_> = starts.collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    let belongs = |line: &str| is_content(line) || (!line.trim().is_empty() && indent(line) > level);
    let part = |(start, end): (usize, usize)| {
        let last = (start..end).rev().find(|at| belongs(lines[*at])).unwrap_or(start);
        start..last + 1
    };
    starts.iter().copied().zip(ends).map(part).collect()
}

/// The key that `line` starts with, the text up to its value, and the rest with the value.
pub(super) fn key(line: &str) -> Option<(&str, &str, &str)> {
    let start = indent(line);
    let text = &line[start..];
    let (key, after) = match text.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = text[1..].find(quote)? + 1;
            (&text[1..end], end + 1)
        }
        _ => {
            let end = text.find(": ").or_else(|| text.trim_end().ends_with(':').then(|| text.trim_end().len() - 1))?;
            (&text[..end], end)
        }
    };
    let rest = text[after..].strip_prefix(':')?;
    let value = rest.trim_start_matches(' ');
    let head = line.len() - value.len();
    (value.len() < rest.len() || value.trim().is_empty()).then_some((key, &line[..head], value))
}

pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_item(line: &str) -> bool {
    line.trim_start().starts_with("- ") || line.trim() == "-"
}

fn is_content(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !text.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_at_its_colon() {
        assert_eq!(key("  a: 1\n"), Some(("a", "  a: ", "1\n")));
        assert_eq!(key("a:\n"), Some(("a", "a:", "\n")));
        assert_eq!(key("\"a: b\": 'c'\n"), Some(("a: b", "\"a: b\": ", "'c'\n")));
        assert_eq!(key("system.uri: x:y\n"), Some(("system.uri", "system.uri: ", "x:y\n")));
        for line in ["plain text\n", "", "\"open: 1\n"] {
            assert_eq!(key(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_deeper_comment_belongs_to_what_stands_above() {
        let lines = ["a: |\n", "  x\n", "  # of a\n", "# of b\n", "b:\n", "- 1\n", "\n"];
        assert_eq!(entries(&lines), [0..3, 4..6]);
    }
}
