//! The verdict table on values.

use super::*;

#[test]
fn what_only_the_target_changed_is_taken() {
    check("a: 1\nb: 1\n", "a: 1\nb: 1\n", "# new\na: 2\nb: 1\n", "# new\na: 2\nb: 1\n", &[]);
    check("a: 1\nb: 1\n", "b:   1\na: 1 # why\n", "a: 2\nb: 1\n", "a: 2 # why\nb: 1\n", &[]);
}

#[test]
fn what_only_the_cluster_changed_is_kept_in_the_targets_text() {
    let target = "# about a\na: 1   # one\nb: {x: 1, y: 2}\nnew: true\n";
    let result = "# about a\na: 5   # one\nb: {x: 1, y: 2}\nnew: true\n";
    check("a: 1\nb: {x: 1, y: 1}\n", "a: 5\nb: {x: 1, y: 1}\n", target, result, &[(Verdict::Kept, "a")]);
}

#[test]
fn words_of_yaml_1_1_keep_their_text() {
    let (own, target) = ("a: yes\nb: 0644\nc: ~\nd: 'no'\n", "a: off\nb: 1\nc: 1\nd: x\ne: 1\n");
    let expected = [(Verdict::Kept, "a"), (Verdict::Kept, "b"), (Verdict::Kept, "c"), (Verdict::Kept, "d")];
    check("a: off\nb: 1\nc: 1\nd: x\n", own, target, "a: yes\nb: 0644\nc: ~\nd: 'no'\ne: 1\n", &expected);
    check("a: true\n", "a: yes\n", "a: off\n", "a: off\n", &[]);
}

#[test]
fn what_both_changed_to_the_same_is_redundant() {
    check("a: 1\n", "a: 2\n", "a: 2 # now\n", "a: 2 # now\n", &[(Verdict::Redundant, "a")]);
    check("a: 1\n", "a: yes\n", "a: true\n", "a: true\n", &[(Verdict::Redundant, "a")]);
    check("a: 1\nb: 1\n", "b: 1\n", "b: 1\n", "b: 1\n", &[(Verdict::Redundant, "a")]);
}

#[test]
fn what_both_changed_differently_is_a_conflict_and_the_target_stands_until_it_is_settled() {
    check("replicas: 2\n", "replicas: 1\n", "replicas: 3\n", "replicas: 3\n", &[(Verdict::Conflict, "replicas")]);
    let (base, own, target) = (Some("replicas: 2\n"), "replicas: 1\n", "replicas: 3 # three\n");
    let open = merged(base, own, target, &Decisions::default());
    assert_eq!(open.open().count(), 1);
    for (side, result) in [(Side::Override, "replicas: 1 # three\n"), (Side::Profile, target)] {
        let settled = merged(base, own, target, &on_conflict(side));
        assert_eq!((values(&settled), settled.open().count()), (result, 0));
    }
}

#[test]
fn an_override_whose_path_is_gone_is_lost() {
    check("a: {b: 1, c: 1}\nd: 1\n", "a: {b: 2, c: 1}\nd: 1\n", "d: 1\n", "d: 1\n", &[(Verdict::Lost, "a.b")]);
    check("a: {b: 1}\nd: 1\n", "a: {b: 1, x: 2}\nd: 1\n", "d: 1\n", "d: 1\n", &[(Verdict::Lost, "a.x")]);
    check("a: {b: 1}\nd: 1\n", "a: {b: 1}\nd: 1\n", "d: 1\n", "d: 1\n", &[]);
}

#[test]
fn a_loss_can_be_accepted_by_place_and_undone_by_a_decision() {
    let (base, own, target) = (Some("a: {b: 1}\nd: 1\n"), "a: {b: 2}\nd: 1\n", "d: 1\n");
    for place in ["p/a: a.b", "a: a.b", "a.b"] {
        let accepted = merged(base, own, target, &accepting(place));
        assert_eq!((accepted.open().count(), values(&accepted)), (0, target), "{place}");
    }
    let settled = merged(base, own, target, &on_conflict(Side::Profile));
    assert_eq!(settled.open().count(), 1, "a side that wins accepts no loss");
}

#[test]
fn a_type_that_changed_is_asked_about() {
    check("a: 1\n", "a: 2\n", "a: {x: 1}\n", "a: {x: 1}\n", &[(Verdict::TypeChanged, "a")]);
    check("a: {x: 1}\n", "a: {x: 2}\n", "a: [1]\n", "a: [1]\n", &[(Verdict::TypeChanged, "a")]);
    let settled = merged(Some("a: 1\n"), "a: 2\n", "a: {x: 1}\n", &on_conflict(Side::Override));
    assert_eq!((values(&settled), settled.open().count()), ("a: 2\n", 0));
}

#[test]
fn without_a_base_nothing_is_guessed() {
    let (own, target) = ("a: 1\nb: {c: 1, d: 1}\n", "b: {c: 2, d: 1}\ne: 1\n");
    let open = merged(None, own, target, &Decisions::default());
    let expected = [(Verdict::UnknownBase, "b.c"), (Verdict::UnknownBase, "e"), (Verdict::UnknownBase, "a")];
    assert_eq!((values(&open), verdicts(&open)), (target, expected.to_vec()));
    let own_wins = merged(None, own, target, &on_conflict(Side::Override));
    assert_eq!((values(&own_wins), own_wins.open().count()), ("b: {c: 1, d: 1}\na: 1\n", 0));
    assert_eq!(merged(None, own, own, &Decisions::default()).overrides, []);
}

#[test]
fn a_key_that_the_cluster_removed_stays_removed() {
    check("a: 1\nb: 1\n", "b: 1\n", "a: 1\nb: 2\n", "b: 2\n", &[(Verdict::Kept, "a")]);
    check("a: 1\nb: 1\n", "b: 1\n", "a: 2\nb: 1\n", "a: 2\nb: 1\n", &[(Verdict::Conflict, "a")]);
}

#[test]
fn a_key_that_the_cluster_added_is_kept_with_its_comments() {
    check(
        "a: 1\n",
        "a: 1\n# ours\nb:\n  # deep\n  c: 0x1F # why\n",
        "a: 2\n",
        "a: 2\n# ours\nb:\n  # deep\n  c: 0x1F # why\n",
        &[(Verdict::Kept, "b")],
    );
}

#[test]
fn items_of_a_list_are_matched_by_their_names() {
    check(
        "env:\n- name: A\n  value: 1\n- name: B\n  value: 1\n",
        "env:\n- name: A\n  value: 5\n- name: B\n  value: 1\n- name: C\n  value: 1\n",
        "env:\n- name: B\n  value: 2\n- name: A\n  value: 1\n",
        "env:\n- name: B\n  value: 2\n- name: C\n  value: 1\n- name: A\n  value: 5\n",
        &[(Verdict::Kept, "env[name=A].value"), (Verdict::Kept, "env[name=C]")],
    );
}

#[test]
fn a_list_without_names_is_one_value() {
    check(
        "l: [1, 2]\nx: 1\n",
        "l: [1, 2, 3]\nx: 1\n",
        "l: [1, 2]\nx: 2\n",
        "l: [1, 2, 3]\nx: 2\n",
        &[(Verdict::Kept, "l")],
    );
    check("l: [1]\n", "l: [1, 2]\n", "l: [0, 1]\n", "l: [0, 1]\n", &[(Verdict::Conflict, "l")]);
    check("l: [{name: x}, {name: x}]\n", "l: [{name: x}]\n", "l: []\n", "l: []\n", &[(Verdict::Conflict, "l")]);
}

#[test]
fn an_order_that_the_cluster_changed_is_an_override_of_the_list() {
    let (base, own) = ("l: [{name: x}, {name: z}]\nz: 1\n", "l: [{name: z}, {name: x}]\nz: 1\n");
    let target = "l: [{name: x}, {name: z}]\nz: 2\n";
    check(base, own, target, "l: [{name: z}, {name: x}]\nz: 2\n", &[(Verdict::Kept, "l")]);
}

#[test]
fn an_item_that_the_cluster_put_in_between_stays_there_where_the_list_is_the_same() {
    let (base, own) = ("l:\n- name: x\n- name: z\nz: 1\n", "l:\n- name: x\n- name: m\n- name: z\nz: 1\n");
    let target = "z: 2\nl:\n- name: x\n- name: z\n";
    check(base, own, target, "z: 2\nl:\n- name: x\n- name: m\n- name: z\n", &[(Verdict::Kept, "l[name=m]")]);
}

#[test]
fn comments_and_format_are_no_overrides() {
    check("a: {b: 1}\nc: 1\n", "# mine\na:\n    b: 1\nc: 1\n", "a: {b: 1}\nc: 2\n", "# mine\na: {b: 1}\nc: 2\n", &[]);
}

#[test]
fn a_comment_of_the_cluster_moves_with_its_key_or_is_said_to_be_lost() {
    check("a: 1\nb: 1\n", "a: 5 # because\nb: 1\n", "a: 1\nb: 2\n", "a: 5 # because\nb: 2\n", &[(Verdict::Kept, "a")]);
    let (base, own, target) = ("a: 1\nb: {c: 1}\n", "a: 1\n# ours\nb: {c: 1}\n", "a: 2\n");
    let merged = merged(Some(base), own, target, &Decisions::default());
    assert_eq!(verdicts(&merged), [(Verdict::CommentLost, "b")]);
    assert_eq!((merged.overrides[0].own.clone(), merged.open().count()), (Some(json!("# ours")), 0));
}

#[test]
fn the_same_target_gives_the_clusters_own_bytes() {
    let (base, own) = ("a: 1\nb: 2\n", "# ours\nb:   3\na: 1\n");
    check(base, own, base, own, &[(Verdict::Kept, "b")]);
    let untouched = merged(Some(base), "a:  1\nb: 2 # two\n", base, &Decisions::default());
    assert_eq!(values(&untouched), "a:  1\nb: 2 # two\n");
}

#[test]
fn what_is_not_yaml_is_merged_line_by_line_and_says_so() {
    let base = "a: {{ .spectro.macro.X }}\nb: 1\nc: 1\nd: 1\ne: 1\n";
    let own = "a: {{ .spectro.macro.X }}\nb: 2\nc: 1\nd: 5\ne: 1\n";
    let target = "# new\na: {{ .spectro.macro.X }}\nb: 1\nc: 1\nd: 6\ne: 1\n";
    let result = "# new\na: {{ .spectro.macro.X }}\nb: 2\nc: 1\nd: 6\ne: 1\n";
    let merged = merged(Some(base), own, target, &Decisions::default());
    assert_eq!(verdicts(&merged), [(Verdict::Kept, "line 2"), (Verdict::Conflict, "line 4")]);
    assert_eq!(values(&merged), result);
    assert!(merged.notes[0].starts_with("p/a: merged line by line because"), "{:?}", merged.notes);
}

#[test]
fn lines_of_a_key_that_is_open_in_another_line_are_hidden() {
    let text = |key: &str| {
        format!("a: {{{{ .x }}}}\nkey: |\n  -----BEGIN PRIVATE KEY-----\n  {key}\n  -----END PRIVATE KEY-----\n")
    };
    let merged = merged(Some(&text("one")), &text("hunter"), &text("one"), &Decisions::default());
    let shown = serde_json::to_string(&merged.overrides[0].clone().masked()).unwrap();
    assert!(!shown.contains("hunter") && shown.contains("***"), "{shown}");
}

#[test]
fn empty_values_on_any_side_are_no_trap() {
    check("", "a: 1\n", "", "a: 1\n", &[(Verdict::Kept, "a")]);
    check("", "a: 1\n", "# only\n", "# only\na: 1\n", &[(Verdict::Kept, "a")]);
    check("a: 1\n", "", "a: 1\nb: 1\n", "b: 1\n", &[(Verdict::Kept, "a")]);
    check("a: 1\n", "a: 2\n", "", "", &[(Verdict::Lost, "a")]);
}

#[test]
fn what_is_around_a_value_can_make_it_secret() {
    let text =
        |value: &str| format!("o: {{kind: Secret, stringData: {{a: {value}}}}}\nb: {{password: {value}}}\nc: 1\n");
    let merged = merged(Some(&text("x")), &text("hunter"), &text("y"), &Decisions::default());
    let shown = serde_json::to_string(&merged.overrides.into_iter().map(Override::masked).collect::<Vec<_>>()).unwrap();
    assert!(!shown.contains("hunter") && shown.contains("o.stringData.a"), "{shown}");
}

fn entries(count: usize, number: usize) -> String {
    (0..count).map(|at| format!("  k{at}: {}\n", at + number)).collect()
}

#[test]
fn many_overrides_inside_an_anchor_are_refused_and_the_others_arrive() {
    let base = format!("x: &a\n{}y: *a\nother: 0\n", entries(300, 0));
    // The cluster's `y` is what is published, so that the alias stays and needs its anchor.
    let own = format!("x:\n{}y:\n{}other: 7\n", entries(300, 1000), entries(300, 0));
    let merged = merged(Some(&base), &own, &(base.clone() + "new: 1\n"), &Decisions::default());
    assert_eq!(values(&merged), base.replace("other: 0", "other: 7") + "new: 1\n");
    let (open, kept): (Vec<_>, Vec<_>) = merged.overrides.iter().partition(|it| it.refused.is_some());
    assert_eq!(kept.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["other"]);
    assert!(open.len() == 300 && open.iter().all(|it| it.is_open()), "{}", open.len());
}

#[test]
fn an_override_of_what_is_anchored_and_of_its_alias_is_kept() {
    let text = |number| format!("x: &a\n{}y: *a\n", entries(20, number));
    let merged = merged(Some(&text(0)), &text(100), &(text(0) + "new: 1\n"), &Decisions::default());
    assert!(merged.overrides.iter().all(|it| it.verdict == Verdict::Kept), "{:#?}", merged.notes);
    let tree = |text: &str| crate::yaml::parse(text).unwrap();
    assert_eq!(tree(values(&merged)), tree(&(text(100) + "new: 1\n")));
}

#[test]
fn a_line_that_would_repeat_a_key_is_asked_about() {
    let text = |lines: &str| format!("t: {{{{ .x }}}}\nui:\n{lines}");
    let (base, own) = (text("  a: 1\n  b: 1\n  c: 1\n"), text("  n: 5\n  a: 1\n  b: 1\n  c: 1\n"));
    let target = text("  a: 1\n  b: 1\n  c: 1\n  n: 3\n");
    for decisions in [Decisions::default(), on_conflict(Side::Override)] {
        let merged = merged(Some(&base), &own, &target, &decisions);
        assert_eq!((values(&merged), verdicts(&merged)), (target.as_str(), vec![(Verdict::Conflict, "line 3")]));
        assert_eq!(merged.open().count(), 1);
        assert!(merged.overrides[0].refused.as_deref().is_some_and(|it| it.contains("key \"n\" would stand twice")));
    }
    let taken = merged(Some(&base), &own, &target, &on_conflict(Side::Profile));
    assert_eq!((values(&taken), taken.open().count()), (target.as_str(), 0));
    let rest = "  b: 1\n  c: 1\n  d: 1\n  e: 1\n";
    let (own, target) = (text(&format!("  a: 9\n{rest}")), text(&format!("{rest}  a: 1\n")));
    let moved = merged(Some(&text(&format!("  a: 1\n{rest}"))), &own, &target, &on_conflict(Side::Override));
    assert_eq!((values(&moved), moved.open().count()), (target.as_str(), 1));
}

#[test]
fn what_an_alias_lends_to_a_secret_key_is_secret_at_its_anchor() {
    let text = |value: &str, z: u32| format!("plain: &p x\nanchor: &a {value}\npassword: *a\nother: *p\nz: {z}\n");
    let merged =
        merged(Some(&text("v1", 1)), &text("v2", 1).replace("&p x", "&p y"), &text("v1", 2), &Decisions::default());
    let secret: Vec<_> = merged.overrides.iter().map(|it| (it.path.as_str(), it.is_secret)).collect();
    assert!(secret.contains(&("anchor", true)) && secret.contains(&("password", true)), "{secret:?}");
    assert!(secret.contains(&("plain", false)), "{secret:?}");
}
