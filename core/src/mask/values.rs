//! Hides what may be secret in a JSON value.

use serde_json::{Map, Value};

use super::{MASK, commands::Arguments, context::Context, flags, keys, marks, text};

/// The value at a path with dots without what may be secret by its keys, in its texts, and by what `context` knows.
pub(super) fn masked(value: &Value, path: &str, context: &Context) -> Value {
    Look { context }.masked(value, path, false)
}

struct Look<'c> {
    context: &'c Context,
}

impl Look<'_> {
    fn masked(&self, value: &Value, path: &str, in_secrets: bool) -> Value {
        match value {
            Value::Object(fields) => self.object(fields, path, in_secrets),
            Value::Array(items) => {
                let (mut after_flag, mut arguments) = (false, Arguments::default());
                let item = |item: &Value| {
                    let hidden = after_flag && !item.is_null();
                    after_flag = item.as_str().is_some_and(flags::ends_in_secret_flag);
                    match self.masked(item, path, in_secrets) {
                        _ if hidden => Value::from(MASK),
                        Value::String(text) => arguments.next(&text).into(),
                        masked => masked,
                    }
                };
                items.iter().map(item).collect()
            }
            Value::String(content) if self.context.hides_text(content) => Value::from(MASK),
            // As most values are: it has no line of its own to look at.
            Value::String(content) if marks::is_word(content) => value.clone(),
            Value::String(content) => Value::from(text::lines(content, super::context::NOTHING).join("\n")),
            _ => value.clone(),
        }
    }

    fn object(&self, fields: &Map<String, Value>, path: &str, in_secrets: bool) -> Value {
        let in_secrets = in_secrets || keys::kind(fields) == Some("SecretList");
        let name = fields.get("name").and_then(Value::as_str);
        let is_variable = name.is_some_and(|name| self.context.hides_variable(name));
        let field = |(key, value): (&String, &Value)| {
            // Paths are built only where somebody asks for them.
            let below = match (self.context.knows_paths(), path) {
                (false, _) => String::new(),
                (true, "") => key.clone(),
                (true, path) => format!("{path}.{key}"),
            };
            let hidden = keys::is_hidden_in(key, fields, in_secrets)
                || (is_variable && keys::is_setting(key))
                || (self.context.knows_paths() && self.context.hides_path(&below));
            let masked =
                if hidden && !value.is_null() { Value::from(MASK) } else { self.masked(value, &below, in_secrets) };
            (key.clone(), masked)
        };
        Value::Object(fields.iter().map(field).collect())
    }
}
