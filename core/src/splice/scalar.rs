//! What Go's `sigs.k8s.io/yaml` reads a scalar as.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Number, Value};

const PREFIX: &str = "tag:yaml.org,2002:";

/// The value of a scalar, by the rules of go-yaml v2 `resolve` and of `convertToJSONableObject` after it. `tag` is the full
/// tag, or empty; `is_plain` says whether it stands there without quotes and is no block.
pub(super) fn resolve(text: &str, tag: &str, is_plain: bool) -> Result<Value, String> {
    // A lone `!` makes even a quoted scalar plain, as libyaml has it.
    if tag.is_empty() && !is_plain {
        return Ok(text.into());
    }
    let wrong = |kind: &str| Err(format!("{text:?} is no {kind}, as its tag says"));
    match (tag.strip_prefix(PREFIX), plain(text)) {
        (_, value) if tag.is_empty() || tag == "!" => value.ok_or_else(|| format!("{text:?} cannot be said in JSON")),
        (Some("str" | "timestamp"), _) => Ok(text.into()),
        (Some("binary"), _) => {
            let packed: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
            let bytes = STANDARD.decode(packed).map_err(|error| format!("not base64, as its tag says: {error}"))?;
            Ok(String::from_utf8_lossy(&bytes).into())
        }
        (Some("bool"), value) => value.filter(Value::is_boolean).map_or_else(|| wrong("boolean"), Ok),
        (Some("null"), value) => value.filter(Value::is_null).map_or_else(|| wrong("null"), Ok),
        (Some("int"), value) => value.filter(|it| it.is_i64() || it.is_u64()).map_or_else(|| wrong("integer"), Ok),
        (Some("float"), value) => value.filter(Value::is_number).map_or_else(|| wrong("number"), Ok),
        _ => Ok(text.into()),
    }
}

/// A scalar without quotes and tag; `None` where JSON has no word for it.
fn plain(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true.into(),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => false.into(),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => return None,
        _ => number(text).unwrap_or_else(|| text.into()),
    })
}

fn number(text: &str) -> Option<Value> {
    if text.starts_with('.') {
        return float(text);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') {
        return None;
    }
    let digits = text.replace('_', "");
    integer(&digits).or_else(|| float(&digits))
}

/// Go's `strconv.ParseInt` with base 0, then `ParseUint`.
fn integer(text: &str) -> Option<Value> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (0, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', _, ..] => (16, &lower[2..]),
        [b'0', b'o', _, ..] => (8, &lower[2..]),
        [b'0', b'b', _, ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &*lower),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = i128::from(u64::from_str_radix(digits, radix).ok()?);
    match sign {
        0 => u64::try_from(magnitude).ok().map(Value::from),
        sign => i64::try_from(sign * magnitude).ok().map(Value::from),
    }
}

/// A decimal number with a point or an exponent, or too large for an integer. Go writes a whole one into JSON without the
/// point, so that `1.0` and `1` are the same value.
fn float(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Rust reads words such as `infinity`, too, which YAML does not.
    let has_shape = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let value: f64 = if has_shape { text.parse().ok()? } else { return None };
    whole(value).or_else(|| Number::from_f64(value)).map(Value::Number)
}

/// The integer that Go's JSON makes of a whole float.
pub(super) fn whole(value: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = value.fract() == 0.0 && value.abs() <= EXACT && !(value == 0.0 && value.is_sign_negative());
    // The bound keeps the conversion exact: such a float prints as an integer's digits.
    if is_whole { format!("{value:.0}").parse::<i64>().ok().map(Number::from) } else { None }
}

/// The text that a key has in JSON; `None` for keys that JSON cannot have.
pub(super) fn key(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        Value::Number(number) => number.as_f64().map(short),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Go's `strconv.FormatFloat(value, 'g', -1, 32)`: the shortest digits of a 32-bit float.
fn short(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "Go formats keys with the precision of 32 bits, too")]
    let scientific = format!("{:e}", value as f32);
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&power) {
        #[expect(clippy::cast_possible_truncation, reason = "as above")]
        return (value as f32).to_string();
    }
    format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_scalars_are_what_go_reads() {
        let cases = [
            ("yes", json!(true)),
            ("off", json!(false)),
            ("y", json!(true)),
            ("yEs", json!("yEs")),
            ("~", json!(null)),
            ("", json!(null)),
            ("nil", json!("nil")),
            ("0644", json!(420)),
            ("0o17", json!(15)),
            ("0x1F", json!(31)),
            ("-0x1f", json!(-31)),
            ("0b11", json!(3)),
            ("08", json!(8)),
            ("0", json!(0)),
            ("-0", json!(0)),
            ("+12", json!(12)),
            ("1_000", json!(1000)),
            ("1.50", json!(1.5)),
            ("1.0", json!(1)),
            ("1e3", json!(1000)),
            (".5", json!(0.5)),
            ("1.", json!(1)),
            ("9007199254740993", json!(9_007_199_254_740_993_u64)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
            ("1e400", json!("1e400")),
            ("2001-12-14", json!("2001-12-14")),
            ("190:20:30", json!("190:20:30")),
            ("1.2.3", json!("1.2.3")),
            ("+", json!("+")),
            ("-", json!("-")),
            ("--1", json!("--1")),
            ("0x", json!("0x")),
            ("0b", json!("0b")),
            ("0x-1", json!("0x-1")),
            ("infinity", json!("infinity")),
            ("+inf", json!("+inf")),
            ("<<", json!("<<")),
            (".", json!(".")),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text, "", true), Ok(expected), "{text:?}");
        }
        assert!(resolve(".inf", "", true).is_err());
    }

    #[test]
    fn tags_and_quotes_are_respected() {
        let tagged = |text: &str, tag: &str, is_plain| resolve(text, &format!("{PREFIX}{tag}"), is_plain);
        assert_eq!(resolve("yes", "", false), Ok(json!("yes")));
        assert_eq!(tagged("5", "str", true), Ok(json!("5")));
        assert_eq!(tagged("", "str", true), Ok(json!("")));
        assert_eq!(tagged("5", "int", false), Ok(json!(5)));
        assert_eq!(tagged("5", "float", true), Ok(json!(5)));
        assert_eq!(tagged("on", "bool", true), Ok(json!(true)));
        assert_eq!(tagged("aGk=", "binary", true), Ok(json!("hi")));
        assert_eq!(resolve("5", "!", false), Ok(json!(5)));
        assert_eq!(resolve("5", "!mine", true), Ok(json!("5")));
        assert!(tagged("x", "int", true).is_err());
        assert!(tagged("1.5", "int", true).is_err());
        assert!(tagged("!", "binary", true).is_err());
    }

    #[test]
    fn keys_are_text_as_in_go() {
        let cases = [(json!("a"), "a"), (json!(true), "true"), (json!(420), "420"), (json!(1.1), "1.1")];
        for (value, expected) in cases {
            assert_eq!(key(value).as_deref(), Some(expected));
        }
        assert_eq!(key(json!(1.5e9)).as_deref(), Some("1.5e+09"));
        assert_eq!(key(json!(0.00001)).as_deref(), Some("1e-05"));
        assert_eq!(key(json!(null)), None);
    }
}
