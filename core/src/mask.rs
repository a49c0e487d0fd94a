//! Hides what may be secret before it is shown: values can hold tokens and passwords.

use serde_json::Value;

mod commands;
mod context;
mod flags;
mod keys;
mod leftover;
mod marks;
mod search;
mod spots;
mod structure;
mod text;
mod values;

pub use context::Context;
pub(crate) use keys::is_hidden;
pub use keys::is_secret_key;
use search::Search;

/// What stands in the place of a hidden value.
pub const MASK: &str = "***";

/// The lines of a YAML text, one for one, without what may be secret. Works on text that is not valid YAML, too.
pub fn lines(text: &str) -> Vec<String> {
    lines_with(text, context::NOTHING)
}

/// As [`lines`], and without what `context` knows to be secret.
pub fn lines_with(text: &str, context: &Context) -> Vec<String> {
    let mut lines = text::lines(text, context);
    leftover::hide(text, &mut lines, context);
    let parts = context.texts().flat_map(str::lines).map(str::trim).filter(|part| part.len() >= leftover::SHORTEST);
    let parts: Vec<_> = parts.collect();
    if !parts.is_empty() {
        let found = Search::new(parts.clone()).lines(&lines);
        parts.iter().zip(&found).for_each(|(part, found)| search::hide(part, &mut lines, found));
    }
    lines
}

/// A JSON value at `path` without what may be secret: whole when a step of the path is, else by its own keys.
pub fn value(path: &[&str], value: &Value) -> Value {
    value_with(path, value, context::NOTHING)
}

/// As [`value`], and without what `context` knows to be secret.
pub fn value_with(path: &[&str], value: &Value, context: &Context) -> Value {
    let is_secret = path.iter().any(|step| is_secret_key(step)) || context.hides(path);
    let last = path.iter().rev().find(|step| !step.is_empty());
    match value {
        Value::Null => Value::Null,
        _ if is_secret => Value::from(MASK),
        Value::String(text) if context.hides_text(text) || last.is_some_and(|key| keys::is_secret_text(key, text)) => {
            Value::from(MASK)
        }
        Value::String(text) => Value::from(lines(text).join("\n")),
        _ => values::masked(value, &context::plain(path.iter().copied()), context),
    }
}

/// Whether what may be secret is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// `***` stands in its place.
    #[default]
    Hidden,
    /// As it is.
    Shown,
}

impl Secrets {
    /// The lines of a YAML text, one for one; see [`lines_with`].
    pub fn lines(self, text: &str, context: &Context) -> Vec<String> {
        match self {
            Self::Hidden => lines_with(text, context),
            Self::Shown => text.lines().map(str::to_owned).collect(),
        }
    }

    /// A JSON value at `path`; see [`value_with`].
    pub fn value(self, path: &[&str], value: &Value, context: &Context) -> Value {
        match self {
            Self::Hidden => value_with(path, value, context),
            Self::Shown => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
