//! Says in words what does not fit a schema.

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::Value;

/// One line for each problem: the JSON pointer, and what is wrong there. Values are not shown, they may be long.
pub(super) fn of(error: &ValidationError<'_>) -> Vec<String> {
    let place = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|field| format!("{place}/{field}: unknown field")).collect()
        }
        ValidationErrorKind::Required { property } => {
            vec![format!("{place}/{}: required field is missing", property.as_str().unwrap_or_default())]
        }
        ValidationErrorKind::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" or "),
            };
            vec![format!("{place}: expected {expected}, found {}", found(error.instance()))]
        }
        _ => vec![format!("{place}: {}", error.masked())],
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
