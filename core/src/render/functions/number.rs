//! Functions that answer numbers.

use gtmpl_ng::Value;

use super::{Answer, exactly};

/// A whole number; what is none is 0, as in Helm.
pub(super) fn int(arguments: &[Value]) -> Answer {
    let [value] = exactly("int", arguments)?;
    let number = match value {
        Value::Bool(truth) => i64::from(*truth),
        Value::String(text) => text.trim().parse().unwrap_or(0),
        // A cast cuts off the decimals and stays within the range, which is what is meant by `int` of a float.
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|float| float as i64)).unwrap_or(0),
        _ => 0,
    };
    Ok(Value::from(number))
}
