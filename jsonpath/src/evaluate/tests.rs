//! Templates and what they print, beyond what is compared with kubectl itself: its crashes, odd and hostile ones.

mod random;

use serde_json::{Value, json};

use crate::{Columns, Template, item::Item};

fn print(text: &str, document: &Value) -> Result<String, String> {
    let template = Template::parse(text).map_err(|error| error.to_string())?;
    template.print(document).map_err(|error| error.to_string())
}

#[test]
fn a_missing_field_is_an_error_if_it_may_not_be_missing() {
    let document = json!({"a": {"b": null}, "list": [{"x": 1}, {}], "empty": []});
    for (text, expected) in [
        ("{.a.c}", Err("\"{.a.c}\", column 4: c is not found")),
        ("{.a.b.c}", Err("\"{.a.b.c}\", column 6: c is not found")),
        ("{.list[*].x}", Ok("1")),
        ("{.list[?(@.x)].x}", Ok("1")),
        ("{.list[?(@.x==1)].x}", Err("\"{.list[?(@.x==1)].x}\", column 11: x is not found")),
        ("{.empty[*].x}", Ok("")),
        ("{range .empty[*]}{.x}{end}", Err("\"{range .empty[*]}{.x}{end}\", column 19: x is not found")),
    ] {
        let template = Template::parse(text).unwrap().refuse_missing_keys();
        let printed = template.print(&document).map_err(|error| error.to_string());
        assert_eq!(printed.as_deref().map_err(String::as_str), expected, "{text}");
    }
}

#[test]
fn a_failure_names_the_template_and_the_place() {
    let document = json!({"a": [1, 2], "s": "x", "m": {}, "mixed": [{"v": 1}, {"v": "1"}, {"v": null}]});
    for (text, expected) in [
        ("{.a[2]}", "column 4: array index out of bounds: index 2, length 2"),
        ("{.a[-3]}", "column 4: array index out of bounds: index -1, length 2"),
        ("{.a[0:9]}", "column 4: array index out of bounds: index 8, length 2"),
        ("{.a[1:0:1]}", "column 4: starting index 1 is greater than ending index 0"),
        ("{.a[0:2:0]}", "column 4: a step must be greater than 0"),
        ("{.s[0]}", "column 4: a text is not a list"),
        ("{.m[?(@.x)]}", "column 4: a map is not a list and cannot be filtered"),
        ("{.mixed[?(@.v==1)]}", "column 8: a text and an integer cannot be compared"),
        ("{.mixed[?(@.v=1)]}", "column 8: unrecognized filter operator \"=\""),
        ("{.mixed[2:3][?(@.v==1)]}", "column 13: a map is not a list and cannot be filtered"),
        ("é{.x}{nope}", "column 7: unrecognized word \"nope\""),
        ("{end}", "column 2: no range to end"),
    ] {
        let error = print(text, &document).unwrap_err();
        assert!(error.starts_with(&format!("{text:?}, ")) && error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_null_in_a_range_is_no_crash() {
    let document = json!({"list": [null, [7]]});
    assert!(print("{range .list[*]}{[0]}{end}", &document).unwrap_err().contains("null is not a list"));
    assert_eq!(print("{range .list[*]}{@},{end}", &document).unwrap(), "<no value>,[7],");
    let template = Template::parse("{range .list[*]}{@}{end}").unwrap();
    assert_eq!(template.print_as_json(&document).unwrap(), "[\n    null\n]\n[\n    [\n        7\n    ]\n]\n");
    assert_eq!(print("{.x}{@}", &Value::Null).unwrap(), "<no value>");
}

#[test]
fn a_range_without_an_end_goes_to_the_end_of_the_template_and_what_follows_comes_once_more() {
    let document = json!({"a": [1, 2]});
    assert_eq!(print("{range .a[*]}<{@}>{end}{range .a[*]}[{@}]", &document).unwrap(), r#"<1><2>[1][2][{"a":[1,2]}]"#);
}

#[test]
fn what_fails_in_a_filter_without_an_operator_leaves_something_there() {
    let document = json!({"a": [{"tags": []}, {"tags": 1}, {}]});
    assert_eq!(print("{.a[?(@.tags[5])]}", &document).unwrap(), r#"{"tags":[]} {"tags":1}"#);
}

#[test]
fn maps_are_walked_in_the_order_of_their_keys() {
    let document = json!({"b": {"x": 2, "n": {}}, "a": {"x": 1, "t": "ab"}});
    assert_eq!(print("{.*.x}", &document).unwrap(), "1 2");
    assert_eq!(print("{..x}", &document).unwrap(), "1 2");
    assert_eq!(print("{.a.t.*}", &document).unwrap(), "97 98");
    let all = r#"{"a":{"t":"ab","x":1},"b":{"n":{},"x":2}} {"t":"ab","x":1} ab {"n":{},"x":2}"#;
    assert_eq!(print("{..}", &document).unwrap(), all);
}

#[test]
fn a_descent_reaches_any_depth() {
    let mut document = json!({"leaf": 1});
    for _ in 0..5000 {
        document = Value::Object([("down".to_owned(), document)].into_iter().collect());
    }
    assert_eq!(print("{..leaf}", &document).unwrap(), "1");
}

#[test]
fn templates_that_would_never_end_are_given_up() {
    let mut document = json!({});
    for level in 0..60 {
        document = json!({ "down": document, "beside": [level, level] });
    }
    let mut lists = json!([1]);
    for _ in 0..30 {
        lists = Value::Array(vec![lists]);
    }
    let many_descents = format!("{{{}}}", "..down".repeat(60));
    // A filter that asks whether there is anything passes over other failures, not over this one.
    let in_a_filter = format!("{{[?({})]}}", "..down".repeat(60));
    let unions = format!("{{{}}}", "[0,0,0,0,0,0,0,0,0,0]".repeat(30));
    let wildcards = format!("{{{}}}", "[0,0][*]..".repeat(10));
    for (text, document) in [
        (many_descents, &document),
        (in_a_filter, &json!([document])),
        (unions, &lists),
        (wildcards, &json!([vec![vec![vec![1; 100]; 100]; 10]])),
    ] {
        let template = Template::parse(&text).unwrap();
        let mut evaluator = template.evaluator();
        evaluator.budget = 100_000;
        let problem = evaluator.find(Item::Value(document)).unwrap_err();
        assert!(problem.what.contains("more than 20000000 values"), "{text}: {problem:?}");
    }
}

#[test]
fn ranges_in_ranges_have_a_bound() {
    let nested = |count: usize| format!("{}x{}", "{range @}".repeat(count), "{end}".repeat(count));
    assert_eq!(print(&nested(100), &json!({})).unwrap(), "x");
    assert!(print(&nested(100_000), &json!({})).unwrap_err().contains("more than 128 ranges"));
}

#[test]
fn long_templates_are_read_in_no_time_worth_the_name() {
    for (part, count) in [
        ("{.a}", 100_000),
        ("{..", 100_000),
        ("[", 100_000),
        ("{[?(@.a", 50_000),
        ("{['a", 50_000),
        ("}", 100_000),
        ("{\"", 50_000),
        ("{[0,1]", 50_000),
        ("{range", 50_000),
    ] {
        let _ = print(&part.repeat(count), &json!({"a": 1}));
    }
    let union = format!("{{[{}0]}}", "0,".repeat(100_000));
    assert!(print(&union, &json!([1])).is_ok());
}

#[test]
fn a_column_with_a_range_goes_on_where_it_left_off() {
    let columns = Columns::parse("A:x range").unwrap();
    let (_, rows) = columns.rows(&json!({"items": [{"x": 1}, {"x": 2}]})).unwrap();
    assert_eq!(rows, [["<none>"], ["<none>"]]);
}
