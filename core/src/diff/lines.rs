//! Compares two texts line by line, and hides secrets in what is shown of them.

use similar::{ChangeTag, TextDiff};

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
    let compare = || TextDiff::from_slices(&old, &new);
    let masked = || (secrets.lines(current, context), secrets.lines(pending, context));
    let (diff, (before, after)) = if current.len() > LARGE { beside(compare, masked) } else { (compare(), masked()) };
    let line = |change: similar::Change<&str>| {
        let side = |shown: &[String], index: Option<usize>| index.and_then(|index| shown.get(index).cloned());
        let (old, new) = (side(&before, change.old_index()), side(&after, change.new_index()));
        let raw = change.value();
        let is_shown = |text: &String| text.trim_end_matches('\r') == raw.trim_end_matches(['\n', '\r']);
        // What either side hides is hidden on both.
        let text = old.filter(|text| new.is_none() || !is_shown(text)).or(new).unwrap_or_default();
        Line {
            tag: match change.tag() {
                ChangeTag::Equal => Tag::Same,
                ChangeTag::Delete => Tag::Removed,
                ChangeTag::Insert => Tag::Added,
            },
            text,
            current: change.old_index().map(|index| index + 1),
            pending: change.new_index().map(|index| index + 1),
            lacks_newline: !raw.ends_with('\n'),
        }
    };
    diff.iter_all_changes().map(line).collect()
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
