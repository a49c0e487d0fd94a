//! A unified diff of text that keeps comments and hides secrets.

use similar::{ChangeTag, TextDiff};

use crate::mask;

/// Lines of context around each change.
const CONTEXT: usize = 3;

/// A unified diff from `current` to `pending`; empty when they are equal. Lines are compared as they are and shown
/// masked, so that a changed secret is seen to change and is not seen itself.
pub fn unified(current: &str, pending: &str, current_label: &str, pending_label: &str) -> String {
    if current == pending {
        return String::new();
    }
    let (old, new) = (mask::lines(current), mask::lines(pending));
    let diff = TextDiff::from_lines(current, pending);
    let mut text = format!("--- {current_label}\n+++ {pending_label}\n");
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        text.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let (sign, line) = match change.tag() {
                ChangeTag::Equal => (' ', change.old_index().and_then(|index| old.get(index))),
                ChangeTag::Delete => ('-', change.old_index().and_then(|index| old.get(index))),
                ChangeTag::Insert => ('+', change.new_index().and_then(|index| new.get(index))),
            };
            text.push(sign);
            text.push_str(line.map_or("", String::as_str));
            text.push('\n');
            if change.missing_newline() {
                text.push_str("\\ No newline at end of file\n");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_comments_and_shows_context() {
        let diff = unified("# why\na: 1\nb: 2\n", "# why\na: 1\nb: 3\n", "Current", "Pending");
        assert_eq!(diff, "--- Current\n+++ Pending\n@@ -1,3 +1,3 @@\n # why\n a: 1\n-b: 2\n+b: 3\n");
    }

    #[test]
    fn a_changed_secret_is_seen_to_change_and_not_seen() {
        let diff = unified("password: one\n", "password: two\n", "a", "b");
        assert!(diff.contains("-password: ***\n+password: ***\n"), "{diff}");
        assert!(!diff.contains("one") && !diff.contains("two"), "{diff}");
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(unified("a: 1\n", "a: 1\n", "a", "b"), "");
    }

    #[test]
    fn a_missing_last_newline_is_told() {
        assert!(unified("a: 1", "a: 1\n", "a", "b").contains("\\ No newline at end of file"));
    }
}
