//! Finds the entries, items and block scalars of block-style YAML by their indentation.

use std::ops::Range;

use profile_core::splice::Tree;

/// The entries of the block mapping in `lines`: from a key's line to the last line that belongs to it.
pub(super) fn entries(lines: &[&str]) -> Vec<Range<usize>> {
    parts(lines, |line| !is_item(line))
}

/// The items of the block list in `lines`.
pub(super) fn items(lines: &[&str]) -> Vec<Range<usize>> {
    parts(lines, is_item)
}

/// From each start to the next, without the blank lines and comments that stand before the next. A comment that is
/// indented deeper belongs to what stands above it, and so do the blank lines at the end of a block scalar: they can be
/// text of it.
fn parts(lines: &[&str], is_start: fn(&str) -> bool) -> Vec<Range<usize>> {
    let Some(level) = lines.iter().find(|line| is_content(line)).map(|line| indent(line)) else { return Vec::new() };
    let is_text = texts(lines);
    let starts = (0..lines.len()).filter(|at| {
        let line = lines[*at];
        !is_text[*at] && is_content(line) && indent(line) == level && is_start(line)
    });
    let starts: Vec<_> = starts.collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    let belongs = |at: usize| {
        let line = lines[at];
        is_text[at] || is_content(line) || (!is_blank(line) && indent(line) > level)
    };
    let part = |(start, end): (usize, usize)| {
        let last = (start..end).rev().find(|at| belongs(*at)).unwrap_or(start);
        start..last + 1
    };
    starts.iter().copied().zip(ends).map(part).collect()
}

/// A block scalar, and where its lines are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line that ends in its header.
    pub(super) header: usize,
    /// The line behind its last one. The blank lines at its end are its own, whether or not they count.
    pub(super) end: usize,
    /// How far its text is indented; `None` where there is no text to tell it by.
    pub(super) margin: Option<usize>,
    /// What its header says of the line breaks at its end: `+` keeps them all, `-` none, and else one is kept.
    pub(super) chomping: Option<char>,
}

/// All block scalars in `lines`.
pub(super) fn blocks(lines: &[&str]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let Some((parent, indicators)) = is_content(line).then(|| header(line)).flatten() else {
            at += 1;
            continue;
        };
        let steps = indicators.chars().find_map(|letter| letter.to_digit(10));
        let below = &lines[at + 1..];
        let first = below.iter().find(|line| !is_blank(line)).map(|line| indent(line));
        let margin = steps.map(|steps| parent + steps as usize).or(first).filter(|margin| *margin > parent);
        let is_own = |line: &&&str| is_blank(line) || margin.is_some_and(|margin| indent(line) >= margin);
        let end = at + 1 + below.iter().take_while(is_own).count();
        let chomping = indicators.chars().find(|letter| "+-".contains(*letter));
        blocks.push(Block { header: at, end, margin, chomping });
        at = end;
    }
    blocks
}

/// The column that the text of a block scalar is deeper than, and the indicators of its header, where `line` has one.
fn header(line: &str) -> Option<(usize, &str)> {
    let mut parent = indent(line);
    let mut rest = &line[parent..];
    let mut column = parent;
    // A list can begin in the line of another's item.
    while let Some(item) = rest.strip_prefix("- ") {
        parent = column;
        column += 2 + indent(item);
        rest = item.trim_start_matches(' ');
    }
    if let Some((_, _, value)) = key(rest) {
        parent = column;
        rest = value;
    }
    while rest.starts_with(['&', '!']) {
        rest = rest.split_once(' ')?.1.trim_start_matches(' ');
    }
    let style = rest.strip_prefix(['|', '>'])?;
    let end = style.find(|letter: char| !"+-".contains(letter) && !letter.is_ascii_digit()).unwrap_or(style.len());
    let (indicators, behind) = style.split_at(end);
    let is_end = behind.trim().is_empty() || (behind.starts_with([' ', '\t']) && behind.trim_start().starts_with('#'));
    is_end.then_some((parent, indicators))
}

/// Which lines are the text of a block scalar.
fn texts(lines: &[&str]) -> Vec<bool> {
    let mut is_text = vec![false; lines.len()];
    for block in blocks(lines) {
        is_text[block.header + 1..block.end].fill(true);
    }
    is_text
}

/// Where the value in `lines` ends: what follows are comments and blank lines.
pub(super) fn value_end(lines: &[&str]) -> usize {
    let is_text = texts(lines);
    (0..lines.len()).rev().find(|at| is_text[*at] || is_content(lines[*at])).map_or(0, |last| last + 1)
}

/// Whether a comment stands in `lines`.
pub(super) fn hold_comment(lines: &[&str]) -> bool {
    let text = lines.concat();
    // What cannot be read by itself, such as an alias of what stands elsewhere, is not known to hold none.
    Tree::parse(&text).map_or_else(|_| text.contains('#'), |tree| tree.all_comments().next().is_some())
}

/// Adds the lines that follow to `text`. Where that ends in a block scalar, blank lines could become text of it.
pub(super) fn follow(text: &mut String, next: &str) {
    let rest = next.trim_start_matches([' ', '\t', '\n']);
    let rest = &next[next[..next.len() - rest.len()].rfind('\n').map_or(0, |last| last + 1)..];
    let blank = &next[..next.len() - rest.len()];
    match last_block(text).filter(|_| !blank.is_empty()) {
        Some(block) if block.chomping == Some('+') => {}
        Some(block) => {
            let is_deep = |line: &str| block.margin.is_none_or(|margin| indent(line) > margin);
            text.extend(blank.split_inclusive('\n').map(|line| if is_deep(line) { "\n" } else { line }));
        }
        None => text.push_str(blank),
    }
    text.push_str(rest);
}

/// The block scalar that `text` ends in.
pub(super) fn last_block(text: &str) -> Option<Block> {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    blocks(&lines).pop().filter(|block| block.end == lines.len())
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

pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
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

    fn block(header: usize, end: usize, margin: Option<usize>, chomping: Option<char>) -> Block {
        Block { header, end, margin, chomping }
    }

    #[test]
    fn blank_lines_at_the_end_of_a_block_scalar_are_its_own() {
        let lines = ["a: |\n", "  x\n", "\n", "   \n", "# of b\n", "b: 1\n", "\n"];
        assert_eq!(blocks(&lines), [block(0, 4, Some(2), None)]);
        assert_eq!(entries(&lines), [0..4, 5..6]);
    }

    #[test]
    fn a_block_scalar_begins_with_its_header() {
        let of = |text: &str| blocks(&text.split_inclusive('\n').collect::<Vec<_>>());
        assert_eq!(of("- - a: &b !!str |2+ # why\n      # x\n    # y\n"), [block(0, 2, Some(6), Some('+'))]);
        assert_eq!(of("- >-\n x\n\n- |\n- y\n"), [block(0, 3, Some(1), Some('-')), block(3, 4, None, None)]);
        assert_eq!(of("a: |\n\nb: |\n  c: |\n   d\n"), [block(0, 2, None, None), block(2, 5, Some(2), None)]);
        for text in ["a: x |\n  y\n", "a: \"|\"\n", "# a: |\n  # b\n", "a: |x\n  y\n", "|\n"] {
            assert_eq!(of(text).iter().filter(|it| it.end > it.header + 1).count(), 0, "{text}");
        }
    }

    #[test]
    fn what_follows_a_block_scalar_does_not_become_text_of_it() {
        for (text, next, expected) in [
            ("a: |+\n  x\n\n", "\n  \n# b\n", "a: |+\n  x\n\n# b\n"),
            ("a: |\n  x\n", "\n      \n  # b\n", "a: |\n  x\n\n\n  # b\n"),
            ("a: x\n", "\n    \n  # b\n", "a: x\n\n    \n  # b\n"),
        ] {
            let mut joined = text.to_owned();
            follow(&mut joined, next);
            assert_eq!(joined, expected);
        }
    }

    #[test]
    fn comments_are_told_from_text() {
        assert!(hold_comment(&["  - a: 1\n", "    # b\n"]) && hold_comment(&["a: *b # c\n"]));
        assert!(!hold_comment(&["  - a: |\n", "      # b\n", "    c: 'd # e'\n"]));
        assert_eq!(value_end(&["a: |\n", "  # x\n", "\n", " # y\n", "\n"]), 3);
    }
}
