//! Turns JSON into the template engine's values and back.

use gtmpl_ng::{Number, Value};

/// A JSON value as the template sees it.
pub(super) fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::String(text) => Value::String(text.clone()),
        serde_json::Value::Array(items) => Value::Array(items.iter().map(from_json).collect()),
        serde_json::Value::Object(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (key.clone(), from_json(value))).collect())
        }
        // Helm reads every number of the values as a float. A whole one stays apart from a literal of the template.
        serde_json::Value::Number(number) => Value::Number(Number::float(number.as_f64().unwrap_or_default())),
    }
}

/// A template's value as JSON, keys sorted as Go sorts them.
pub(super) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::NoValue | Value::Nil | Value::Function(_) => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::String(text) => text.clone().into(),
        Value::Array(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) | Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().map(|(key, value)| (key.clone(), to_json(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            serde_json::Value::Object(entries.into_iter().collect())
        }
        Value::Number(number) => number
            .as_i64()
            .map(serde_json::Value::from)
            .or_else(|| number.as_u64().map(serde_json::Value::from))
            .or_else(|| number.as_f64().map(of_float))
            .unwrap_or_default(),
    }
}

/// A float as Go writes it into JSON: without a point where it is whole.
fn of_float(float: f64) -> serde_json::Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if float.fract() == 0.0 && float.abs() <= EXACT { (float as i64).into() } else { float.into() }
}
