//! Compares two texts line by line, and hides secrets in what is shown of them.

use similar::DiffOp;

use super::operations;
use crate::{
    beside::{LARGE, beside},
    mask::{Context, Secrets},
};

/// On which side a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// On both.
    Same,
    /// On the current one alone.
    Removed,
    /// On the pending one alone.
    Added,
}

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// On which side it stands.
    pub tag: Tag,
    /// Its text, without the line break, and without what may be secret unless that is shown.
    pub text: String,
    /// Its number on the current side, counted from 1.
    pub current: Option<usize>,
    /// Its number on the pending side, counted from 1.
    pub pending: Option<usize>,
    /// Whether the text ends here without a line break.
    pub lacks_newline: bool,
}

/// All lines of both texts in the order of a unified diff. Lines are compared as they are and shown masked, so that a
/// changed secret is seen to change and is not seen itself.
pub fn lines(current: &str, pending: &str, context: &Context, secrets: Secrets) -> Vec<Line> {
    // Split by hand: only a line feed ends a line of YAML here, as it does for the masked lines.
    let old: Vec<_> = current.split_inclusive('\n').collect();
    let new: Vec<_> = pending.split_inclusive('\n').collect();
    let compare = || operations(&old, &new);
    let masked = || (secrets.lines(current, context), secrets.lines(pending, context));
    let (found, (before, after)) = if current.len() > LARGE { beside(compare, masked) } else { (compare(), masked()) };
    let line = |tag, at: (Option<usize>, Option<usize>)| {
        let side = |shown: &[String], index: Option<usize>| index.and_then(|index| shown.get(index).cloned());
        let raw =
            at.0.and_then(|at| old.get(at)).or_else(|| at.1.and_then(|at| new.get(at))).copied().unwrap_or_default();
        let is_shown = |text: &String| text.trim_end_matches('\r') == raw.trim_end_matches(['\n', '\r']);
        let (before, after) = (side(&before, at.0), side(&after, at.1));
        // What either side hides is hidden on both.
        let text = before.filter(|text| after.is_none() || !is_shown(text)).or(after).unwrap_or_default();
        Line {
            tag,
            text,
            current: at.0.map(|index| index + 1),
            pending: at.1.map(|index| index + 1),
            lacks_newline: !raw.ends_with('\n'),
        }
    };
    let mut lines = Vec::with_capacity(old.len().max(new.len()));
    for it in found {
        if let DiffOp::Equal { .. } = it {
            lines.extend(it.old_range().zip(it.new_range()).map(|(old, new)| line(Tag::Same, (Some(old), Some(new)))));
        } else {
            lines.extend(it.old_range().map(|old| line(Tag::Removed, (Some(old), None))));
            lines.extend(it.new_range().map(|new| line(Tag::Added, (None, Some(new)))));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(current: &str, pending: &str) -> Vec<Line> {
        lines(current, pending, &Context::default(), Secrets::Hidden)
    }

    #[test]
    fn lines_know_their_numbers_on_both_sides() {
        let found: Vec<_> =
            of("a\nb\n", "b\nc\n").into_iter().map(|it| (it.tag, it.text, it.current, it.pending)).collect();
        let expected = [
            (Tag::Removed, "a".to_owned(), Some(1), None),
            (Tag::Same, "b".to_owned(), Some(2), Some(1)),
            (Tag::Added, "c".to_owned(), None, Some(2)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_lone_carriage_return_ends_no_line() {
        let found = of("a: 1\rpassword: x\nb: 1\n", "a: 1\rpassword: y\nb: 1\n");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|it| !it.text.contains(['x', 'y'])), "{found:?}");
    }

    #[test]
    fn what_one_side_hides_is_hidden_on_both() {
        let (secret, open) = ("kind: Secret\ndata:\n  a: hunter\n", "kind: ConfigMap\ndata:\n  a: hunter\n");
        for (current, pending) in [(secret, open), (open, secret)] {
            let found = of(current, pending);
            assert!(found.iter().all(|it| !it.text.contains("hunter")), "{found:?}");
        }
    }

    #[test]
    fn secrets_are_shown_where_that_is_asked_for() {
        let found = lines("password: one\n", "password: two\n", &Context::default(), Secrets::Shown);
        assert_eq!(found.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["password: one", "password: two"]);
    }
}
