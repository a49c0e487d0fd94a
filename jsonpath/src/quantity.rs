//! Quantities such as `250m`, `1.5Gi` and `2e3`, for comparing them exactly.

use std::cmp::Ordering;

/// The least part of a quantity: what is below it is rounded up to it.
const NANO: i64 = -9;

/// What binary quantities are cut to.
const MAX_BINARY: &[u8] = b"9223372036854775807";

/// A quantity: digits without zeros around them, times ten to the power of `exponent`. Zero has no digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quantity {
    is_negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Quantity {
    /// Reads what Kubernetes reads as a quantity; it takes a sign or a suffix without a digit for zero.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let (is_negative, rest) = match text.as_bytes()[0] {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let whole = digits(rest);
        let rest = &rest[whole.len()..];
        let fraction = rest.strip_prefix('.').map_or("", digits);
        let suffix = rest.strip_prefix('.').map_or(rest, |it| &it[fraction.len()..]);
        let (exponent, shift) = scale(suffix)?;
        if whole.is_empty() && fraction.is_empty() && (exponent < NANO || shift > 40) {
            return None;
        }
        let mut quantity = Self {
            is_negative,
            digits: [whole.as_bytes(), fraction.as_bytes()].concat(),
            exponent: exponent - i64::try_from(fraction.len()).ok()?,
        };
        quantity.trim();
        if shift > 0 {
            quantity.double(shift);
        }
        quantity.round_up();
        let max = Self { is_negative, digits: MAX_BINARY.to_vec(), exponent: 0 };
        if shift > 0 && quantity.magnitude(&max).is_gt() {
            quantity = max;
        }
        Some(quantity)
    }

    fn trim(&mut self) {
        let zeros = self.digits.iter().take_while(|&&it| it == b'0').count();
        self.digits.drain(..zeros);
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
            self.exponent += 1;
        }
    }

    /// Multiplies by two to the power of `shift`, which is at most 60.
    fn double(&mut self, shift: u32) {
        let factor = 1_u128 << shift;
        let mut carry = 0_u128;
        let mut product = Vec::with_capacity(self.digits.len() + 20);
        for digit in self.digits.iter().rev() {
            let value = u128::from(digit - b'0') * factor + carry;
            product.push(b'0' + (value % 10) as u8);
            carry = value / 10;
        }
        while carry > 0 {
            product.push(b'0' + (carry % 10) as u8);
            carry /= 10;
        }
        product.reverse();
        self.digits = product;
        self.trim();
    }

    /// Rounds away from zero to the least part.
    fn round_up(&mut self) {
        if self.digits.is_empty() || self.exponent >= NANO {
            return;
        }
        let cut = usize::try_from(NANO - self.exponent).unwrap_or(usize::MAX);
        self.digits.truncate(self.digits.len().saturating_sub(cut));
        self.exponent = NANO;
        // The last digit that was cut off was no zero.
        let nines = self.digits.iter().rev().take_while(|&&it| it == b'9').count();
        let keep = self.digits.len() - nines;
        self.digits[keep..].fill(b'0');
        match self.digits[..keep].last_mut() {
            Some(digit) => *digit += 1,
            None => self.digits.insert(0, b'1'),
        }
        self.trim();
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        let first = |it: &Self| it.exponent.saturating_add(i64::try_from(it.digits.len()).unwrap_or(i64::MAX));
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => first(self).cmp(&first(other)).then_with(|| self.digits.cmp(&other.digits)),
        }
    }

    /// Which of two is more.
    pub(crate) fn cmp(&self, other: &Self) -> Ordering {
        match (self.sign(), other.sign()) {
            (-1, -1) => other.magnitude(self),
            (1, 1) => self.magnitude(other),
            (left, right) => left.cmp(&right),
        }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

fn digits(text: &str) -> &str {
    &text[..text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len())]
}

/// The powers of ten and of two that a suffix stands for.
fn scale(suffix: &str) -> Option<(i64, u32)> {
    Some(match suffix {
        "" => (0, 0),
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        other => {
            let exponent = other.strip_prefix(['e', 'E'])?;
            // Kubernetes reads 64 bits of an exponent, and keeps 32.
            (exponent.parse::<i64>().ok()? as i32, 0)
        }
    })
    .map(|(exponent, shift): (i32, u32)| (i64::from(exponent), shift))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use super::*;

    #[test]
    fn quantities_are_compared_by_what_they_come_to() {
        for (left, expected, right) in [
            ("1Gi", Greater, "1G"),
            ("1024Ki", Equal, "1Mi"),
            ("0.5", Equal, "500m"),
            (".5", Equal, "500m"),
            ("1.", Equal, "1"),
            ("1e3", Equal, "1k"),
            ("1E3", Equal, "1E+3"),
            ("5e-1", Equal, "0.5"),
            ("10", Greater, "9"),
            ("-10", Less, "-9"),
            ("-1", Less, "0"),
            ("-0", Equal, "0"),
            ("0.1n", Equal, "1n"),
            ("-0.1n", Equal, "-1n"),
            ("1.0000000009999", Equal, "1.000000001"),
            ("9.9999999999", Equal, "10"),
            ("99999999999999999999", Greater, "9999999999999999999"),
            ("1000Ei", Equal, "8Ei"),
            ("9e30", Greater, "1000Ei"),
            ("1e4294967296", Equal, "1"),
            ("1e1000000000", Greater, "1e999999999"),
            ("1.5Gi", Equal, "1536Mi"),
            ("m", Equal, "-"),
            ("Ki", Less, "1n"),
        ] {
            let quantity = |text| Quantity::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(quantity(left).cmp(&quantity(right)), expected, "{left} {right}");
            assert_eq!(quantity(right).cmp(&quantity(left)), expected.reverse(), "{right} {left}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for text in [
            "",
            "a",
            "1x",
            "1.2.3",
            "1e",
            "e",
            "1 Gi",
            "++1",
            "1Gib",
            "1KI",
            "Pi",
            "e-12",
            "1e99999999999999999999",
            "é",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
