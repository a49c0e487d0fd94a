//! Values that a mask hides: exports write `*****` for secrets, which is no value and is never written.

use std::ops::Range;

use serde_json::Value;

use super::{Resolution, Verdict, sides::Base};
use crate::mask;

/// As many stars make a mask; longer ones hold it.
pub(super) const ANY: &str = "***";

/// Whether a text is a mask and nothing else: what stands behind it is not known.
pub fn is_mask(text: &str) -> bool {
    text.len() >= ANY.len() && text.bytes().all(|it| it == b'*')
}

/// Whether a value is a mask or holds one, a text also where a secret would stand in it.
pub(super) fn hides(value: &Value) -> bool {
    any_text(value, &|text| is_mask(text.trim()) || stands_for_secret(text))
}

/// Whether a value is a mask or holds one that is the whole of a text.
pub(super) fn hides_whole(value: &Value) -> bool {
    any_text(value, &|text| is_mask(text.trim()))
}

fn any_text(value: &Value, is_so: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_so(text),
        Value::Array(items) => items.iter().any(|it| any_text(it, is_so)),
        Value::Object(fields) => fields.values().any(|it| any_text(it, is_so)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A word of which nothing but its place can make a secret.
const WORD: &str = "w0rdInPlaceOfTheStars";

/// Whether stars stand where a secret would be hidden: in the user information of a URL, behind a flag, in a header.
fn stands_for_secret(text: &str) -> bool {
    let stars = stars(text);
    if stars.is_empty() {
        return false;
    }
    let plain = around(text, &stars).join(WORD);
    let shown: usize = mask::lines(&plain).iter().map(|line| line.matches(WORD).count()).sum();
    shown < stars.len()
}

/// Where so many stars stand in a text that they can be a mask.
fn stars(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text[from..].find(ANY).map(|at| from + at) {
        from = text.len() - text[at..].trim_start_matches('*').len();
        found.push(at..from);
    }
    found
}

/// What stands before, between and behind the stars of a text.
fn around<'t>(text: &'t str, stars: &[Range<usize>]) -> Vec<&'t str> {
    let starts = [0].into_iter().chain(stars.iter().map(|it| it.end));
    let ends = stars.iter().map(|it| it.start).chain([text.len()]);
    starts.zip(ends).map(|(start, end)| &text[start..end]).collect()
}

/// Whether a line of a text that is not YAML sets something to a mask.
pub(super) fn hides_in_line(line: &str) -> bool {
    if line.trim_start().starts_with('#') {
        return false;
    }
    stars(line).iter().any(|it| is_value(&line[..it.start], &line[it.end..])) || stands_for_secret(line)
}

/// Whether what stands between these is a whole value.
fn is_value(before: &str, after: &str) -> bool {
    let before = before.trim_end_matches(['"', '\'']);
    let after = after.trim_start_matches(['"', '\'']);
    let begins = before.trim().is_empty() || before.trim_end().ends_with([':', '=', '-', '[', '{', ',']);
    // What a comment says behind it makes no value of a mask.
    let ends =
        after.trim_start().is_empty() || after.trim_start().starts_with([',', '}', ']']) || after.starts_with(" #");
    begins && ends
}

/// Whether a line of a text sets something to a mask.
pub(super) fn hides_in_text(text: &str) -> bool {
    text.contains(ANY) && text.lines().any(hides_in_line)
}

/// Whether three stars stand anywhere in a value.
pub(super) fn holds(value: &Value) -> bool {
    any_text(value, &|text| text.contains(ANY))
}

/// Whether `text` is `real` with masks in it.
pub(super) fn covers(text: &str, real: &str) -> bool {
    if !text.contains(ANY) || text == real {
        return false;
    }
    let pieces = around(text, &stars(text));
    let [first, between @ .., last] = pieces.as_slice() else { return false };
    let Some(mut real) = real.strip_prefix(*first) else { return false };
    for piece in between {
        // Each mask stands for one character at least.
        let from = real.chars().next().map_or(0, char::len_utf8);
        let Some(at) = real[from..].find(*piece) else { return false };
        real = &real[from + at + piece.len()..];
    }
    real.strip_suffix(*last).is_some_and(|hidden| !hidden.is_empty())
}

/// Whether a text is another one with masks in it, or a line of it is a line of the other with masks in it.
pub(super) fn covers_lines(text: &str, real: &str) -> bool {
    let is_line = |line: &str| {
        // A line of nothing but stars would stand for any other one.
        line.contains(ANY)
            && line.contains(char::is_alphanumeric)
            && real.lines().all(|other| other != line)
            && real.lines().any(|other| covers(line, other))
    };
    covers(text, real) || (text.contains('\n') && text.contains(ANY) && text.lines().any(is_line))
}

/// Whether a value holds a text that, by `explains`, is one of the other value with masks in it.
pub(super) fn covers_in(value: &Value, real: &Value, explains: fn(&str, &str) -> bool) -> bool {
    match (value, real) {
        (Value::String(text), Value::String(real)) => explains(text, real),
        (Value::Array(items), Value::Array(others)) => {
            items.iter().zip(others).any(|(item, other)| covers_in(item, other, explains))
        }
        (Value::Object(fields), Value::Object(others)) => {
            fields.iter().any(|(key, it)| others.get(key).is_some_and(|other| covers_in(it, other, explains)))
        }
        _ => false,
    }
}

/// What becomes of a place whose sides differ and of which at least one is masked, and what is already clear of it.
pub(super) fn verdict<T: PartialEq>(
    base: Base<&T>,
    own: Option<&T>,
    target: Option<&T>,
    is_masked: impl Fn(&T) -> bool,
) -> Option<(Verdict, Option<Resolution>)> {
    let masked = |side: Option<&T>| side.is_some_and(&is_masked);
    if masked(target) {
        return Some(match own {
            // The target's value is not known, and the cluster has a real one.
            Some(own) if !is_masked(own) => (Verdict::Masked, Some(Resolution::Override)),
            None if base == Base::Known(target) => (Verdict::Kept, None),
            _ => (Verdict::Masked, None),
        });
    }
    if masked(own) {
        // As far as can be seen the cluster set nothing itself: the target's real value is the better one.
        return match (base == Base::Known(own), target) {
            (true, Some(_)) => Some((Verdict::Masked, Some(Resolution::Profile))),
            (true, None) => None,
            (false, _) => Some((Verdict::Masked, None)),
        };
    }
    Some((Verdict::UnknownBase, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stars_alone_are_a_mask() {
        for (text, masked) in [("***", true), ("********", true), ("**", false), ("", false), ("*.*.*", false)] {
            assert_eq!(is_mask(text), masked, "{text}");
        }
        for (line, masked) in [
            ("  password: \"*****\"", true),
            ("- ***", true),
            ("--token=****", true),
            ("{a: '***'}", true),
            ("password: ***  # hidden", true),
            ("# *** note ***", false),
            ("a: b***", false),
            ("a: **", false),
            ("c: {x: ********, b: 1}", true),
            ("url: https://u:****@h/x", true),
            ("say *** what *** it is", false),
        ] {
            assert_eq!(hides_in_line(line), masked, "{line}");
        }
    }

    #[test]
    fn stars_are_a_mask_where_a_secret_would_be_hidden() {
        for (text, masked) in [
            ("postgres://u:********@h2/db", true),
            ("run --token ******** --x", true),
            ("--password=********", true),
            ("Bearer ********", true),
            (" ******** ", true),
            ("********\n", true),
            ("*** note ***", false),
            ("dir/***/x", false),
            ("a *** b", false),
            ("********\n* Welcome *\n********", false),
        ] {
            assert_eq!(hides(&Value::from(text)), masked, "{text}");
        }
    }

    #[test]
    fn a_text_is_explained_by_what_its_masks_stand_for() {
        for (text, real, is_covered) in [
            ("a:***@h", "a:s1@h", true),
            ("a:***@h/***", "a:s1@h/x", true),
            ("a:***@h", "a:@h", false),
            ("a:***@h", "a:s1@other", false),
            ("*** note ***", "hello", false),
            ("ü***", "üß", true),
            ("***a***", "äa", false),
            ("aa***aa", "aaa", false),
        ] {
            assert_eq!(covers(text, real), is_covered, "{text} {real}");
        }
        assert!(covers_lines("x: 1\nu: ***\n", "x: 2\nu: s\n"));
        assert!(!covers_lines("x\n*** note ***\n", "x\nb\n"));
    }
}
