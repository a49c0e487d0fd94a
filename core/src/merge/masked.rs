//! Values that a mask hides: exports write `*****` for secrets, which is no value and is never written.

use serde_json::Value;

use super::{Resolution, Verdict, sides::Base};

/// As many stars make a mask; longer ones hold it.
pub(super) const ANY: &str = "***";

/// Whether a text is a mask and nothing else.
pub(super) fn is_mask(text: &str) -> bool {
    text.len() >= ANY.len() && text.bytes().all(|it| it == b'*')
}

/// Whether a value is a mask or holds one.
pub(super) fn hides(value: &Value) -> bool {
    match value {
        Value::String(text) => is_mask(text),
        Value::Array(items) => items.iter().any(hides),
        Value::Object(fields) => fields.values().any(hides),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a line of a text that is not YAML sets something to a mask.
pub(super) fn hides_in_line(line: &str) -> bool {
    if line.trim_start().starts_with('#') {
        return false;
    }
    let line = line.trim().trim_end_matches(['"', '\'', ',', '}', ']']);
    let stars = line.len() - line.trim_end_matches('*').len();
    let before = line[..line.len() - stars].trim_end_matches(['"', '\'']);
    stars >= ANY.len() && (before.is_empty() || before.ends_with([' ', ':', '=', '-']))
}

/// Whether a line of a text sets something to a mask.
pub(super) fn hides_in_text(text: &str) -> bool {
    text.contains(ANY) && text.lines().any(hides_in_line)
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
            ("# *** note ***", false),
            ("a: b***", false),
            ("a: **", false),
        ] {
            assert_eq!(hides_in_line(line), masked, "{line}");
        }
    }
}
