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

#[test]
fn a_mask_in_what_the_target_adds_is_refused_by_path_until_a_value_is_given() {
    let none = json!({"name": "p", "packs": [{"name": "a"}]});
    let with = |pack: Value| json!({"name": "p", "packs": [{"name": "a"}, pack]});
    let pack = with(json!({"name": "b", "values": "x: 1\npassword: \"***\"\n"}));
    let open = merged_profiles(Some(&none), &none, &pack, &Decisions::default());
    assert_eq!((places(&open), open.open().count()), (vec![(Verdict::Masked, "p/b: password".into())], 1));
    let given = resolved("p/b: password", Resolution::Value(json!("s")));
    let settled = merged_profiles(Some(&none), &none, &pack, &given);
    assert_eq!(settled.content["packs"][1]["values"], "x: 1\npassword: s\n");
    let text = "kind: Secret\nstringData: {password: \"***\"}\n";
    let manifest = with(json!({"name": "b", "manifests": [{"name": "m", "content": text}]}));
    let open = merged_profiles(Some(&none), &none, &manifest, &Decisions::default());
    assert_eq!(places(&open), [(Verdict::Masked, "p/b, manifest m: stringData.password".into())]);
    let variable = json!({"name": "p", "packs": [{"name": "a"}],
        "variables": [{"name": "v", "defaultValue": "******"}]});
    let open = merged_profiles(Some(&none), &none, &variable, &Decisions::default());
    assert_eq!((places(&open), open.open().count()), (vec![(Verdict::Masked, "p: variable v".into())], 1));
}

#[test]
fn a_pack_that_comes_back_brings_no_mask() {
    let of = |values: &str| json!({"name": "p", "packs": [{"name": "b", "values": values}]});
    let own = json!({"name": "p", "packs": []});
    let (base, target) = (of("password: x\n"), of("password: \"****\"\n"));
    let merged = merged_profiles(Some(&base), &own, &target, &on_conflict(Side::Profile));
    assert_eq!(merged.open().map(Override::place).collect::<Vec<_>>(), ["p/b: password"]);
}

#[test]
fn the_same_mask_of_both_sides_is_open() {
    check_masked("key: s1\n", "key: '***'\n", "key: '***'\n", "key: '***'\n", true);
    let given = resolved("key", Resolution::Value(json!("c")));
    assert_eq!(values(&merged(Some("key: s1\n"), "key: '***'\n", "key: '***'\n", &given)), "key: c\n");
}

#[test]
fn a_mask_inside_a_longer_value_keeps_the_clusters_one() {
    let (real, hidden) = ("key: postgres://a:s1@h\n", "key: postgres://a:***@h\n");
    check_masked(real, real, hidden, real, false);
    check_masked("key: postgres://a:s0@h\n", real, hidden, real, false);
    check_masked(real, hidden, real, real, true);
    let block = |value: &str, x: u8| format!("key: |\n  user: a\n  pw: {value}\n  x: {x}\n");
    check_masked(&block("s", 1), &block("s", 1), &block("***", 1), &block("s", 1), false);
    check_masked(&block("s", 1), &block("s", 1), &block("***", 2), &block("***", 2), true);
    for side in [Side::Override, Side::Profile] {
        assert_eq!(merged(Some(real), hidden, real, &on_conflict(side)).open().count(), 1);
    }
}

#[test]
fn stars_that_nothing_explains_are_a_mask_only_where_a_secret_is_or_the_cluster_differs() {
    check("m: a\n", "m: a\n", "m: '*** note ***'\n", "m: '*** note ***'\n", &[]);
    check("m: a\n", "m: b\n", "m: '*** note ***'\n", "m: '*** note ***'\n", &[(Verdict::Masked, "m")]);
    let secret = "password: 'abc***'\n";
    check("x: 1\n", "x: 1\n", secret, secret, &[(Verdict::Masked, "password")]);
}

#[test]
fn a_comment_behind_a_mask_does_not_make_it_a_value() {
    let text = |value: &str| format!("a: {{{{ .x }}}}\npassword: {value}\nb: 1\n");
    let kept = merged(Some(&text("a")), &text("b"), &text("***  # hidden"), &Decisions::default());
    assert_eq!((values(&kept), kept.open().count()), (text("b").as_str(), 0));
    let url = merged(Some(&text("p://a:s@h")), &text("p://a:s@h"), &text("p://a:***@h"), &Decisions::default());
    assert_eq!((values(&url), url.open().count()), (text("p://a:s@h").as_str(), 0));
}

#[test]
fn a_mask_inside_a_value_is_asked_about_where_more_than_the_mask_differs() {
    let (own, target) = ("key: postgres://u:pw@h1/db\n", "key: postgres://u:****@h2/db\n");
    check_masked(own, own, target, target, true);
    let taken = merged(Some(own), own, target, &resolved("key", Resolution::Profile));
    assert_eq!(taken.open().count(), 1, "a mask is never written");
    let kept = merged(Some(own), own, target, &resolved("key", Resolution::Override));
    assert_eq!((values(&kept), kept.open().count()), (own, 0));
    check_masked(own, own, "key: postgres://u:****@h1/db\n", own, false);
    check_masked("", "", "key: run --token **** --x\n", "key: run --token **** --x\n", true);
}
