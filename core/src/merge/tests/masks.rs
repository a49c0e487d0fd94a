//! Masked values, which exports write for secrets.

use super::*;

#[track_caller]
fn check_masked(published: &str, own: &str, target: &str, result: &str, is_open: bool) {
    let merged = merged(Some(published), own, target, &Decisions::default());
    assert_eq!(verdicts(&merged), [(Verdict::Masked, "key")], "{published:?} {own:?} {target:?}");
    assert_eq!((values(&merged), merged.open().count()), (result, usize::from(is_open)));
}

#[test]
fn a_mask_of_the_target_keeps_the_clusters_value() {
    check_masked("key: a\n", "key: b\n", "key: '*****'\nx: 1\n", "key: b\nx: 1\n", false);
    check_masked("key: a\n", "key: a\n", "key: '*****'\nx: 1\n", "key: a\nx: 1\n", false);
    check_masked("key: '*****'\n", "key: a\n", "key: '*****'\n", "key: a\n", false);
}

#[test]
fn a_mask_of_the_target_without_a_value_of_the_cluster_is_refused_by_path() {
    check_masked("x: 1\n", "x: 1\n", "x: 1\nkey: '*****'\n", "x: 1\nkey: '*****'\n", true);
    let open = merged(Some("y: 1\n"), "y: 1\n", "y: 1\nkey: {deep: '*****'}\n", &Decisions::default());
    assert_eq!((verdicts(&open), open.open().count()), (vec![(Verdict::Masked, "key.deep")], 1));
}

#[test]
fn a_mask_of_the_cluster_is_never_written() {
    check_masked("key: a\n", "key: '****'\n", "key: b\n", "key: b\n", true);
    check_masked("key: '****'\n", "key: '****'\n", "key: b\n", "key: b\n", false);
    check_masked("", "key: '****'\n", "x: 1\n", "x: 1\n", true);
    let wanted = merged(Some("key: a\n"), "key: '***'\n", "key: b\n", &resolved("key", Resolution::Override));
    assert_eq!((values(&wanted), wanted.open().count()), ("key: b\n", 1));
    assert!(wanted.notes[0].contains("a mask is never written"), "{:?}", wanted.notes);
    let value = merged(Some("key: a\n"), "key: '***'\n", "key: b\n", &resolved("key", Resolution::Value(json!("c"))));
    assert_eq!((values(&value), value.open().count()), ("key: c\n", 0));
}

#[test]
fn a_side_that_wins_settles_no_mask() {
    for side in [Side::Override, Side::Profile] {
        let merged = merged(Some("key: a\n"), "key: '***'\n", "key: b\n", &on_conflict(side));
        assert_eq!(merged.open().count(), 1);
    }
}

#[test]
fn a_mask_of_a_line_is_never_written() {
    let text = |value: &str| format!("a: {{{{ .x }}}}\nkey: {value}\nb: 1\n");
    let kept = merged(Some(&text("a")), &text("b"), &text("'****'"), &Decisions::default());
    assert_eq!((values(&kept), kept.open().count()), (text("b").as_str(), 0));
    let open = merged(Some(&text("a")), &text("\"****\""), &text("b"), &Decisions::default());
    assert_eq!((values(&open), open.open().count()), (text("b").as_str(), 1));
}

#[test]
fn a_mask_of_a_variable_keeps_the_clusters_value() {
    let of = |value: &str| json!({"name": "p", "variables": [{"name": "x", "value": value}]});
    let merged = merged_profiles(Some(&of("a")), &of("b"), &of("*****"), &Decisions::default());
    assert_eq!((merged.content["variables"].clone(), merged.open().count()), (of("b")["variables"].clone(), 0));
}
