//! What a step hands to the next one.

use serde_json::{Map, Value};

/// One value of a document or of the template.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    Value(&'a Value),
    /// A byte of a text, which `*` takes apart as if it were a list.
    Byte(u8),
    /// What a range over a null, or over nothing, starts from.
    Nothing,
}

impl<'a> Item<'a> {
    /// Where a template starts: a null there is nothing at all.
    pub(crate) fn root(self) -> Self {
        match self {
            Self::Value(Value::Null) => Self::Nothing,
            other => other,
        }
    }

    /// What lies directly in it, in the order of keys.
    pub(crate) fn children(self) -> Vec<Self> {
        match self {
            Self::Value(Value::Array(list)) => list.iter().map(Self::Value).collect(),
            Self::Value(Value::Object(map)) => entries(map).into_iter().map(|(_, value)| Self::Value(value)).collect(),
            Self::Value(Value::String(text)) => text.bytes().map(Self::Byte).collect(),
            _ => Vec::new(),
        }
    }

    /// Its kind in an error.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Value(Value::Object(_)) => "a map",
            Self::Value(Value::Array(_)) => "a list",
            Self::Value(Value::String(_)) => "a text",
            Self::Value(Value::Number(_)) | Self::Byte(_) => "a number",
            Self::Value(Value::Bool(_)) => "a boolean",
            Self::Value(Value::Null) | Self::Nothing => "null",
        }
    }
}

/// The entries of a map as Go's encoders order them.
pub(crate) fn entries(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}
