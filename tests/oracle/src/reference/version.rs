//! Reads and compares Kubernetes versions, one character after the other.

use std::{
    cmp::Ordering::{self, Equal, Greater, Less},
    iter::Peekable,
    str::Chars,
};

/// A version that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The major number.
    pub major: u64,
    /// The minor number.
    pub minor: u64,
    /// The patch, where there is one.
    pub patch: Option<u64>,
    /// Alpha is 0, beta 1 and release candidate 2, each with its number.
    pub stage: Option<(u8, u64)>,
}

/// Reads `v?N.N(.N)?` and an optional suffix after `-` or `+`.
pub fn read(text: &str) -> Option<Number> {
    let mut rest = text.chars().peekable();
    rest.next_if_eq(&'v');
    let major = digits(&mut rest)?;
    rest.next_if_eq(&'.')?;
    let minor = digits(&mut rest)?;
    let patch = match rest.next_if_eq(&'.') {
        Some(_) => Some(digits(&mut rest)?),
        None => None,
    };
    let mut stage = None;
    if let Some(mark) = rest.next() {
        let suffix: String = rest.collect();
        // The text leaves open what a suffix may hold: letters, digits and `.-+_`, and not nothing.
        let is_legal = |letter: char| letter.is_ascii_alphanumeric() || ".-+_".contains(letter);
        if !matches!(mark, '-' | '+') || suffix.is_empty() || !suffix.chars().all(is_legal) {
            return None;
        }
        if mark == '-' {
            stage = pre_release(&suffix)?;
        }
    }
    Some(Number { major, minor, patch, stage })
}

fn digits(rest: &mut Peekable<Chars<'_>>) -> Option<u64> {
    let mut number = None;
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        let value = u64::from(digit.to_digit(10)?);
        number = Some(number.unwrap_or(0_u64).checked_mul(10)?.checked_add(value)?);
    }
    number
}

/// The stage that a suffix names, `Some(None)` for a vendor's build. The text leaves open how stages are ordered: by
/// stage, then by the number that follows, compared as a number; a number over 64 bits is unreadable here too.
fn pre_release(suffix: &str) -> Option<Option<(u8, u64)>> {
    let mut rest = suffix.chars().peekable();
    let mut word = String::new();
    while let Some(letter) = rest.next_if(char::is_ascii_alphabetic) {
        word.push(letter.to_ascii_lowercase());
    }
    let stage = match word.as_str() {
        "alpha" => 0,
        "beta" => 1,
        "rc" => 2,
        _ => return Some(None),
    };
    while rest.next_if(|letter| matches!(letter, '.' | '-')).is_some() {}
    let is_numbered = rest.peek().is_some_and(char::is_ascii_digit);
    let number = if is_numbered { digits(&mut rest)? } else { 0 };
    Some(Some((stage, number)))
}

/// Compares numbers; a missing patch matches any patch.
pub fn compare(one: &Number, other: &Number) -> Ordering {
    let minors = (one.major, one.minor).cmp(&(other.major, other.minor));
    if minors != Equal {
        return minors;
    }
    let (Some(patch), Some(other_patch)) = (one.patch, other.patch) else { return Equal };
    if patch != other_patch {
        return patch.cmp(&other_patch);
    }
    match (one.stage, other.stage) {
        (None, None) => Equal,
        (Some(_), None) => Less,
        (None, Some(_)) => Greater,
        (Some(one), Some(other)) => one.cmp(&other),
    }
}
