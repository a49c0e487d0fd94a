//! The template functions that Helm adds to Go's own, as far as manifests of packs may use them.
//!
//! Arguments are checked as strictly as Go does: a number where text belongs is an error there and here, because a template
//! that fails in Helm must not render to something here. What Helm has and this does not is an error that says so.

mod compare;
mod data;
mod definitions;
mod json;
mod lists;
mod logic;
mod number;
mod only_helm;
mod text;
mod version;

use gtmpl_ng::{Func, FuncError, NumberKind, Value};

pub(super) use self::{definitions::Definitions, only_helm::ONLY_HELM};

/// What a function answers.
pub(super) type Answer = Result<Value, FuncError>;

/// The largest text that a function answers.
pub(super) const MAX_TEXT: usize = 1024 * 1024;

/// All functions by their names in templates, apart from those that only Helm has.
pub(super) const FUNCTIONS: &[(&str, Func)] = &[
    (super::chains::FIELD_OF, logic::field_of),
    (super::chains::FIELD_OF_DOT, logic::field_of_dot),
    (super::chains::NONZERO, logic::nonzero),
    ("add", number::add),
    ("add1", number::add1),
    ("all", logic::all),
    ("any", logic::any),
    ("append", lists::append),
    ("atoi", number::atoi),
    ("b64dec", data::b64dec),
    ("b64enc", data::b64enc),
    ("biggest", number::max),
    ("cat", text::cat),
    ("ceil", number::ceil),
    ("coalesce", logic::coalesce),
    ("compact", lists::compact),
    ("concat", lists::concat),
    ("contains", text::contains),
    ("deepCopy", logic::copy),
    ("deepEqual", compare::deep_equal),
    ("default", logic::default),
    ("dict", data::dict),
    ("dig", data::dig),
    ("div", number::div),
    ("empty", logic::empty),
    ("eq", compare::eq),
    ("fail", logic::fail),
    ("first", lists::first),
    ("float64", number::float64),
    ("floor", number::floor),
    ("fromJson", data::from_json),
    ("fromJsonArray", data::from_json_array),
    ("fromYaml", data::from_yaml),
    ("fromYamlArray", data::from_yaml_array),
    ("ge", compare::ge),
    ("get", data::get),
    ("gt", compare::gt),
    ("has", lists::has),
    ("hasKey", data::has_key),
    ("hasPrefix", text::has_prefix),
    ("hasSuffix", text::has_suffix),
    ("include", definitions::include),
    ("indent", text::indent),
    ("initial", lists::initial),
    ("int", number::int),
    ("int64", number::int64),
    ("join", text::join),
    ("keys", data::keys),
    ("kindIs", logic::kind_is),
    ("kindOf", logic::kind_of),
    ("last", lists::last),
    ("le", compare::le),
    ("list", data::list),
    ("lookup", logic::lookup),
    ("lower", text::lower),
    ("lt", compare::lt),
    ("max", number::max),
    ("min", number::min),
    ("mod", number::modulo),
    ("mul", number::mul),
    ("mustAppend", lists::append),
    ("mustCompact", lists::compact),
    ("mustDeepCopy", logic::copy),
    ("mustFirst", lists::first),
    ("mustFromJson", data::must_from_json),
    ("mustHas", lists::has),
    ("mustInitial", lists::initial),
    ("mustLast", lists::last),
    ("mustPrepend", lists::prepend),
    ("mustPush", lists::append),
    ("mustRest", lists::rest),
    ("mustReverse", lists::reverse),
    ("mustSlice", lists::slice),
    ("mustToJson", data::to_json),
    ("mustToPrettyJson", data::to_pretty_json),
    ("mustToRawJson", data::to_raw_json),
    ("mustUniq", lists::uniq),
    ("mustWithout", lists::without),
    ("ne", compare::ne),
    ("nindent", text::nindent),
    ("nospace", text::nospace),
    ("not", logic::not),
    ("omit", data::omit),
    ("pick", data::pick),
    ("pluck", data::pluck),
    ("plural", text::plural),
    ("prepend", lists::prepend),
    ("push", lists::append),
    ("quote", text::quote),
    ("repeat", text::repeat),
    ("replace", text::replace),
    ("required", logic::required),
    ("rest", lists::rest),
    ("reverse", lists::reverse),
    ("round", number::round),
    ("semverCompare", version::semver_compare),
    ("seq", number::seq),
    ("sha256sum", data::sha256sum),
    ("sha512sum", data::sha512sum),
    ("slice", lists::slice),
    ("sortAlpha", lists::sort_alpha),
    ("split", text::split),
    ("splitList", text::split_list),
    ("squote", text::squote),
    ("sub", number::sub),
    ("substr", text::substr),
    ("ternary", logic::ternary),
    ("title", text::title),
    ("toJson", data::to_json),
    ("toPrettyJson", data::to_pretty_json),
    ("toRawJson", data::to_raw_json),
    ("toString", text::to_string),
    ("toStrings", text::to_strings),
    ("toYaml", data::to_yaml),
    ("tpl", logic::tpl),
    ("trim", text::trim),
    ("trimAll", text::trim_all),
    ("trimPrefix", text::trim_prefix),
    ("trimSuffix", text::trim_suffix),
    ("trimall", text::trim_all),
    ("trunc", text::trunc),
    ("tuple", data::list),
    ("typeIs", logic::type_is),
    ("typeOf", logic::type_of),
    ("uniq", lists::uniq),
    ("until", number::until),
    ("untilStep", number::until_step),
    ("untitle", text::untitle),
    ("upper", text::upper),
    ("values", data::values),
    ("without", lists::without),
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

/// A whole number for a function that takes Go's `int`, as which neither a `float64` nor an `int64` passes.
fn as_int(name: &str, value: &Value) -> Result<i64, FuncError> {
    let number = if let Value::Number(number) = value { number.as_i64() } else { None };
    number
        .filter(|_| kind(value) == "int")
        .ok_or_else(|| FuncError::Generic(format!("{name} expects int, not {}", kind(value))))
}

/// A list argument.
fn as_list<'a>(name: &str, value: &'a Value) -> Result<&'a [Value], FuncError> {
    match value {
        Value::Array(items) => Ok(items),
        other => Err(FuncError::Generic(format!("{name} expects a list, not {}", kind(other)))),
    }
}

/// The first argument and the others.
fn some<'a>(name: &str, arguments: &'a [Value]) -> Result<(&'a Value, &'a [Value]), FuncError> {
    arguments.split_first().ok_or_else(|| FuncError::Generic(format!("{name} takes at least 1 argument")))
}

/// Go's names of the kinds of values.
///
/// Every number of the values is a `float64` in Helm, and a float here. Of the others, the literals and what `int` answers are
/// unsigned here unless they are negative, and what Helm's arithmetic answers as `int64` is signed.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::NoValue | Value::Nil => "invalid",
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::Number(number) => match number.kind() {
            NumberKind::Float(_) => "float64",
            NumberKind::Signed(0..) => "int64",
            NumberKind::Signed(_) | NumberKind::Unsigned(_) => "int",
        },
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
        Value::String(text) => text.clone(),
        Value::NoValue | Value::Nil => "<nil>".to_owned(),
        other => formatted("%v", other),
    }
}

/// A value in a format of Go's own.
fn formatted(format: &str, value: &Value) -> String {
    match gtmpl_ng::funcs::printf(&[Value::from(format), value.clone()]) {
        Ok(Value::String(text)) => text,
        _ => value.to_string(),
    }
}

/// Refuses a text before it is built, so that no template can ask for more memory than there is.
fn bounded(name: &str, length: Option<usize>) -> Result<(), FuncError> {
    match length {
        Some(length) if length <= MAX_TEXT => Ok(()),
        _ => Err(FuncError::Generic(format!("{name} would build a text of more than {MAX_TEXT} bytes"))),
    }
}
