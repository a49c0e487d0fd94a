//! The template functions that Helm adds to Go's own, as far as plain manifests use them.
//!
//! Arguments are checked as strictly as Go does: a number where text belongs is an error there and here, because a template
//! that fails in Helm must not render to something here.

mod data;
mod logic;
mod number;
mod text;
mod version;

use gtmpl_ng::{Func, FuncError, Value};

/// What a function answers.
pub(super) type Answer = Result<Value, FuncError>;

/// The largest text that a function answers.
pub(super) const MAX_TEXT: usize = 1024 * 1024;

/// All functions by their names in templates.
pub(super) const FUNCTIONS: [(&str, Func); 40] = [
    (super::chains::FIELD_OF, logic::field_of),
    ("b64dec", data::b64dec),
    ("b64enc", data::b64enc),
    ("coalesce", logic::coalesce),
    ("contains", text::contains),
    ("default", logic::default),
    ("dict", data::dict),
    ("empty", logic::empty),
    ("fail", logic::fail),
    ("get", data::get),
    ("hasKey", data::has_key),
    ("hasPrefix", text::has_prefix),
    ("hasSuffix", text::has_suffix),
    ("include", logic::include),
    ("indent", text::indent),
    ("int", number::int),
    ("int64", number::int),
    ("join", text::join),
    ("kindIs", logic::kind_is),
    ("list", data::list),
    ("lower", text::lower),
    ("lookup", logic::lookup),
    ("nindent", text::nindent),
    ("quote", text::quote),
    ("replace", text::replace),
    ("required", logic::required),
    ("semverCompare", version::semver_compare),
    ("sha256sum", data::sha256sum),
    ("squote", text::squote),
    ("ternary", logic::ternary),
    ("toJson", data::to_json),
    ("toString", text::to_string),
    ("toYaml", data::to_yaml),
    ("tpl", logic::tpl),
    ("trim", text::trim),
    ("trimAll", text::trim_all),
    ("trimPrefix", text::trim_prefix),
    ("trimSuffix", text::trim_suffix),
    ("trunc", text::trunc),
    ("upper", text::upper),
];

/// The arguments, when there are exactly as many as the function takes.
fn exactly<'a, const N: usize>(name: &str, arguments: &'a [Value]) -> Result<&'a [Value; N], FuncError> {
    arguments.try_into().map_err(|_| FuncError::Generic(format!("{name} takes {N} arguments, not {}", arguments.len())))
}

/// A text argument; anything else is an error, as in Go.
fn as_text<'a>(name: &str, value: &'a Value) -> Result<&'a str, FuncError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(FuncError::Generic(format!("{name} expects text, not {}", kind(other)))),
    }
}

/// Go's names of the kinds of values.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::NoValue | Value::Nil => "nil",
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::Number(_) => "a number",
        Value::Array(_) => "slice",
        Value::Map(_) | Value::Object(_) => "map",
        Value::Function(_) => "func",
    }
}

/// Whether a value is absent, null, or the zero of its kind.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::NoValue | Value::Nil => true,
        Value::Bool(truth) => !truth,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_i64() == Some(0) || number.as_f64() == Some(0.0),
        Value::Array(items) => items.is_empty(),
        Value::Map(entries) | Value::Object(entries) => entries.is_empty(),
        Value::Function(_) => false,
    }
}

/// A value as text, the way that `%v` prints it.
fn printed(value: &Value) -> String {
    match value {
        Value::NoValue => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

/// Refuses a text before it is built, so that no template can ask for more memory than there is.
fn bounded(name: &str, length: Option<usize>) -> Result<(), FuncError> {
    match length {
        Some(length) if length <= MAX_TEXT => Ok(()),
        _ => Err(FuncError::Generic(format!("{name} would build a text of more than {MAX_TEXT} bytes"))),
    }
}
