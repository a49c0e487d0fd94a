//! Comparisons, which refuse to compare a float with a whole number, as Go does.

use gtmpl_ng::{FuncError, Value, funcs};

use super::{Answer, exactly, kind};

/// Nothing equals nothing, and nothing else.
pub(super) fn eq(arguments: &[Value]) -> Answer {
    let is_nothing = |it: &Value| matches!(it, Value::Nil | Value::NoValue);
    let [first, others @ ..] = arguments else { return funcs::eq(arguments) };
    if others.is_empty() {
        return funcs::eq(arguments);
    }
    if is_nothing(first) {
        return Ok(Value::from(others.iter().any(is_nothing)));
    }
    let present: Vec<_> = arguments.iter().filter(|it| !is_nothing(it)).cloned().collect();
    if present.len() == 1 { Ok(Value::from(false)) } else { checked(&present, funcs::eq) }
}

pub(super) fn ne(arguments: &[Value]) -> Answer {
    let [one, other] = exactly("ne", arguments)?;
    Ok(Value::from(eq(&[one.clone(), other.clone()])? == Value::from(false)))
}

pub(super) fn lt(arguments: &[Value]) -> Answer {
    checked(arguments, funcs::lt)
}

pub(super) fn le(arguments: &[Value]) -> Answer {
    checked(arguments, funcs::le)
}

pub(super) fn gt(arguments: &[Value]) -> Answer {
    checked(arguments, funcs::gt)
}

pub(super) fn ge(arguments: &[Value]) -> Answer {
    checked(arguments, funcs::ge)
}

/// Every number of the values is a float, so `eq .Values.replicas 3` fails in Helm, and must not hold here.
fn checked(arguments: &[Value], compare: fn(&[Value]) -> Answer) -> Answer {
    let is_float = |it: &Value| kind(it) == "float64";
    if let [first @ Value::Number(_), others @ ..] = arguments
        && let Some(other) = others.iter().find(|it| matches!(it, Value::Number(_)) && is_float(it) != is_float(first))
    {
        let (one, other) = (kind(first), kind(other));
        return Err(FuncError::Generic(format!("incompatible types for comparison: {one} and {other}")));
    }
    compare(arguments)
}

pub(super) fn deep_equal(arguments: &[Value]) -> Answer {
    let [one, other] = exactly("deepEqual", arguments)?;
    Ok(Value::from(is_equal(one, other)))
}

/// Whether two values are equal in type and content: 1 and 1.0 are not.
pub(super) fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Nil | Value::NoValue, Value::Nil | Value::NoValue) => true,
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_equal(one, other))
        }
        (Value::Map(one) | Value::Object(one), Value::Map(other) | Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| is_equal(one, other)))
        }
        (one, other) => kind(one) == kind(other) && one == other,
    }
}
