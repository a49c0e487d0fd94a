//! Writes JSON as YAML that every reader of YAML 1.1 and 1.2 reads back the same.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::scalar;

/// Blanks up to a column.
pub(super) fn indent(column: usize) -> String {
    " ".repeat(column)
}

/// A scalar, or a collection in braces, on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.as_i64().map(|it| it.to_string()).unwrap_or_else(|| {
            // A reader of YAML 1.1 knows a float by its point, and an exponent by its sign.
            let text = number.to_string();
            match text.split_once('e') {
                Some((digits, power)) => {
                    let point = if digits.contains('.') { "" } else { ".0" };
                    let sign = if power.starts_with(['-', '+']) { "" } else { "+" };
                    format!("{digits}{point}e{sign}{power}")
                }
                None => text,
            }
        }),
        Value::String(text) => {
            if text.contains(':') {
                quoted(text)
            } else {
                string(text)
            }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{}: {}", string(key), flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A text on one line, without quotes where it cannot be taken for anything else.
pub(super) fn string(text: &str) -> String {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | ' ' | ':'))
        && !text.ends_with([' ', ':'])
        && !text.contains(": ");
    let is_text = scalar::resolve(text, "", true).is_ok_and(|value| value == text);
    // Other readers than Go's take these in any letter case.
    let is_reserved = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        .iter()
        .any(|reserved| text.eq_ignore_ascii_case(reserved));
    if is_word && is_text && !is_reserved { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if is_printable(c) => quoted.push(c),
            _ if u32::from(c) < 0x1_0000 => drop(write!(quoted, "\\u{:04X}", u32::from(c))),
            _ => drop(write!(quoted, "\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

/// What every reader takes as it is; some read U+0085, U+2028 and U+2029 as line breaks.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
        || matches!(c, '\u{10000}'..='\u{10ffff}')
}

/// A text of several lines as a literal block whose lines stand at `column`; `None` where only quotes are safe.
pub(super) fn literal(text: &str, column: usize) -> Option<String> {
    let (body, chomping) = match text.strip_suffix('\n') {
        Some(body) => (body, ""),
        None => (text, "-"),
    };
    let is_plain =
        |line: &str| line.chars().all(is_printable) && !line.ends_with(' ') && !line.starts_with(['\u{feff}']);
    let has_text = !body.is_empty() && !body.starts_with([' ', '\n']) && !body.ends_with('\n');
    if !text.contains('\n') || !has_text || !body.split('\n').all(is_plain) {
        return None;
    }
    let mut block = format!("|{chomping}");
    for line in body.split('\n') {
        block.push('\n');
        if !line.is_empty() {
            let _ = write!(block, "{}{line}", indent(column));
        }
    }
    Some(block)
}

/// What stands behind a colon or a dash at `base`: on its line, or below it.
pub(super) enum Form {
    /// It begins on the line. Further lines have their indentation.
    Inline(String),
    /// A collection whose entries stand at the column. The first line lacks its indentation.
    Block { text: String, column: usize },
}

/// The form of a value below a key or a dash at `base`.
pub(super) fn form(value: &Value, base: Option<usize>) -> Form {
    let column = base.map_or(0, |base| base + 2);
    match value {
        Value::Object(entries) if !entries.is_empty() => Form::Block { text: mapping(entries, column), column },
        Value::Array(items) if !items.is_empty() => {
            let lines: Vec<_> = items.iter().map(|item| item_text(form(item, Some(column)), column)).collect();
            Form::Block { text: lines.join(&format!("\n{}", indent(column))), column }
        }
        Value::String(text) => Form::Inline(literal(text, column).unwrap_or_else(|| string(text))),
        _ => Form::Inline(flow(value)),
    }
}

fn mapping(entries: &Map<String, Value>, column: usize) -> String {
    let lines: Vec<_> =
        entries.iter().map(|(key, value)| entry_text(&string(key), form(value, Some(column)))).collect();
    lines.join(&format!("\n{}", indent(column)))
}

/// An entry of a block mapping.
pub(super) fn entry_text(key: &str, form: Form) -> String {
    match form {
        Form::Inline(text) if text.is_empty() => format!("{key}:"),
        Form::Inline(text) => format!("{key}: {text}"),
        Form::Block { text, column } => format!("{key}:\n{}{text}", indent(column)),
    }
}

/// An item of a block sequence whose dash stands at `dash`.
pub(super) fn item_text(form: Form, dash: usize) -> String {
    match form {
        Form::Inline(text) if text.is_empty() => "-".into(),
        Form::Inline(text) => format!("- {text}"),
        // A collection on the line of the dash begins where its further lines do.
        Form::Block { text, column } => format!("-{}{text}", indent(column.saturating_sub(dash + 1).max(1))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_are_quoted_where_a_reader_could_take_them_for_something_else() {
        let plain = ["a", "v1.2.3", "docker.io/a/b:1", "Two words", "/tmp", "_x"];
        for text in plain {
            assert_eq!(string(text), text);
        }
        let quoted = [
            "",
            "y",
            "No",
            "oN",
            "null",
            "NuLL",
            "1",
            "1.2.3",
            "0644",
            "2001-01-01",
            "1:20",
            "~",
            "a: b",
            "a:",
            "a #b",
            " a",
            "a ",
            "<<",
            "=",
            "- a",
            ".inf",
            "{",
            "a\tb",
            "é",
        ];
        for text in quoted {
            assert!(string(text).starts_with('"'), "{text}");
        }
        assert_eq!(
            string("a\u{85}\u{2028}\u{7}\u{1f600}\u{feff}\"\\"),
            "\"a\\u0085\\u2028\\u0007\u{1f600}\\uFEFF\\\"\\\\\""
        );
    }

    #[test]
    fn numbers_are_floats_for_everyone() {
        assert_eq!(flow(&json!(1e21)), "1.0e+21");
        assert_eq!(flow(&json!(1.5e-9)), "1.5e-9");
        assert_eq!(flow(&json!(0.5)), "0.5");
        assert_eq!(flow(&json!(u64::MAX)), "18446744073709551615");
    }

    #[test]
    fn collections_are_blocks_or_in_braces() {
        let value = json!({"a": {"b": [1, {"c": "x\ny\n", "d": {}}, [2]]}, "on": null});
        let Form::Block { text, .. } = form(&value, None) else { panic!() };
        assert_eq!(text, "a:\n  b:\n    - 1\n    - c: |\n        x\n        y\n      d: {}\n    - - 2\n\"on\": null");
        assert_eq!(flow(&value), "{a: {b: [1, {c: \"x\\ny\\n\", d: {}}, [2]]}, \"on\": null}");
    }
}
