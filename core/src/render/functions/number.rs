//! Functions on numbers. Helm's arithmetic takes anything for a whole number, and what is none for 0.

use gtmpl_ng::{FuncError, Number, Value};

use super::{Answer, as_int, as_text, bounded, exactly, some};

/// The most numbers that a function lists: as many as one loop may run.
const MAX_NUMBERS: i64 = 10_000;

/// What Helm takes a value for where it wants a whole number (cast: `ToInt64`).
pub(super) fn whole(value: &Value) -> Result<i64, FuncError> {
    Ok(match value {
        Value::Bool(truth) => i64::from(*truth),
        Value::String(text) => of_text(text),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => number,
            (None, Some(float)) => cut_off(float)?,
            (None, None) => return Err(FuncError::Generic(format!("{number} is beyond 64 bits"))),
        },
        _ => 0,
    })
}

/// A float without its decimals. Beyond 64 bits Go's answer depends on the processor.
fn cut_off(float: f64) -> Result<i64, FuncError> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&float) {
        return Ok(float as i64);
    }
    Err(FuncError::Generic(format!("{float} is beyond 64 bits")))
}

/// A number as Go's source has it, so that `0x1f` is 31 and `010` is 8; zeros after a point are no decimals.
fn of_text(text: &str) -> i64 {
    let text = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|it| it == b'0') => whole,
        _ => text,
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        Some(_) if lower.starts_with('0') => (&lower[1..], 8),
        _ => (lower.as_str(), 10),
    };
    // Underscores part digits; after a prefix one may come first.
    let parts = digits.strip_prefix('_').filter(|_| lower.len() > digits.len()).unwrap_or(digits).split('_');
    let digits: String = parts.clone().collect();
    if parts.clone().any(str::is_empty) && parts.count() > 1 || digits.starts_with(['+', '-']) {
        return 0;
    }
    i64::from_str_radix(&format!("{sign}{digits}"), radix).unwrap_or(0)
}

/// What Helm takes a value for where it wants a float.
fn float(value: &Value) -> f64 {
    match value {
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::String(text) => text.parse().unwrap_or(0.0),
        Value::Number(number) => {
            let whole = || number.as_i64().map(|it| it as f64).or_else(|| number.as_u64().map(|it| it as f64));
            number.as_f64().or_else(whole).unwrap_or(0.0)
        }
        _ => 0.0,
    }
}

fn of_float(number: f64) -> Answer {
    Ok(Value::Number(Number::float(number)))
}

/// Go's `int64`: see the kinds.
fn of_int64(number: i64) -> Answer {
    Ok(Value::Number(Number::signed(number)))
}

pub(super) fn int(arguments: &[Value]) -> Answer {
    let [value] = exactly("int", arguments)?;
    Ok(Value::from(whole(value)?))
}

pub(super) fn int64(arguments: &[Value]) -> Answer {
    let [value] = exactly("int64", arguments)?;
    of_int64(whole(value)?)
}

pub(super) fn float64(arguments: &[Value]) -> Answer {
    let [value] = exactly("float64", arguments)?;
    of_float(float(value))
}

pub(super) fn atoi(arguments: &[Value]) -> Answer {
    let [text] = exactly("atoi", arguments)?;
    Ok(Value::from(as_text("atoi", text)?.parse::<i64>().unwrap_or(0)))
}

pub(super) fn add(arguments: &[Value]) -> Answer {
    let numbers = arguments.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
    of_int64(numbers.into_iter().fold(0, i64::wrapping_add))
}

pub(super) fn add1(arguments: &[Value]) -> Answer {
    let [value] = exactly("add1", arguments)?;
    of_int64(whole(value)?.wrapping_add(1))
}

pub(super) fn sub(arguments: &[Value]) -> Answer {
    let [from, value] = exactly("sub", arguments)?;
    of_int64(whole(from)?.wrapping_sub(whole(value)?))
}

pub(super) fn mul(arguments: &[Value]) -> Answer {
    let (first, others) = some("mul", arguments)?;
    let others = others.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
    of_int64(others.into_iter().fold(whole(first)?, i64::wrapping_mul))
}

pub(super) fn div(arguments: &[Value]) -> Answer {
    divided("div", arguments, i64::checked_div)
}

pub(super) fn modulo(arguments: &[Value]) -> Answer {
    divided("mod", arguments, i64::checked_rem)
}

fn divided(name: &str, arguments: &[Value], divide: fn(i64, i64) -> Option<i64>) -> Answer {
    let [value, by] = exactly(name, arguments)?;
    let (value, by) = (whole(value)?, whole(by)?);
    of_int64(divide(value, by).ok_or_else(|| FuncError::Generic(format!("{name} of {value} by {by}")))?)
}

pub(super) fn max(arguments: &[Value]) -> Answer {
    let (first, others) = some("max", arguments)?;
    let others = others.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
    of_int64(others.into_iter().fold(whole(first)?, i64::max))
}

pub(super) fn min(arguments: &[Value]) -> Answer {
    let (first, others) = some("min", arguments)?;
    let others = others.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
    of_int64(others.into_iter().fold(whole(first)?, i64::min))
}

pub(super) fn floor(arguments: &[Value]) -> Answer {
    let [value] = exactly("floor", arguments)?;
    of_float(float(value).floor())
}

pub(super) fn ceil(arguments: &[Value]) -> Answer {
    let [value] = exactly("ceil", arguments)?;
    of_float(float(value).ceil())
}

/// Rounded to some decimals; what is exactly between goes up.
pub(super) fn round(arguments: &[Value]) -> Answer {
    let [value, places] = exactly("round", arguments)?;
    let places = i32::try_from(as_int("round", places)?).unwrap_or(i32::MAX);
    let power = 10f64.powi(places);
    let digits = power * float(value);
    let rounded = if digits.fract() >= 0.5 { digits.ceil() } else { digits.floor() };
    of_float(rounded / power)
}

pub(super) fn until(arguments: &[Value]) -> Answer {
    let [count] = exactly("until", arguments)?;
    let count = as_int("until", count)?;
    Ok(Value::Array(steps("until", 0, count, if count < 0 { -1 } else { 1 })?.into_iter().map(Value::from).collect()))
}

pub(super) fn until_step(arguments: &[Value]) -> Answer {
    let [start, stop, step] = exactly("untilStep", arguments)?;
    let int = |value| as_int("untilStep", value);
    let numbers = steps("untilStep", int(start)?, int(stop)?, int(step)?)?;
    Ok(Value::Array(numbers.into_iter().map(Value::from).collect()))
}

/// The numbers from the first to the last, as text.
pub(super) fn seq(arguments: &[Value]) -> Answer {
    let numbers = arguments.iter().map(|it| as_int("seq", it)).collect::<Result<Vec<_>, _>>()?;
    let (start, step, end) = match numbers[..] {
        [end] => (1, None, end),
        [start, end] => (start, None, end),
        [start, step, end] => (start, Some(step), end),
        _ => return Ok(Value::from("")),
    };
    let direction = if end < start { -1 } else { 1 };
    if end < start && step.is_some_and(|step| step > 0) {
        return Ok(Value::from(""));
    }
    let numbers = steps("seq", start, end.saturating_add(direction), step.unwrap_or(direction))?;
    let text = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    bounded("seq", Some(text.len()))?;
    Ok(Value::from(text))
}

fn steps(name: &str, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, FuncError> {
    let (mut numbers, mut next) = (Vec::new(), Some(start));
    while let Some(number) =
        next.filter(|next| if stop < start { step < 0 && *next > stop } else { step > 0 && *next < stop })
    {
        numbers.push(number);
        if numbers.len() as i64 > MAX_NUMBERS {
            return Err(FuncError::Generic(format!("{name} would list more than {MAX_NUMBERS} numbers")));
        }
        next = number.checked_add(step);
    }
    Ok(numbers)
}
