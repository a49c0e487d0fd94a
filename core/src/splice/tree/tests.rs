//! Cases of reading texts into nodes.

use serde_json::json;

use crate::splice::{Path, Tree};

/// Each line is a path and the slice that stands there.
fn check(text: &str, expected: &[(&str, &str)]) {
    let tree = Tree::parse(text).unwrap();
    for (path, slice) in expected {
        let node = tree.node(&path.parse::<Path>().unwrap()).unwrap_or_else(|| panic!("{path} in {text:?}"));
        assert_eq!(tree.slice(node), *slice, "{path} in {text:?}");
    }
}

#[test]
fn nodes_know_their_bytes() {
    check("a: |\n  x\n\n  y\n\n# c\nb: >-\n  z", &[("a", "|\n  x\n\n  y"), ("b", ">-\n  z")]);
    check("a: |+\n  x\n\n\nb: | # c\nc: |2\n   x\n", &[("a", "|+\n  x\n\n"), ("b", "|"), ("c", "|2\n   x")]);
    check("a: |\n  x\n    \nb: 1\n", &[("a", "|\n  x\n    ")]);
    check("a: |\n  x\n  \nb: 1\n", &[("a", "|\n  x")]);
    check(
        "l:\n- a\n-  b: 1\n   c:\n- # c\n  - x\n-\n",
        &[("l", "- a\n-  b: 1\n   c:\n- # c\n  - x\n-"), ("l[1].c", ""), ("l[2]", "- x")],
    );
    check("m: &x !!str\n  q\no: !!str &y\n  a: 1\n", &[("m", "&x !!str\n  q"), ("o", "!!str &y\n  a: 1")]);
    check("a: {b: , c, ? d : e, [f]}\n".replace(", [f]", "").as_str(), &[("a.b", ""), ("a.c", ""), ("a.d", "e")]);
    check(
        "? k\n: v\n? z\np:\no: ~\n",
        &[("k", "v"), ("z", ""), ("p", ""), ("o", "~"), ("", "? k\n: v\n? z\np:\no: ~")],
    );
    check("\u{feff}---\r\nä: \"q\r\n  r\"\r\nb: |\r\n  x\r\n\r\nc: 1\r\n", &[("ä", "\"q\r\n  r\""), ("b", "|\r\n  x")]);
    check("[a: 1, {b: 2}, 'c']", &[("[0]", "a: 1"), ("[1].b", "2"), ("[2]", "'c'")]);
    check("--- # c\n[x] # d\n...\n", &[("", "[x]")]);
}

#[test]
fn the_meaning_is_that_of_go() {
    let value = |text: &str| Tree::parse(text).unwrap().value();
    assert_eq!(value("y: 1\n0644: on\na: 1\na: 2\n"), json!({"true": 1, "420": true, "a": 2}));
    assert_eq!(value("a: |\n  x"), json!({"a": "x"}));
    assert_eq!(value("# none\n"), json!(null));
    assert_eq!(value("---\n"), json!(null));
    assert_eq!(value("a: &a {x: 1, z: 1}\nb: {z: 2, <<: *a, x: 3}\n")["b"], json!({"z": 1, "x": 3}));
    assert_eq!(value("a: &a {x: 1}\nb: {<<: [{x: 2}, *a], '<<': 1}\n")["b"], json!({"x": 2, "<<": 1}));
    assert_eq!(value("a: &a [1]\nb: *a\n"), json!({"a": [1], "b": [1]}));
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let cases = [
        ("a: 1\n---\nb: 2\n", "line 2, column 1: more than one document"),
        ("a: &x [*x]\n", "line 1, column 8: an alias stands inside its own anchor"),
        ("a: 1\n? [b]\n: 1\n", "line 2, column 3: a key that is no text cannot be used"),
        ("a: .inf\n", "line 1, column 4: \".inf\" cannot be said in JSON"),
        ("a: {<<: 1}\n", "line 1, column 5: a merge needs a mapping or a list of mappings"),
    ];
    for (text, expected) in cases {
        assert_eq!(Tree::parse(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn nesting_and_aliases_are_bounded() {
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Tree::parse(&nested(60)).is_ok());
    assert!(Tree::parse(&nested(500)).is_err());
    let block: String = (0..100).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert!(Tree::parse(&block).is_err());
    let mut laughs = "a0: &a0 lol\n".to_owned();
    for level in 1..30 {
        let inner = format!("*a{}, ", level - 1).repeat(9);
        laughs.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    assert!(Tree::parse(&laughs).unwrap_err().message.contains("grow too large"));
}
