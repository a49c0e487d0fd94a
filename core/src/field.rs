//! Reads JSON fields tolerantly: what is absent, null or of another type is never an error.

use std::borrow::Cow;

use serde_json::Value;

/// Walks `path` through nested objects; `None` when a step is missing or not an object.
pub fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, step| value.get(step))
}

/// The text at `path`, numbers and booleans as they are written in JSON; null, absent and empty are all `None`.
pub fn text<'a>(value: &'a Value, path: &[&str]) -> Option<Cow<'a, str>> {
    match at(value, path)? {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        _ => None,
    }
}

/// What stands at `path`, whatever its type: text as it is, else JSON with sorted keys; null, absent and empty are `None`.
pub fn any<'a>(value: &'a Value, path: &[&str]) -> Option<Cow<'a, str>> {
    text(value, path).or_else(|| {
        let value = sorted(at(value, path)?);
        let is_empty = match &value {
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => true,
        };
        (!is_empty).then(|| Cow::Owned(value.to_string()))
    })
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            fields.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        _ => value.clone(),
    }
}

/// Whether `value` is a number whose text may have lost zeros: `1.3` may have been written as `1.30`.
pub fn is_ambiguous_number(value: &Value) -> bool {
    let Value::Number(number) = value else { return false };
    number.to_string().split_once('.').is_none_or(|(_, decimals)| decimals.len() < 2)
}

/// The items of the list at `path` with their positions; anything that is no list has none.
pub fn items<'a>(value: &'a Value, path: &[&str]) -> impl Iterator<Item = (usize, &'a Value)> + use<'a> {
    at(value, path).and_then(Value::as_array).into_iter().flatten().enumerate()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_absent_and_empty_text_are_the_same() {
        for document in [json!({}), json!({"a": null}), json!({"a": ""}), json!({"a": {}}), json!(null), json!([1])] {
            assert_eq!(text(&document, &["a"]), None, "{document}");
        }
    }

    #[test]
    fn a_number_is_read_as_its_text() {
        assert_eq!(text(&json!({"a": {"b": 1.33}}), &["a", "b"]).as_deref(), Some("1.33"));
    }

    #[test]
    fn what_is_no_text_is_read_as_json_with_sorted_keys() {
        assert_eq!(any(&json!({"a": {"c": 1, "b": [{}]}}), &["a"]).as_deref(), Some(r#"{"b":[{}],"c":1}"#));
        for document in [json!({}), json!({"a": null}), json!({"a": ""}), json!({"a": {}}), json!({"a": []})] {
            assert_eq!(any(&document, &["a"]), None, "{document}");
        }
    }

    #[test]
    fn what_is_no_list_has_no_items() {
        assert_eq!(items(&json!({"a": "x"}), &["a"]).count(), 0);
        assert_eq!(items(&json!({"a": null}), &["a"]).count(), 0);
        assert_eq!(items(&json!({"a": [1, 2]}), &["a"]).count(), 2);
    }
}
