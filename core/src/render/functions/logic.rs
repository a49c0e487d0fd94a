//! Functions that choose between values, or refuse.

use gtmpl_ng::{FuncError, Value};

use super::{Answer, as_text, exactly, is_empty, kind};

/// One step of a field chain, with Go's rules: a missing key is no value, a missing receiver is an error.
pub(super) fn field_of(arguments: &[Value]) -> Answer {
    let [receiver, name] = exactly("a field chain", arguments)?;
    let name = as_text("a field chain", name)?;
    match receiver {
        Value::Map(entries) | Value::Object(entries) => Ok(entries.get(name).cloned().unwrap_or(Value::NoValue)),
        Value::Nil | Value::NoValue => Err(FuncError::Generic(format!("nil pointer evaluating interface {{}}.{name}"))),
        other => Err(FuncError::Generic(format!("can't evaluate field {name} in type {}", kind(other)))),
    }
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

/// Whether a value is of a kind. Helm reads every number of the values as `float64`.
pub(super) fn kind_is(arguments: &[Value]) -> Answer {
    let [name, value] = exactly("kindIs", arguments)?;
    let name = as_text("kindIs", name)?;
    Ok(Value::from(match value {
        Value::Nil | Value::NoValue => name == "invalid",
        Value::Number(_) => name == "float64",
        other => name == kind(other),
    }))
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

/// A function here knows its arguments and not the template it stands in, so it cannot find a definition.
pub(super) fn include(_: &[Value]) -> Answer {
    Err(FuncError::Generic("`include` is not rendered here, only by Helm; `template` is".to_owned()))
}

pub(super) fn tpl(_: &[Value]) -> Answer {
    Err(FuncError::Generic("`tpl` is not rendered here, only by Helm".to_owned()))
}

pub(super) fn lookup(_: &[Value]) -> Answer {
    Err(FuncError::Generic("`lookup` reads from a cluster, which is not done here".to_owned()))
}
