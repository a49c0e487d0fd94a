//! Random templates on random documents: whatever they say, nothing panics and everything ends.

use proptest::{collection, prelude::*, test_runner::Config};
use serde_json::{Map, Value};

use crate::{Columns, Template, relaxed, sort};

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "[?(",
    ")]",
    ".",
    "..",
    "*",
    "@",
    "$",
    "'",
    "\"",
    "\\",
    ",",
    ":",
    "-",
    "+",
    " ",
    "\n",
    "\t",
    "==",
    "!=",
    "<",
    ">=",
    "=",
    "a",
    "b",
    "c",
    "é",
    "0",
    "1",
    "-1",
    "99999999999999999999",
    "1.5",
    "true",
    "range ",
    "end",
    "{range .a[*]}",
    "{end}",
    "{.a}",
    "[*]",
    "[0]",
    "[-1:]",
    "[::2]",
    "['a','b']",
    "{..b}",
    "[?(@.a==\"b\")]",
    "\\n",
    "\\x",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => any::<String>()]
}

fn template() -> impl Strategy<Value = String> {
    let loose = collection::vec(piece(), 0..20).prop_map(|pieces| pieces.concat());
    // Most loose ones are refused; these are mostly read.
    let closed = collection::vec(piece(), 0..6).prop_map(|pieces| format!("{{.a{}}}", pieces.concat()));
    prop_oneof![loose, closed]
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 5, |inner| {
        let map = collection::vec(("[abc]", inner.clone()), 0..5);
        let map = map.prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()));
        prop_oneof![collection::vec(inner, 0..5).prop_map(Value::Array), map]
    })
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_template_panics(text in template(), document in document()) {
        match Template::parse(&text) {
            Ok(template) => {
                for template in [template.clone(), template.refuse_missing_keys()] {
                    let printed = template.print(&document);
                    let as_json = template.print_as_json(&document);
                    prop_assert_eq!(printed.is_ok(), as_json.is_ok());
                    if let Err(error) = printed {
                        prop_assert!(text.is_char_boundary(error.at()), "{error}");
                    }
                }
            }
            Err(error) => prop_assert!(!error.to_string().is_empty() && text.is_char_boundary(error.at())),
        }
    }

    #[test]
    fn no_path_panics(text in template(), document in document()) {
        let _ = relaxed(&text);
        let columns = [Columns::parse(&text), Columns::parse(&format!("A:{text}")), Columns::parse_file(&text)];
        for columns in columns.into_iter().flatten() {
            if let Ok((headers, rows)) = columns.rows(&document) {
                prop_assert!(rows.iter().all(|row| row.len() == headers.len()));
            }
        }
    }

    #[test]
    fn no_order_panics_and_no_item_is_lost(values in collection::vec(document(), 0..40), path in "[abc]") {
        let mut items = values.clone();
        let _ = sort(&mut items, |it| it, &path);
        let written = |items: &[Value]| {
            let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
            texts.sort();
            texts
        };
        prop_assert_eq!(written(&items), written(&values));
    }
}
