//! Writes values as Go writes them, however deep they are.

use std::{fmt::Write as _, slice, vec};

use serde_json::Value;

use crate::{
    item::{Item, entries},
    number,
};

/// How lists and maps are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `encoding/json` in one line.
    Json,
    /// `encoding/json` indented by four spaces.
    Indented,
    /// `fmt.Print`: `map[a:1 b:[x y]]`.
    Fmt,
}

/// Writes one result of a template: texts raw, lists and maps as JSON.
pub(crate) fn result(out: &mut String, item: Item<'_>) {
    match item {
        Item::Value(Value::String(text)) => out.push_str(text),
        Item::Value(Value::Number(number)) => out.push_str(&number::plain(number)),
        Item::Value(value) => write(out, value, Style::Json, 0),
        Item::Byte(byte) => out.push_str(&byte.to_string()),
        Item::Nothing => out.push_str("<no value>"),
    }
}

/// Writes results as one JSON list, a line each and more.
pub(crate) fn json_list(out: &mut String, items: &[Item<'_>]) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        separate(out, Style::Indented, index == 0, 1);
        match item {
            Item::Value(value) => write(out, value, Style::Indented, 1),
            Item::Byte(byte) => out.push_str(&byte.to_string()),
            Item::Nothing => out.push_str("null"),
        }
    }
    if !items.is_empty() {
        new_line(out, 0);
    }
    out.push_str("]\n");
}

/// Writes a cell of a custom column.
pub(crate) fn cell(item: Item<'_>) -> String {
    let mut out = String::new();
    match item {
        Item::Value(value) => write(&mut out, value, Style::Fmt, 0),
        Item::Byte(byte) => out.push_str(&byte.to_string()),
        Item::Nothing => out.push_str("<nil>"),
    }
    // As kubectl does, so that no value of an object moves the cursor of a terminal.
    out.replace('\u{1b}', "^[").replace('\r', "\\r")
}

/// A list or a map of which the first part is written.
struct Open<'a> {
    rest: Rest<'a>,
    is_first: bool,
}

enum Rest<'a> {
    List(slice::Iter<'a, Value>),
    Map(vec::IntoIter<(&'a String, &'a Value)>),
}

/// Writes a value that stands `depth` levels deep.
fn write(out: &mut String, value: &Value, style: Style, depth: usize) {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut next = Some(value);
    loop {
        if let Some(value) = next.take() {
            let rest = match value {
                Value::Array(list) => {
                    out.push('[');
                    Rest::List(list.iter())
                }
                Value::Object(map) => {
                    out.push_str(if style == Style::Fmt { "map[" } else { "{" });
                    Rest::Map(entries(map).into_iter())
                }
                scalar => {
                    write_scalar(out, scalar, style);
                    Rest::List([].iter())
                }
            };
            if value.is_array() || value.is_object() {
                open.push(Open { rest, is_first: true });
            }
        }
        let level = depth + open.len();
        let Some(last) = open.last_mut() else { return };
        next = match &mut last.rest {
            Rest::List(list) => list.next().inspect(|_| separate(out, style, last.is_first, level)),
            Rest::Map(map) => map.next().map(|(key, value)| {
                separate(out, style, last.is_first, level);
                if style == Style::Fmt {
                    out.push_str(key)
                } else {
                    quoted(out, key)
                }
                out.push_str(if style == Style::Indented { ": " } else { ":" });
                value
            }),
        };
        if next.is_none() {
            if style == Style::Indented && !last.is_first {
                new_line(out, level - 1);
            }
            out.push(if style != Style::Fmt && matches!(last.rest, Rest::Map(_)) { '}' } else { ']' });
            open.pop();
        } else {
            last.is_first = false;
        }
    }
}

fn separate(out: &mut String, style: Style, is_first: bool, level: usize) {
    match (style, is_first) {
        (Style::Json, false) => out.push(','),
        (Style::Fmt, false) => out.push(' '),
        (Style::Json | Style::Fmt, true) => {}
        (Style::Indented, is_first) => {
            if !is_first {
                out.push(',');
            }
            new_line(out, level);
        }
    }
}

fn new_line(out: &mut String, level: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("    ", level));
}

fn write_scalar(out: &mut String, value: &Value, style: Style) {
    match value {
        Value::String(text) if style == Style::Fmt => out.push_str(text),
        Value::String(text) => quoted(out, text),
        Value::Number(number) if style == Style::Fmt => out.push_str(&number::plain(number)),
        Value::Number(number) => out.push_str(&number::json(number)),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        _ if style == Style::Fmt => out.push_str("<nil>"),
        _ => out.push_str("null"),
    }
}

/// A text in JSON as Go's encoder escapes it, which has HTML in mind.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // A String takes whatever is written.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn depth_is_no_limit() {
        let mut deep = json!(1);
        for _ in 0..10_000 {
            deep = Value::Array(vec![deep]);
        }
        for style in [Style::Json, Style::Fmt] {
            let mut out = String::new();
            write(&mut out, &deep, style, 0);
            assert_eq!(out, format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)));
        }
    }

    #[test]
    fn styles_are_those_of_go() {
        let value = json!({"b": [1, null, {}], "a": "<\u{1}\"é\u{2028}", "c": []});
        let written = |style| {
            let mut out = String::new();
            write(&mut out, &value, style, 0);
            out
        };
        assert_eq!(written(Style::Json), r#"{"a":"\u003c\u0001\"é\u2028","b":[1,null,{}],"c":[]}"#);
        assert_eq!(written(Style::Fmt), "map[a:<\u{1}\"é\u{2028} b:[1 <nil> map[]] c:[]]");
        let indented = "{\n    \"a\": \"\\u003c\\u0001\\\"é\\u2028\",\n    \"b\": [\n        1,\n        null,\n        {}\n    ],\n    \"c\": []\n}";
        assert_eq!(written(Style::Indented), indented);
    }
}
