//! Numbers as Go holds and prints them.

use serde_json::Number;

/// What kubectl holds a number as: what does not fit into 64 bits with a sign is a float.
pub(crate) enum Held {
    Int(i64),
    Float(f64),
}

pub(crate) fn held(number: &Number) -> Held {
    match number.as_i64() {
        Some(int) => Held::Int(int),
        None => Held::Float(number.as_f64().unwrap_or_default()),
    }
}

/// As `fmt.Print` writes it: an exponent from a million on.
pub(crate) fn plain(number: &Number) -> String {
    match held(number) {
        Held::Int(int) => int.to_string(),
        Held::Float(float) => Shortest::of(float).text(-4, 6, 2),
    }
}

/// As `encoding/json` writes it: an exponent from 10²¹ on.
pub(crate) fn json(number: &Number) -> String {
    match held(number) {
        Held::Int(int) => int.to_string(),
        Held::Float(float) => Shortest::of(float).text(-6, 21, 1),
    }
}

/// The shortest digits that are read back as the same number: d.ddd × 10^exponent.
struct Shortest {
    is_negative: bool,
    digits: String,
    exponent: i32,
}

impl Shortest {
    fn of(float: f64) -> Self {
        let text = format!("{:e}", float.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent = exponent.parse().unwrap_or_default();
        Self { is_negative: float.is_sign_negative(), digits: mantissa.replace('.', ""), exponent }
    }

    /// With an exponent of at least `width` digits where it is below `low`, or `high` and above.
    fn text(&self, low: i32, high: i32, width: usize) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        let digits = &self.digits;
        if self.exponent < low || self.exponent >= high {
            let (first, more) = digits.split_at(1);
            let point = if more.is_empty() { "" } else { "." };
            let sign_of_exponent = if self.exponent < 0 { '-' } else { '+' };
            return format!("{sign}{first}{point}{more}e{sign_of_exponent}{:0width$}", self.exponent.abs());
        }
        if self.exponent < 0 {
            let zeros = "0".repeat(self.exponent.unsigned_abs() as usize - 1);
            return format!("{sign}0.{zeros}{digits}");
        }
        let whole = self.exponent.unsigned_abs() as usize + 1;
        match digits.split_at_checked(whole) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits}{}", "0".repeat(whole - digits.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        for (text, fmt, encoded) in [
            ("1", "1", "1"),
            ("-9223372036854775808", "-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "9.223372036854776e+18", "9223372036854776000"),
            ("18446744073709551615", "1.8446744073709552e+19", "18446744073709552000"),
            ("1.0", "1", "1"),
            ("0.0", "0", "0"),
            ("1.5", "1.5", "1.5"),
            ("-0.25", "-0.25", "-0.25"),
            ("999999.5", "999999.5", "999999.5"),
            ("1000000.0", "1e+06", "1000000"),
            ("123456789.5", "1.234567895e+08", "123456789.5"),
            ("0.0001", "0.0001", "0.0001"),
            ("0.00001", "1e-05", "0.00001"),
            ("0.0000001", "1e-07", "1e-7"),
            ("1.5e-10", "1.5e-10", "1.5e-10"),
            ("1e20", "1e+20", "100000000000000000000"),
            ("1e21", "1e+21", "1e+21"),
            ("1.7976931348623157e308", "1.7976931348623157e+308", "1.7976931348623157e+308"),
            ("5e-324", "5e-324", "5e-324"),
        ] {
            let Value::Number(number) = serde_json::from_str(text).unwrap() else { panic!("{text}") };
            assert_eq!((plain(&number).as_str(), json(&number).as_str()), (fmt, encoded), "{text}");
        }
    }
}
