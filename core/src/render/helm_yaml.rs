//! Reads one YAML document as Helm reads it, within fixed budgets.
//!
//! Helm reads YAML 1.1, so `yes`, `on` and `0755` mean here what they mean there, also as keys, and a repeated key takes its last value.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};

/// The largest text that is read, well above the 1.5 MiB that a cluster object may have.
pub(super) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Where and why a text could not be read. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct YamlError {
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
    pub(super) reason: String,
}

/// Reads `text`; an empty text is null.
pub(super) fn read(text: &str) -> Result<Value, YamlError> {
    if text.len() > MAX_BYTES {
        let reason = format!("{} bytes are more than the {MAX_BYTES} that are read", text.len());
        return Err(YamlError { line: None, column: None, reason });
    }
    // Go's reader ends lines, and with them comments, where the one used here does not.
    if let Some(at) = odd_line_break(text) {
        let reason = "a line break that only YAML 1.1 knows is not read here, only by Helm".to_owned();
        return Err(YamlError { line: Some(text[..at].matches('\n').count() + 1), column: None, reason });
    }
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Value::Null);
    }
    // Schemas of custom resources nest to about 60 levels; 128 leaves room and stays far from the stack's end.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 128, max_nodes: 500_000, max_documents: 1 },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        legacy_octal_numbers: true,
        non_finite_float_policy: NonFiniteFloatPolicy::Reject,
        emit_comments: false,
        with_snippet: false,
    };
    let read = serde_saphyr::from_str_with_options::<AsHelm>(text, options);
    read.map(|AsHelm(value)| value).map_err(|error| {
        let place = |number: u64| usize::try_from(number).ok().filter(|number| *number > 0);
        YamlError {
            line: error.location().and_then(|location| place(location.line())),
            column: error.location().and_then(|location| place(location.column())),
            reason: first_line(&error.to_string()),
        }
    })
}

/// Where a carriage return stands alone, or another of the line breaks that YAML 1.2 gave up.
fn odd_line_break(text: &str) -> Option<usize> {
    let is_alone = |at: usize| text[at..].starts_with('\r') && !text[at..].starts_with("\r\n");
    let odd =
        |(at, it): (usize, char)| (['\u{85}', '\u{2028}', '\u{2029}'].contains(&it) || is_alone(at)).then_some(at);
    text.char_indices().filter(|(_, it)| *it == '\r' || !it.is_ascii()).find_map(odd)
}

/// A document whose keys are read as values are: Helm makes texts of the truths and numbers that it finds there.
struct AsHelm(Value);

/// A key as text.
struct Key(String);

impl<'de> Deserialize<'de> for AsHelm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match AsHelm::deserialize(deserializer)?.0 {
            Value::String(text) => Ok(Self(text)),
            value @ (Value::Bool(_) | Value::Number(_)) => Ok(Self(value.to_string())),
            _ => Err(Error::custom("a key is text, a truth or a number")),
        }
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of YAML")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(AsHelm(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = serde_json::Map::new();
        while let Some((Key(key), AsHelm(value))) = entries.next_entry()? {
            all.insert(key, value);
        }
        Ok(all.into())
    }
}

/// The first line of a message: the libraries add a picture of the place below it, which does not fit one line of ours.
pub(super) fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_as_helm_reads_them() {
        for (text, expected) in [
            ("a: yes", json!({"a": true})),
            ("a: off", json!({"a": false})),
            ("a: 0755", json!({"a": 493})),
            ("a: '0755'", json!({"a": "0755"})),
            ("a: 1\na: 2", json!({"a": 2})),
            ("a: &x {b: 1}\nc: *x", json!({"a": {"b": 1}, "c": {"b": 1}})),
            ("1: x", json!({"1": "x"})),
            ("true: x", json!({"true": "x"})),
            ("yes: x", json!({"true": "x"})),
            ("'yes': x", json!({"yes": "x"})),
            ("0x10: x", json!({"16": "x"})),
            ("a:", json!({"a": null})),
            ("", json!(null)),
            ("# only a comment\n", json!(null)),
        ] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_error_names_line_and_column() {
        let error = read("a: 1\nb: [1,\n").unwrap_err();
        assert!(error.line.is_some_and(|line| line >= 2), "{error:?}");
        assert!(error.column.is_some() && !error.reason.contains('\n'), "{error:?}");
    }

    #[test]
    fn a_text_that_explodes_or_nests_too_deep_is_refused() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                    d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
        assert!(read(bomb).is_err());
        assert!(read(&format!("{}{}", "[".repeat(500), "]".repeat(500))).is_err());
        assert!(read(&"a".repeat(MAX_BYTES + 1)).is_err());
        for odd in ["# c\ra: 1\r", "# c\u{85}a: 1\n", "# c\u{2028}a: 1\n"] {
            assert!(read(odd).is_err(), "{odd:?}");
        }
        assert!(read("# c\r\na: 1\r\n").is_ok() && read("a: ä").is_ok());
    }
}
