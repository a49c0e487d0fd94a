//! The three sides of one place, and the table that tells what becomes of it.

use std::borrow::Cow;

use serde_json::Value;

use super::{Resolution, Verdict, masked};

/// What was published when the cluster took it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Base<T> {
    /// It is known, and `None` when there was nothing.
    Known(Option<T>),
    /// Nothing is known of it, and nothing is guessed.
    Unknown,
}

impl<T> Base<T> {
    /// The part of it that `find` finds; what is not known has no known part.
    pub(super) fn and_then<U>(self, find: impl FnOnce(T) -> Option<U>) -> Base<U> {
        match self {
            Self::Known(side) => Base::Known(side.and_then(find)),
            Self::Unknown => Base::Unknown,
        }
    }

    /// The side, where it is known and there is something.
    pub(super) fn known(self) -> Option<T> {
        match self {
            Self::Known(side) => side,
            Self::Unknown => None,
        }
    }

    /// The same, borrowed.
    pub(super) fn as_ref(&self) -> Base<&T> {
        match self {
            Self::Known(side) => Base::Known(side.as_ref()),
            Self::Unknown => Base::Unknown,
        }
    }

    /// Whether it is known that there was nothing.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Known(None))
    }

    /// Whether nothing is known of it.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl Base<Cow<'_, str>> {
    /// The same, borrowed.
    pub(super) fn as_text(&self) -> Base<&str> {
        match self {
            Self::Known(side) => Base::Known(side.as_deref()),
            Self::Unknown => Base::Unknown,
        }
    }
}

/// What becomes of one value, and what is already clear of it; `None` where the cluster set nothing itself, so that the
/// target stands. `is_gone`: what holds the place was published and is gone in the target.
pub(super) fn verdict(
    base: Base<&Value>,
    own: Option<&Value>,
    target: Option<&Value>,
    is_gone: bool,
) -> Option<(Verdict, Option<Resolution>)> {
    of_key(base, own, target, is_gone, false)
}

/// [`verdict`] where the key may say that the value `is_secret`: then stars inside of it are a mask, too.
pub(super) fn of_key(
    base: Base<&Value>,
    own: Option<&Value>,
    target: Option<&Value>,
    is_gone: bool,
    is_secret: bool,
) -> Option<(Verdict, Option<Resolution>)> {
    let sides = [base.known(), own, target];
    if !sides.into_iter().flatten().any(masked::holds) {
        return by(base, own, target, is_gone, masked::hides, is_other_type);
    }
    let covers =
        |value: &Value| sides.into_iter().flatten().any(|real| masked::covers_in(value, real, masked::covers_lines));
    let is_masked = |value: &Value| masked::hides(value) || (masked::holds(value) && (is_secret || covers(value)));
    let both_set = own.is_some() && own != target && !matches!(base, Base::Known(base) if base == own);
    let verdict = by(base, own, target, is_gone, is_masked, is_other_type);
    match (verdict, own, target) {
        // Only the rest of the text tells that the cluster's one is meant: then it is not clear what else changed in it.
        (Some((Verdict::Masked, Some(Resolution::Override))), Some(own), Some(target))
            if !masked::hides_whole(target) && !masked::covers_in(target, own, masked::covers) =>
        {
            Some((Verdict::Masked, None))
        }
        (Some((Verdict::Conflict | Verdict::UnknownBase, _)), Some(_), Some(target))
            if both_set && masked::holds(target) =>
        {
            Some((Verdict::Masked, None))
        }
        (verdict, ..) => verdict,
    }
}

/// [`verdict`] for sides of any type.
pub(super) fn by<T: PartialEq>(
    base: Base<&T>,
    own: Option<&T>,
    target: Option<&T>,
    is_gone: bool,
    is_masked: impl Fn(&T) -> bool,
    is_other_type: impl Fn(&T, &T) -> bool,
) -> Option<(Verdict, Option<Resolution>)> {
    if own == target {
        let is_override = matches!(base, Base::Known(base) if base != own);
        let verdict = if own.is_some_and(is_masked) { Verdict::Masked } else { Verdict::Redundant };
        return is_override.then_some((verdict, None));
    }
    if [base.known(), own, target].into_iter().flatten().any(&is_masked) {
        return masked::verdict(base, own, target, is_masked);
    }
    let Base::Known(base) = base else { return Some((Verdict::UnknownBase, None)) };
    let verdict = match (own, target) {
        _ if own == base => return None,
        (Some(_), None) if is_gone || base.is_some() => Verdict::Lost,
        _ if target == base => Verdict::Kept,
        (Some(own), Some(target)) if is_other_type(own, target) => Verdict::TypeChanged,
        _ => Verdict::Conflict,
    };
    Some((verdict, None))
}

/// Whether one is an object, a list or a scalar, and the other is another of these. Null is of any type.
fn is_other_type(own: &Value, target: &Value) -> bool {
    let kind = |value: &Value| match value {
        Value::Null => 0,
        Value::Object(_) => 1,
        Value::Array(_) => 2,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => 3,
    };
    kind(own) != 0 && kind(target) != 0 && kind(own) != kind(target)
}

/// Null, absent and empty are the same in the fields of an object.
pub(super) fn field<'v>(document: &'v Value, key: &str) -> Option<&'v Value> {
    document.get(key).filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    })
}
