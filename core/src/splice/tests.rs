//! Cases of the splice editor, each a text, edits, and the text after them.

use serde_json::{Value, json};

use super::{Edit, Path, SpliceError, Tree, apply};

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

fn set(at: &str, value: Value) -> Edit<'static> {
    Edit::Set { path: path(at), value }
}

fn remove(at: &str) -> Edit<'static> {
    Edit::Remove { path: path(at) }
}

#[track_caller]
fn check(text: &str, edits: &[Edit<'_>], expected: &str) {
    assert_eq!(apply(text, edits).as_deref(), Ok(expected), "{text:?}");
    if !text.contains('\n') {
        return;
    }
    let (text, expected) = (text.replace('\n', "\r\n"), expected.replace('\n', "\r\n"));
    assert_eq!(apply(&text, edits), Ok(expected), "with CRLF");
}

#[track_caller]
fn check_graft(text: &str, source: &str, at: &str, expected: &str) {
    check_graft_from(text, source, (at, at), expected);
}

#[track_caller]
fn check_graft_from(text: &str, source: &str, (at, from): (&str, &str), expected: &str) {
    for source in [source.to_owned(), source.replace('\n', "\r\n")] {
        let tree = Tree::parse(&source).unwrap();
        check(text, &[Edit::Graft { path: path(at), source: &tree, from: path(from) }], expected);
    }
}

#[track_caller]
fn check_refused(text: &str, edit: Edit<'_>, reason: &str) {
    match apply(text, &[edit]) {
        Err(SpliceError::Place { reason: found, .. }) => assert!(found.contains(reason), "{found}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_scalar_is_set_in_its_place() {
    check("a: 1 # c\nb: 2\n", &[set("a", json!(3))], "a: 3 # c\nb: 2\n");
    check("a: # c\nb: 2\n", &[set("a", json!("x"))], "a: x # c\nb: 2\n");
    check("a:\n- 1 # c\n-\n", &[set("a[0]", json!("y")), set("a[1]", json!(2))], "a:\n- \"y\" # c\n- 2\n");
    check(
        "a: {b: 1, c: , d}\n",
        &[set("a.b", json!([1])), set("a.c", json!(2)), set("a.d", json!(3))],
        "a: {b: [1], c: 2 , d: 3}\n",
    );
    check("a: |  # c\n  x\n  y\nb: 1\n", &[set("a", json!(1))], "a: 1 # c\nb: 1\n");
    check("a: 1 # c\nb: 1\n", &[set("a", json!("x\ny\n"))], "a: | # c\n  x\n  y\nb: 1\n");
    check("a:\n  # why\n  text # c\n", &[set("a", json!(1))], "a:\n  # why\n  1 # c\n");
    check("? a\n: 1\n", &[set("a", json!({"b": 1}))], "? a\n: {b: 1}\n");
}

#[test]
fn an_edit_that_changes_nothing_returns_the_very_bytes() {
    for text in ["a:   0644 # c\nb: {c: yes}", "a: 420\r\nb: {c: on}\n\n\n"] {
        check(
            text,
            &[set("a", json!(420)), set("b.c", json!(true)), remove("x.y"), set("b", json!({"c": true}))],
            text,
        );
    }
    assert_eq!(apply("", &[]).unwrap(), "");
}

#[test]
fn collections_and_scalars_take_each_others_place() {
    check("a: 1 # c\nb: 2\n", &[set("a", json!({"x": [1]}))], "a: # c\n  x:\n    - 1\nb: 2\n");
    check("a: # c\n  x: 1 # d\n  # e\nb: 2\n", &[set("a", json!("z"))], "a: z # c\nb: 2\n");
    check("a: # c\n  x: 1\nb: 2\n", &[set("a", json!({"y2": 1}))], "a: # c\n  y2: 1\nb: 2\n");
    check(
        "- x: 1\n  b: 2\n- 3 # c\n- 4\n",
        &[set("[0]", json!(1)), set("[1]", json!({"a": 1})), set("[2]", json!({"a": 1}))],
        "- 1\n- # c\n  a: 1\n- a: 1\n",
    );
    check(
        "a:\n  - x: 1\n  - y1: 1\n",
        &[set("a[0]", json!({"z": 1})), set("a[1]", json!([1]))],
        "a:\n  - z: 1\n  - - 1\n",
    );
    check("a: 1\n", &[set("", json!([1, 2]))], "- 1\n- 2\n");
    check("# c\n{}\n", &[set("", json!({"a": 1}))], "# c\na: 1\n");
    check("--- {} # c\n", &[set("a", json!(1))], "--- # c\na: 1\n");
}

#[test]
fn new_keys_go_to_the_end_of_their_mapping() {
    check(
        "a:\n  b: 1 # c\n  # d: 2\n\n# about e\ne: 1\n",
        &[set("a.x", json!(1))],
        "a:\n  b: 1 # c\n  x: 1\n  # d: 2\n\n# about e\ne: 1\n",
    );
    check("a: 1", &[set("b", json!(1))], "a: 1\nb: 1");
    check("a: {b: 1} # c\n", &[set("a.x", json!({"z": 1}))], "a: {b: 1, x: {z: 1}} # c\n");
    check("a: {} # c\nb: []\n", &[set("a.x", json!(1)), set("b[0]", json!(2))], "a: # c\n  x: 1\nb:\n  - 2\n");
    check(
        "a:\nb: ~\n",
        &[set("a.x.z", json!(1)), set("b[name=q].v", json!(2))],
        "a:\n  x:\n    z: 1\nb:\n  - name: q\n    v: 2\n",
    );
    check("", &[set("a.b", json!(1))], "a:\n  b: 1\n");
    check("# presets\n", &[set("a", json!(1))], "# presets\na: 1\n");
    check("---\n", &[set("a", json!(1))], "---\na: 1\n");
    check("\u{feff}-\n- 1\n", &[set("[0]", json!({"a": 1}))], "\u{feff}- a: 1\n- 1\n");
    check(
        "l:\n- name: x\n  v: 1\n",
        &[set("l[name=w].v", json!(1)), set("l[2]", json!(5))],
        "l:\n- name: x\n  v: 1\n- name: w\n  v: 1\n- 5\n",
    );
    check("l: [{name: x}]\n", &[set("l[name=w].v", json!(1))], "l: [{name: x}, {name: w, v: 1}]\n");
    check("a: |+\n  x\n\n\nb: 1\n", &[set("c", json!("p\nq\n"))], "a: |+\n  x\n\n\nb: 1\nc: |\n  p\n  q\n");
}

#[test]
fn an_item_behind_a_block_scalar_that_ends_the_text_without_a_line_break_is_refused() {
    check_refused("- a\n- |\n  x\n\n  z", set("[2]", json!(1)), "without a line break");
    check("- a\n- |\n  x\n", &[set("[2]", json!(1))], "- a\n- |\n  x\n- 1\n");
}

#[test]
fn a_block_scalar_at_the_end_of_the_text_keeps_its_meaning() {
    check("a: 1\nb: |\n  x", &[set("c", json!(1))], "a: 1\nc: 1\nb: |\n  x");
    check("a: 1\nb: 2", &[set("b", json!("x\ny\n"))], "a: 1\nb: |\n  x\n  y\n");
    check("a: |\n  x\nb: 2", &[remove("b")], "a: |\n  x\n");
}

#[test]
fn removing_takes_the_comments_along_that_belong_to_it() {
    check("a: 1\n\n# about b\n# more\nb: # c\n  x: 1\n  # d\nc: 1\n", &[remove("b")], "a: 1\n\nc: 1\n");
    check("# head\n\n# about a\na: 1 # c\n# about b\nb: 1\n", &[remove("a")], "# head\n\n# about b\nb: 1\n");
    check("a: 1\nb: 2 # c", &[remove("b")], "a: 1");
    check("a: # n\n  # about b\n  b: 1\nc: 2\n", &[remove("a.b")], "a: {} # n\nc: 2\n");
    check("a:\n- 1 # c\n", &[remove("a[0]")], "a: []\n");
    check("a: 1\n", &[remove("a")], "{}\n");
    check("- b: 1 # c\n  # d\n  c: 2\n- 1\n", &[remove("[0].b")], "- # d\n  c: 2\n- 1\n");
    check("- b: 1\n  c: 2\n- 1\n", &[remove("[0].b"), remove("[0].c")], "- {}\n- 1\n");
    check("- - 1\n  - 2\n", &[remove("[0][0]")], "- - 2\n");
    check("a: {b: 1, c: 2, d: 3}\n", &[remove("a.b"), remove("a.d")], "a: {c: 2}\n");
    check("a: {b: 1}\n", &[remove("a.b")], "a: {}\n");
    check("a: [!!str 5, 6]\n", &[remove("a[0]")], "a: [6]\n");
    check("-\n a: 1\n b: 2", &[remove("[0]"), set("[0].x", json!(["y2"]))], "- x:\n    - y2");
    check("a: [1, 2, 3,]\n", &[remove("a[0]"), remove("a[1]")], "a: [2,]\n");
    check("a: {\n  b: 1, # one\n  c: 2 # two\n}\n", &[remove("a.c")], "a: {\n  b: 1 # one\n   # two\n}\n");
}

#[test]
fn a_graft_keeps_its_words() {
    check_graft("mode: 1 # t\n", "mode: 0644 # s\n", "mode", "mode: 0644 # t\n");
    check_graft("a:\n    b: 1\n", "a:\n  b: 'x'\n", "a.b", "a:\n    b: 'x'\n");
    check_graft(
        "a:\n    b: 1\n",
        "a:\n  b: |-\n    x\n     y\n\n    z\n",
        "a.b",
        "a:\n    b: |-\n      x\n       y\n\n      z\n",
    );
    check_graft(
        "a: {b: 1, c: 2}\n",
        "a:\n  b:\n    x: yes # c\n    l:\n    - ~\n    - 'q'\n",
        "a.b",
        "a: {b: {x: yes, l: [~, 'q']}, c: 2}\n",
    );
    check_graft("a: 1\n", "a: # s\n  # in\n  b: on # c\n  # tail\nz: 1\n", "a", "a:\n  # in\n  b: on # c\n  # tail\n");
    check_graft_from(
        "- 1\n",
        "a:\n    # in\n    b: on\n    c: [1,\n      2]\n",
        ("[0]", "a"),
        "- # in\n  b: on\n  c: [1,\n    2]\n"
            .replace("- # in\n  b", "-   # in\n    b")
            .replace("\n  c: [1,\n    2]", "\n    c: [1,\n      2]")
            .as_str(),
    );
    check_graft_from("a:\n  b: 1\n", "- x: 1\n  z: 2\n", ("a.b", "[0]"), "a:\n  b:\n    x: 1\n    z: 2\n");
    check_graft("a: 1\n", "a:\n- 1\n- x: 2\n", "a", "a:\n- 1\n- x: 2\n");
}

#[test]
fn a_new_key_brings_its_comments_and_follows_its_sibling() {
    let source = "a:\n  b: 1\n\n  # about c\n  c:   yes   # behind\n  # in\n  d: 1\nz: 1\n";
    check_graft(
        "a:\n    e: 1\n    b: 2 # t\n\n    d: 3\n",
        source,
        "a.c",
        "a:\n    e: 1\n    b: 2 # t\n    # about c\n    c:   yes   # behind\n\n    d: 3\n",
    );
    check_graft("z: 2\n", source, "a", "z: 2\na:\n  b: 1\n\n  # about c\n  c:   yes   # behind\n  # in\n  d: 1\n");
    check_graft("z: 2\n", source, "a.c", "z: 2\na:\n  # about c\n  c:   yes   # behind\n");
    check_graft("z: {q: 1}\n", "z:\n  # no\n  w: 0x1F # no\n", "z.w", "z: {q: 1, w: 0x1F}\n");
    check_graft(
        "l:\n- name: a\n- name: d\n",
        "l:\n  - name: a\n  # about b\n  - name: b # c\n    v: |\n      x\n",
        "l[name=b]",
        "l:\n- name: a\n# about b\n- name: b # c\n  v: |\n    x\n- name: d\n",
    );
}

#[test]
fn anchors_aliases_merges_and_duplicates_are_refused() {
    let text = "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 1\nf: 1\nf: 2\ng: &un 1\n";
    check_refused(text, set("a", json!(1)), "alias on line 2");
    check_refused(text, set("a.b", json!(2)), "anchored");
    check_refused(text, set("c.b", json!(2)), "alias of a value");
    check_refused(text, remove("d.b"), "merge key");
    check_refused(text, set("f", json!(3)), "more than once");
    check_refused(text, set("f.x", json!(3)), "more than once");
    check_refused("a: 1\n", set("a.b", json!(3)), "a is neither");
    check_refused("a: [1]\n", set("a[5]", json!(3)), "has 1 items only");
    check_refused("a: 1\n", remove(""), "whole");
    check(text, &[set("g", json!(5))], "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 1\nf: 1\nf: 2\ng: 5\n");
    check("a: &x {b: 1}\nc: *x\n", &[set("c", json!(5))], "a: &x {b: 1}\nc: 5\n");
    check("a: &x {b: 1}\nd:\n  <<: *x\n", &[set("d.b", json!(2))], "a: &x {b: 1}\nd:\n  <<: *x\n  b: 2\n");
}

#[test]
fn a_text_that_does_not_read_back_is_never_returned() {
    // The comment is deeper than the block scalar would be, and so it would be swallowed.
    let text = "a: 1\n      # deep\nb: 1\n";
    let source = Tree::parse("a: |\n  x\n  z\n").unwrap();
    let edit = Edit::Graft { path: path("a"), source: &source, from: path("a") };
    assert_eq!(apply(text, &[edit]).as_deref(), Ok("a: \"x\\nz\\n\"\n      # deep\nb: 1\n"));
}

#[test]
fn a_block_scalar_that_brings_a_comment_of_its_own_leaves_no_room_for_another() {
    let own = "k: |  # c1\n  text\n";
    for target in
        ["k: {name: [1.5]}  # c1\n", "k: 1  # c1\n", "k: 1  # c2\n", "k: >  # c1\n  x\n", "k:  # c1\n  a: 1\n"]
    {
        check_graft(target, own, "k", own);
    }
    check_graft("k: 1  # c1\n", "k: |\n  text\n", "k", "k: |  # c1\n  text\n");
}
