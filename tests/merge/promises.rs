//! No override gives the target's bytes, no change of the target gives the cluster's, and a merge is stable.

use std::sync::atomic::{AtomicU32, Ordering};

use profile_core::{
    merge::{Decisions, Side, Verdict},
    splice::{self, Edit, Path, Tree},
};
use serde_json::Value;

use crate::{
    choices::{Choices, for_random_choices},
    document::{Node, changed, document},
    sides::{failed, merged, value},
    written::{Style, in_any_style, written},
};

#[test]
fn without_an_override_the_target_stands_byte_for_byte() {
    for_random_choices(48_000, |choices| {
        let base = document(choices);
        let published = in_any_style(choices, &base);
        // The cluster's own text: the very same, or the same values written anew.
        let style = Style::any(choices).bare();
        let own = if choices.chance(40) { published.clone() } else { written(choices, &base, style) };
        let count = 1 + choices.below(3);
        let other = changed(choices, &base, count);
        let target = in_any_style(choices, &other);
        let found = merged(Some(&published), &own, &target, &Decisions::default());
        let is_same = found.1 == target || (published == target && found.1 == own);
        if !is_same || !found.0.overrides.is_empty() {
            return Err(failed("the cluster set nothing itself", &published, &own, &target, &found));
        }
        Ok(())
    });
}

#[test]
fn where_the_target_changed_nothing_the_clusters_own_tree_comes_out() {
    let refused = AtomicU32::new(0);
    for_random_choices(4_500, |choices| {
        let base = document(choices);
        let published = in_any_style(choices, &base);
        let count = 1 + choices.below(3);
        let own = changed(choices, &base, count);
        let own = in_any_style(choices, &own);
        let is_same_text = choices.chance(30);
        let target = if is_same_text { published.clone() } else { in_any_style(choices, &base) };
        let found = merged(Some(&published), &own, &target, &Decisions::default());
        let fail = |what| Err(failed(what, &published, &own, &target, &found));
        if is_same_text && found.1 != own {
            return fail("the target's text is the published one");
        }
        if found.0.notes.iter().any(|note| note.contains("cannot be edited")) {
            refused.fetch_add(1, Ordering::Relaxed);
            return if found.0.open().next().is_some() { Ok(()) } else { fail("a refusal is not asked about") };
        }
        if value(&found.1)? != value(&own)? {
            return fail("not the cluster's own tree");
        }
        let is_kept = |verdict| matches!(verdict, Verdict::Kept | Verdict::CommentLost);
        if found.0.overrides.iter().all(|it| is_kept(it.verdict)) { Ok(()) } else { fail("a verdict that asks") }
    });
    let refused = refused.into_inner();
    assert!(refused < 45, "{refused} of 4,500 texts could not be edited");
}

#[test]
fn what_our_editor_made_of_the_published_text_comes_out_byte_for_byte() {
    for_random_choices(3_500, |choices| {
        let base = document(choices);
        let published = in_any_style(choices, &base);
        let Some(own) = by_editor(choices, &base, &published) else { return Ok(()) };
        let found = merged(Some(&published), &own, &published, &Decisions::default());
        if found.1 == own {
            Ok(())
        } else {
            Err(failed("not the editor's bytes", &published, &own, &published, &found))
        }
    });
}

fn by_editor(choices: &mut Choices, base: &Node, text: &str) -> Option<String> {
    let Node::Map(entries) = base else { return None };
    let path: Path = format!("[{:?}]", choices.one_of(entries).0).parse().ok()?;
    let source = Tree::parse("v: 0755 # ours\n").ok()?;
    let edit = match choices.below(3) {
        0 => Edit::Set { path, value: Value::from(choices.below(9)) },
        1 => Edit::Remove { path },
        _ => Edit::Graft { path, source: &source, from: "v".parse().ok()? },
    };
    splice::apply(text, &[edit]).ok()
}

#[test]
fn a_merge_of_a_merge_changes_nothing() {
    for_random_choices(2_000, |choices| {
        let base = document(choices);
        let counts = (1 + choices.below(3), 1 + choices.below(3));
        let (own, target) = (changed(choices, &base, counts.0), changed(choices, &base, counts.1));
        let published = in_any_style(choices, &base);
        let own = in_any_style(choices, &own);
        let style = Style::any(choices);
        let rewritten = written(choices, &target, style.bare());
        let target = written(choices, &target, style);
        let side = choices.one_of(&[Side::Override, Side::Profile]);
        let decisions = Decisions { on_conflict: Some(side), ..Decisions::default() };
        let first = merged(Some(&published), &own, &target, &decisions);
        let again = merged(Some(&target), &first.1, &target, &decisions);
        if again.1 != first.1 {
            return Err(failed("a second merge changed the text", &target, &first.1, &target, &again));
        }
        let other = merged(Some(&target), &first.1, &rewritten, &Decisions::default());
        if other.0.open().next().is_none() && value(&other.1)? != value(&first.1)? {
            return Err(failed("a second merge changed the tree", &target, &first.1, &rewritten, &other));
        }
        Ok(())
    });
}
