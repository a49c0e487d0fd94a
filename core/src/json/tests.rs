//! Every text is read as serde_json reads it.

use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;

fn skipped(text: &str) -> Result<(), JsonError> {
    Cursor::whole(text.as_bytes(), Cursor::skip)
}

/// What the fields `a` and `b` of an object hold, as far as they are texts.
fn fields(text: &str) -> Result<Vec<(&'static str, String)>, JsonError> {
    let mut found = Vec::new();
    Cursor::whole(text.as_bytes(), |cursor| {
        cursor.object(["a", "b"], |name, cursor| {
            found.push((name, cursor.text()?.into_owned()));
            Ok(())
        })
    })?;
    Ok(found)
}

#[test]
fn it_passes_over_what_serde_json_passes_over() {
    let texts = [
        "null true",
        "nul",
        "true",
        "fals",
        "0",
        "-0",
        "-",
        "01",
        "1.",
        "1.5",
        ".5",
        "1e",
        "1e5",
        "1E+5",
        "-1.5e-05",
        r#""""#,
        r#"""#,
        r#""\"""#,
        r#""\"#,
        r#""\\""#,
        r#""\u00e9""#,
        r#""\u00g9""#,
        r#""\u12"#,
        r#""\x""#,
        "\"\t\"",
        "\"a text that is longer than eight, with a \u{1f}\"",
        "\"\u{7f}é→🦀\"",
        "[]",
        "[ ]",
        "[1 , 2]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "[}",
        "{}",
        "{ }",
        r#"{"a":1}"#,
        r#"{"a" : [ {} , [ ] ] }"#,
        r#"{"a":1,}"#,
        r#"{,"a":1}"#,
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{a:1}"#,
        r#"{"a":1]"#,
        r#"{1:1}"#,
        r#"{"a":1 "b":2}"#,
        "",
        " ",
        " 1 ",
        "1 1",
        "[[],{}]}",
        "\u{feff}1",
        "\u{a0}1",
    ];
    for text in texts {
        let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        assert_eq!(skipped(text).is_ok(), is_json, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn it_passes_over_any_text_that_serde_json_passes_over(text in r#"[\[\]{}:,"\\ a0-9.eu\-\t\u{1}é]{0,24}"#) {
        prop_assert_eq!(skipped(&text).is_ok(), serde_json::from_str::<IgnoredAny>(&text).is_ok());
    }

    /// Rows of backslashes that reach from one block into the next, and quotation marks at every place of one.
    #[test]
    fn a_long_text_ends_where_it_ends_for_serde_json(pieces in prop::collection::vec(r#"[a-z]{1,70}|\\{1,70}|\\"|"|\\u00e9|\\n|é|\\ "#, 1..8)) {
        let text = format!("[\"{}\",1]", pieces.concat());
        prop_assert_eq!(skipped(&text).is_ok(), serde_json::from_str::<IgnoredAny>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn a_text_is_read_as_by_serde_json(inside in r#"([ -~é→🦀\t]|\\["\\/bfnrtux]|\\u[0-9a-fA-FdD]{4}){0,12}"#) {
        let text = format!("\"{inside}\"");
        let read = Cursor::whole(text.as_bytes(), Cursor::text).ok();
        let expected = serde_json::from_str::<String>(&text).ok();
        prop_assert_eq!(read.as_deref(), expected.as_deref());
    }
}

#[test]
fn what_cannot_be_read_is_passed_over_where_that_is_allowed() {
    let mut cursor = Cursor::new(r#"[[1, {"a": ["b"]}], 2]"#);
    let read = cursor.list(|position, cursor| {
        let number = cursor.attempt(|cursor| {
            cursor.list(|_, cursor| cursor.number().map(drop))?;
            cursor.number()
        })?;
        assert_eq!((position, number.is_some()), (position, false));
        Ok(())
    });
    assert_eq!((read, cursor.next()), (Ok(true), None));
}

#[test]
fn depth_takes_no_stack() {
    let deep = |count: usize| format!("{}{}", r#"{"a":["#.repeat(count), "]}".repeat(count));
    assert_eq!(skipped(&deep(1_000_000)), Ok(()));
    assert!(skipped(&deep(1_000_000)[1..]).is_err());
}

#[test]
fn what_is_asked_for_is_read_and_the_rest_passed_over() {
    let found = fields(r#"{"c": ["a"], "b": "two\n", "\u0061": "one", "aa": "no"}"#).unwrap();
    assert_eq!(found, [("b", "two\n".to_owned()), ("a", "one".to_owned())]);
    for other in ["[]", "7", r#""a""#, "null"] {
        assert_eq!(fields(other), Ok(Vec::new()), "{other}");
    }
}

#[test]
fn a_field_that_is_read_stands_once() {
    let error = fields(r#"{"a": "1", "\u0061": "2"}"#).unwrap_err().to_string();
    assert_eq!(error, "a field is missing, repeated or of another type, at line 1 column 20");
    assert_eq!(fields(r#"{"c": 1, "c": 2}"#), Ok(Vec::new()));
}

#[test]
fn what_is_written_alike_is_passed_over_at_once() {
    let is_same = |one: &str, other: &str| {
        let (written, ()) = Cursor::new(one).written(Cursor::skip).unwrap();
        let mut cursor = Cursor::new(other);
        let is_same = cursor.skip_same(written);
        (is_same, cursor.text[cursor.at..].to_owned())
    };
    let yes = |rest: &str| (true, rest.to_owned());
    assert_eq!(is_same(r#"  {"a":[1]} 7"#, r#" {"a":[1]}, 8"#), yes(", 8"));
    assert_eq!(is_same("[]", "[],"), yes(","));
    for (one, other) in
        [("1", "12"), (r#""a""#, r#""a""#), ("[1]", "[1 ]"), (r#"{"a":1}"#, r#"{"a":2}"#), ("[1]", "[1")]
    {
        assert!(!is_same(one, other).0, "{one} and {other}");
    }
}

#[test]
fn an_error_says_where_without_what() {
    let error = |text: &str| skipped(text).unwrap_err().to_string();
    assert_eq!(error("{\"secret\":\n  \"hun"), "the JSON ends early, at line 2 column 6");
    assert_eq!(error("[1,\n\n 2 hunter]"), "it is not JSON, at line 3 column 3");
    let error = Cursor::whole(b"[\"\xff\"]", Cursor::skip).unwrap_err();
    assert_eq!(error.to_string(), "it is not JSON, at line 1 column 2");
}

#[test]
fn a_number_beyond_every_range_is_none() {
    assert!(Cursor::whole(b"1e999", Cursor::number).is_err() && skipped("1e999").is_ok());
    assert_eq!(Cursor::whole(b"1.50", Cursor::number).unwrap().to_string(), "1.5");
    assert!(Cursor::whole(b"\"1\"", Cursor::number).is_err());
}
