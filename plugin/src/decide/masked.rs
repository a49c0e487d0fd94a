//! Puts hidden values back into a text that was edited without them.

use std::collections::BTreeMap;

use profile_core::{
    diff,
    mask::MASK,
    splice::{Content, Node, Tree},
};
use similar::DiffOp;

/// The edited text with the lines of `real` wherever a line still is as it was shown. A `***` that stands where none stood
/// before, or that slid under another key, is an error: nobody can tell what it stands for.
pub(super) fn restore(shown: &[String], real: &str, edited: &str) -> Result<String, Vec<String>> {
    let real_lines: Vec<_> = real.split('\n').collect();
    let edited_lines: Vec<_> = edited.split('\n').collect();
    let shown: Vec<_> = shown.iter().map(String::as_str).collect();
    let is_hidden: Vec<_> = shown.iter().zip(&real_lines).map(|(shown, real)| shown != real).collect();
    let (mut restored, mut came_back, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for op in diff::operations(&shown, &edited_lines) {
        if let DiffOp::Equal { old_index, len, .. } = op {
            for at in old_index..old_index + len {
                restored.push(real_lines.get(at).copied().unwrap_or_default());
                came_back.push(is_hidden.get(at).copied().unwrap_or_default());
            }
            continue;
        }
        for at in op.new_range() {
            let line = edited_lines[at];
            if holds_mask(line) {
                errors.push(format!(
                    "line {}: `{}`: `{MASK}` is no value; leave the line as it was, write the value, or ask for \
                     --show-secrets",
                    at + 1,
                    line.trim()
                ));
            }
            restored.push(line);
            came_back.push(false);
        }
    }
    if errors.is_empty() {
        errors = slid(real, &is_hidden, &restored.join("\n"), &came_back);
    }
    if errors.is_empty() { Ok(restored.join("\n")) } else { Err(errors) }
}

/// Whether a written line holds a mask anywhere, even inside a longer word: no decision of a merge and no `--set` takes it.
fn holds_mask(line: &str) -> bool {
    !line.trim_start().starts_with('#') && line.contains(MASK)
}

/// The hidden values of the restored text that stand under another path than they did.
fn slid(real: &str, was_hidden: &[bool], restored: &str, came_back: &[bool]) -> Vec<String> {
    if !came_back.contains(&true) {
        return Vec::new();
    }
    let (Ok(before), Ok(after)) = (Tree::parse(real), Tree::parse(restored)) else {
        // Without paths only the lines tell: all that were hidden are there, in their order, or none is put back.
        let count = |flags: &[bool]| flags.iter().filter(|flag| **flag).count();
        if count(was_hidden) == count(came_back) {
            return Vec::new();
        }
        return vec![format!(
            "this text is no YAML, so its lines with `{MASK}` can only all be left as they were: ask for --show-secrets"
        )];
    };
    let known = hidden_scalars(real, &before, was_hidden);
    let now = hidden_scalars(restored, &after, came_back);
    let moved = now.into_iter().filter(|(path, scalar)| known.get(path) != Some(scalar));
    moved
        .map(|(path, _)| {
            let place = if path.is_empty() { "the text itself" } else { path.as_str() };
            format!(
                "{place}: `{MASK}` stands for a value of another place here; write the value, or ask for --show-secrets"
            )
        })
        .collect()
}

/// The scalars that reach into flagged lines, as they are written, by path.
fn hidden_scalars<'t>(text: &'t str, tree: &Tree<'t>, flags: &[bool]) -> BTreeMap<String, &'t str> {
    let mut found = BTreeMap::new();
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    if let Some(root) = tree.root() {
        walk(root, String::new(), &mut |path, span| {
            let line = |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1);
            let (first, last) = (line(span.start), line(span.end.max(span.start + 1) - 1));
            if flags.get(first..=last).is_some_and(|flags| flags.contains(&true)) {
                found.insert(path, text.get(span).unwrap_or_default());
            }
        });
    }
    found
}

fn walk(node: &Node, path: String, found: &mut impl FnMut(String, std::ops::Range<usize>)) {
    match &node.content {
        Content::Mapping(entries) => {
            for entry in entries {
                let key = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
                walk(&entry.value, key, found);
            }
        }
        Content::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                // An item that has a name keeps it when others come and go. Of one without, nobody can tell which it is once
                // the list has another length.
                let value = item.value();
                let count = items.len();
                let place = || format!("{} of {count}", at + 1);
                let step = value["name"].as_str().map_or_else(place, |name| format!("name={name}"));
                walk(item, format!("{path}[{step}]"), found);
            }
        }
        _ => found(path, node.span.clone()),
    }
}

#[cfg(test)]
mod tests {
    use profile_core::mask;

    use super::*;

    fn shown(real: &str) -> Vec<String> {
        let mut lines = mask::lines(real);
        lines.resize(real.split('\n').count(), String::new());
        lines
    }

    fn edited(real: &str, edit: impl Fn(String) -> String) -> Result<String, Vec<String>> {
        let shown = shown(real);
        assert!(!shown.join("\n").contains("hunter"), "{shown:?}");
        restore(&shown, real, &edit(shown.join("\n")))
    }

    const REAL: &str = "user: me\npassword: hunter1\nport: 80\ntls:\n  key:\n    privateKey: |\n      hunter2\n      hunter3\nlast: 1\n";

    #[test]
    fn an_untouched_mask_gets_back_what_it_stands_for() {
        assert_eq!(edited(REAL, |text| text).unwrap(), REAL);
        let changed = edited(REAL, |text| text.replace("port: 80", "port: 81\nmore: 1")).unwrap();
        assert_eq!(changed, REAL.replace("port: 80", "port: 81\nmore: 1"));
        let gone = edited(REAL, |text| text.replace("password: ***\n", "")).unwrap();
        assert_eq!(gone, REAL.replace("password: hunter1\n", ""));
        let written = edited(REAL, |text| text.replace("password: ***", "password: new")).unwrap();
        assert_eq!(written, REAL.replace("hunter1", "new"));
    }

    #[test]
    fn a_mask_that_was_touched_is_refused() {
        for (from, to) in [
            ("password: ***", "  password: ***"),
            ("password: ***", "passphrase: ***"),
            ("password: ***", "password: '***'"),
            ("last: 1", "last: 1\ntoken: ***"),
            ("password: ***", "password: x***"),
        ] {
            let errors = edited(REAL, |text| text.replace(from, to)).unwrap_err();
            assert!(errors[0].contains("`***` is no value"), "{to}: {errors:?}");
        }
        assert!(edited(REAL, |text| text.replace("port: 80", "port: 80 # *** why")).is_err());
        assert!(edited(REAL, |text| text.replace("port: 80", "# *** why ***\nport: 80")).is_ok());
    }

    #[test]
    fn a_mask_that_slid_under_another_key_is_refused() {
        let real = "a:\n  password: hunter1\nb:\n  password: hunter2\n";
        let errors = edited(real, |_| "b:\n  password: ***\n".replace("b:", "c:")).unwrap_err();
        assert!(errors[0].starts_with("c.password: "), "{errors:?}");
        let kept = edited(real, |_| "b:\n  password: ***\n".into()).unwrap();
        assert_eq!(kept, "b:\n  password: hunter2\n");
    }

    #[test]
    fn named_items_keep_their_secrets_and_unnamed_ones_are_not_guessed() {
        let real = "- name: a\n  password: hunter1\n- name: b\n  password: hunter2\n";
        assert_eq!(
            edited(real, |_| "- name: b\n  password: ***\n".into()).unwrap(),
            "- name: b\n  password: hunter2\n"
        );
        let real = "- password: hunter1\n- password: hunter2\n";
        let errors = edited(real, |_| "- password: ***\n".into()).unwrap_err();
        assert!(errors[0].starts_with("[1 of 1].password: "), "{errors:?}");
        assert_eq!(edited(real, |text| text + "# last\n").unwrap(), format!("{real}# last\n"));
    }

    #[test]
    fn text_that_is_no_yaml_keeps_all_its_masks_or_none() {
        let real = "a: [\npassword: hunter1\ntoken: hunter2\nb: }\n";
        assert_eq!(edited(real, |text| text.replace("b: }", "b: )")).unwrap(), real.replace("b: }", "b: )"));
        let errors = edited(real, |text| text.replace("token: ***\n", "")).unwrap_err();
        assert!(errors[0].contains("no YAML"), "{errors:?}");
    }
}
