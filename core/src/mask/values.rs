//! Hides what may be secret in a JSON value.

use serde_json::Value;

use super::{MASK, flags, keys, text};

/// The value without what may be secret by its keys and in its texts.
pub(super) fn masked(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| {
                let hidden = keys::is_hidden(key, fields) && !value.is_null();
                (key.clone(), if hidden { Value::from(MASK) } else { masked(value) })
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(items) => {
            let mut after_flag = false;
            let item = |item: &Value| {
                let hidden = after_flag && !item.is_null();
                after_flag = item.as_str().is_some_and(flags::ends_in_secret_flag);
                if hidden { Value::from(MASK) } else { masked(item) }
            };
            items.iter().map(item).collect()
        }
        Value::String(content) => Value::from(text::lines(content).join("\n")),
        _ => value.clone(),
    }
}
