//! Functions that choose between values, or refuse.

use std::collections::HashMap;

use gtmpl_ng::{FuncError, NumberKind, Value};

use super::{Answer, as_text, exactly, is_empty, kind, some};
use crate::render::{beside_values::SPECTRO, opaque};

/// A field chain on a variable or a parenthesis, with Go's rules: of nothing every field is nothing, a missing key is nothing,
/// and a step from nothing further on is an error.
pub(super) fn field_of(arguments: &[Value]) -> Answer {
    match some("a field chain", arguments)? {
        (Value::Nil | Value::NoValue, _) => Ok(Value::NoValue),
        (receiver, names) => chain(receiver, names),
    }
}

/// A field chain on the dot. Where the dot is a null of the values, there is something that has no fields.
pub(super) fn field_of_dot(arguments: &[Value]) -> Answer {
    match some("a field chain", arguments)? {
        (Value::NoValue, _) => Ok(Value::NoValue),
        (receiver, names) => chain(receiver, names),
    }
}

fn chain(receiver: &Value, names: &[Value]) -> Answer {
    let nothing = Value::NoValue;
    let mut found = receiver;
    for (index, name) in names.iter().enumerate() {
        let name = as_text("a field chain", name)?;
        found = match found {
            Value::Map(entries) if !["Values", SPECTRO].contains(&name) && is_root(entries) => {
                return Err(FuncError::Generic(format!(
                    ".{name} is given to charts, and not known to be given to manifests of packs"
                )));
            }
            Value::Map(entries) | Value::Object(entries) => entries.get(name).unwrap_or(&nothing),
            Value::String(text) if is_palettes(text) => return Ok(palettes(text, &names[index..])),
            Value::Nil | Value::NoValue => {
                return Err(FuncError::Generic(format!("nil pointer evaluating interface {{}}.{name}")));
            }
            other => return Err(FuncError::Generic(format!("can't evaluate field {name} in type {}", kind(other)))),
        };
    }
    Ok(found.clone())
}

/// Whether this is the root of a template, by what stands there for Palette's own knowledge.
fn is_root(entries: &HashMap<String, Value>) -> bool {
    matches!(entries.get(SPECTRO), Some(Value::String(text)) if is_palettes(text))
}

/// Whether a text stands for something under `.Spectro`, any field of which may be there.
fn is_palettes(text: &str) -> bool {
    opaque::meant(text).is_some_and(|it| it.starts_with("{{ .Spectro"))
}

/// What stands for the fields `names` of something under `.Spectro`.
fn palettes(text: &str, names: &[Value]) -> Value {
    let outer = opaque::meant(text).unwrap_or_default();
    let fields: String = names.iter().map(|name| format!(".{name}")).collect();
    Value::from(opaque::word(&format!("{}{fields} }}}}", outer.trim_end_matches(" }}"))))
}

/// The value as a condition is to see it: a zero of the values as a number that is false to the engine.
pub(super) fn nonzero(arguments: &[Value]) -> Answer {
    let [value] = exactly("a condition", arguments)?;
    let is_zero = matches!(value, Value::Number(number) if number.as_f64() == Some(0.0));
    Ok(if is_zero { Value::from(0u64) } else { value.clone() })
}

pub(super) fn not(arguments: &[Value]) -> Answer {
    let [value] = exactly("not", arguments)?;
    Ok(Value::from(is_empty(value)))
}

pub(super) fn coalesce(arguments: &[Value]) -> Answer {
    Ok(arguments.iter().find(|value| !is_empty(value)).cloned().unwrap_or(Value::Nil))
}

pub(super) fn default(arguments: &[Value]) -> Answer {
    match arguments {
        [fallback] => Ok(fallback.clone()),
        [fallback, given] => Ok(if is_empty(given) { fallback.clone() } else { given.clone() }),
        _ => Err(FuncError::Generic(format!("default takes 2 arguments, not {}", arguments.len()))),
    }
}

pub(super) fn empty(arguments: &[Value]) -> Answer {
    let [value] = exactly("empty", arguments)?;
    Ok(Value::from(is_empty(value)))
}

pub(super) fn fail(arguments: &[Value]) -> Answer {
    let [message] = exactly("fail", arguments)?;
    Err(FuncError::Generic(as_text("fail", message)?.to_owned()))
}

pub(super) fn kind_of(arguments: &[Value]) -> Answer {
    let [value] = exactly("kindOf", arguments)?;
    Ok(Value::from(surely("kindOf", value)?))
}

pub(super) fn kind_is(arguments: &[Value]) -> Answer {
    let [name, value] = exactly("kindIs", arguments)?;
    Ok(Value::from(as_text("kindIs", name)? == surely("kindIs", value)?))
}

pub(super) fn type_of(arguments: &[Value]) -> Answer {
    let [value] = exactly("typeOf", arguments)?;
    Ok(Value::from(scalar("typeOf", value)?))
}

pub(super) fn type_is(arguments: &[Value]) -> Answer {
    let [name, value] = exactly("typeIs", arguments)?;
    Ok(Value::from(as_text("typeIs", name)? == scalar("typeIs", value)?))
}

/// Go's name of a type, where it is that of the kind. Of lists and maps there are several, which are all one here.
fn scalar(name: &str, value: &Value) -> Result<&'static str, FuncError> {
    match surely(name, value)? {
        "invalid" => Ok("<nil>"),
        kind @ ("slice" | "map" | "func") => {
            Err(FuncError::Generic(format!("{name} does not know here which {kind} of Go's this is")))
        }
        kind => Ok(kind),
    }
}

/// The kind of a value, where it is known.
fn surely(name: &str, value: &Value) -> Result<&'static str, FuncError> {
    match value {
        Value::Number(number) if matches!(number.kind(), NumberKind::Signed(..0)) => {
            Err(FuncError::Generic(format!("{name} does not know here whether {number} is an int or an int64")))
        }
        value => Ok(kind(value)),
    }
}

pub(super) fn all(arguments: &[Value]) -> Answer {
    Ok(Value::from(!arguments.iter().any(is_empty)))
}

pub(super) fn any(arguments: &[Value]) -> Answer {
    Ok(Value::from(!arguments.iter().all(is_empty)))
}

/// Values are not changed here, so a copy is the value.
pub(super) fn copy(arguments: &[Value]) -> Answer {
    let [value] = exactly("deepCopy", arguments)?;
    Ok(value.clone())
}

pub(super) fn required(arguments: &[Value]) -> Answer {
    let [message, value] = exactly("required", arguments)?;
    let missing = match value {
        Value::Nil | Value::NoValue => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if missing { Err(FuncError::Generic(as_text("required", message)?.to_owned())) } else { Ok(value.clone()) }
}

pub(super) fn ternary(arguments: &[Value]) -> Answer {
    match exactly("ternary", arguments)? {
        [yes, _, Value::Bool(true)] => Ok(yes.clone()),
        [_, no, Value::Bool(false)] => Ok(no.clone()),
        [_, _, other] => Err(FuncError::Generic(format!("ternary expects true or false last, not {}", kind(other)))),
    }
}

pub(super) fn tpl(_: &[Value]) -> Answer {
    Err(FuncError::Generic("`tpl` is not rendered here, only by Helm".to_owned()))
}

pub(super) fn lookup(_: &[Value]) -> Answer {
    Err(FuncError::Generic("`lookup` reads from a cluster, which is not done here".to_owned()))
}
