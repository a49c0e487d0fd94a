//! Lays compared lines out side by side, what belongs together in one row.

use similar::{DiffOp, DiffableStr as _};

use super::{
    lines::{Line, Tag},
    operations,
};

/// Longer lines are not compared word by word: nobody reads them, and the work grows with the square.
const LONGEST_COMPARED: usize = 1_000;
/// Where less than this share of two lines is equal, marking words would mark nearly everything.
const LEAST_ALIKE: f32 = 0.4;

/// One line of both sides beside each other; a side is absent where the other has more lines.
#[derive(Clone, Copy, Debug)]
pub struct Row<'l> {
    /// The current side.
    pub current: Option<&'l Line>,
    /// The pending side.
    pub pending: Option<&'l Line>,
}

/// A part of a line, and whether only its side has it.
pub type Part = (bool, String);

impl Row<'_> {
    /// Whether both sides say the same.
    pub fn is_same(&self) -> bool {
        self.current.is_some_and(|line| line.tag == Tag::Same)
    }

    /// The words of both sides; `None` where a side is absent, or marking what differs is not worth it.
    pub fn words(&self) -> Option<[Vec<Part>; 2]> {
        let (current, pending) = (&self.current?.text, &self.pending?.text);
        if current.len().max(pending.len()) > LONGEST_COMPARED {
            return None;
        }
        let words = [current.tokenize_words(), pending.tokenize_words()];
        let found = operations(&words[0], &words[1]);
        let is_equal = |it: &DiffOp| matches!(it, DiffOp::Equal { .. });
        let equal: usize = found.iter().filter(|it| is_equal(it)).map(|it| 2 * it.old_range().len()).sum();
        let all = words[0].len() + words[1].len();
        if all > 0 && (equal as f32) < LEAST_ALIKE * all as f32 {
            return None;
        }
        Some([0, 1].map(|side| {
            let mut parts: Vec<Part> = Vec::new();
            for it in &found {
                let range = if side == 0 { it.old_range() } else { it.new_range() };
                let text = words[side][range].concat();
                let is_own = !is_equal(it);
                match parts.last_mut() {
                    _ if text.is_empty() => {}
                    Some((last, before)) if *last == is_own => before.push_str(&text),
                    _ => parts.push((is_own, text)),
                }
            }
            parts
        }))
    }
}

/// The lines beside each other: a removed line stands beside the added line of the same key, or else beside the one that
/// comes in its place.
pub fn rows(lines: &[Line]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for run in lines.chunk_by(|one, next| (one.tag == Tag::Same) == (next.tag == Tag::Same)) {
        if run.first().is_some_and(|line| line.tag == Tag::Same) {
            rows.extend(run.iter().map(|line| Row { current: Some(line), pending: Some(line) }));
            continue;
        }
        let (removed, added): (Vec<_>, Vec<_>) = run.iter().partition(|line| line.tag == Tag::Removed);
        let keys = |lines: &[&Line]| lines.iter().map(|line| key(&line.text).to_owned()).collect::<Vec<_>>();
        let (left, right) = (keys(&removed), keys(&added));
        let [left, right] = [&left, &right].map(|keys| keys.iter().map(String::as_str).collect::<Vec<_>>());
        for op in operations(&left, &right) {
            let (left, right) = (&removed[op.old_range()], &added[op.new_range()]);
            let row = |index| Row { current: left.get(index).copied(), pending: right.get(index).copied() };
            rows.extend((0..left.len().max(right.len())).map(row));
        }
    }
    rows
}

/// What a line is about: its indentation and its key, or the whole line where there is none.
fn key(line: &str) -> &str {
    let line = line.trim_end();
    line.split_once(": ").map_or(line, |(key, _)| key).trim_end_matches(':')
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

    fn check(current: &str, pending: &str, expected: &[(Option<usize>, Option<usize>)]) {
        let lines = of(current, pending);
        let number = |line: Option<&Line>, of: fn(&Line) -> Option<usize>| line.and_then(of);
        let rows = rows(&lines).into_iter();
        let rows: Vec<_> =
            rows.map(|it| (number(it.current, |line| line.current), number(it.pending, |line| line.pending))).collect();
        assert_eq!(rows, expected, "{current:?} against {pending:?}");
    }

    #[test]
    fn removed_and_added_lines_stand_beside_each_other() {
        check("a\nb\nc\n", "a\nx\n", &[(Some(1), Some(1)), (Some(2), Some(2)), (Some(3), None)]);
    }

    #[test]
    fn lines_of_the_same_key_stand_beside_each_other() {
        check(
            "a: 1\nb: 1\nc: 1\n",
            "a: 1\nx: 0\nb: 2\nc: 1\n",
            &[(Some(1), Some(1)), (None, Some(2)), (Some(2), Some(3)), (Some(3), Some(4))],
        );
        check("a:\n  b: 1\n", "a: {}\n", &[(Some(1), Some(1)), (Some(2), None)]);
    }

    #[test]
    fn every_line_of_both_sides_stands_in_one_row_in_its_order() {
        let texts =
            ["", "a: 1", "a: 1\n", "a: 1\r\nb: 2\n", "b: 2\na: 1\n", "x\ny\nz\n", "a: 2\nb: 3\nx\n\n\n", "\n\nx\ny"];
        for (current, pending) in texts.iter().flat_map(|current| texts.map(|pending| (current, pending))) {
            let lines = of(current, pending);
            let rows = rows(&lines);
            let numbers = |of: &dyn Fn(&Row<'_>) -> Option<usize>| rows.iter().filter_map(of).collect::<Vec<_>>();
            let (left, right) = (numbers(&|it| it.current?.current), numbers(&|it| it.pending?.pending));
            assert_eq!(left, (1..=current.lines().count()).collect::<Vec<_>>(), "{current:?} against {pending:?}");
            assert_eq!(right, (1..=pending.lines().count()).collect::<Vec<_>>(), "{current:?} against {pending:?}");
            assert_eq!(rows.iter().all(Row::is_same), *current == pending, "{current:?} against {pending:?}");
        }
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        let words = |current: &str, pending: &str| rows(&of(current, pending))[0].words();
        let [before, after] = words("  replicas: 1  # one", "  replicas: 3  # one").unwrap();
        let part = |is_own: bool, text: &str| (is_own, text.to_owned());
        assert_eq!(before, [part(false, "  replicas: "), part(true, "1"), part(false, "  # one")]);
        assert_eq!(after, [part(false, "  replicas: "), part(true, "3"), part(false, "  # one")]);
        assert_eq!(words("completely other", "x: 1"), None);
        assert_eq!(words("", "x: 1"), None);
    }
}
