//! `semverCompare`, with the constraints that Helm understands.
//!
//! Alternatives are separated by `||`, parts of one by commas or spaces. A part is an operator and a version, whose missing
//! or `x` parts match anything, or a range `1.2 - 1.4`. An alternative in which no part has a pre-release admits none.

use gtmpl_ng::{FuncError, Value};
use semver::{BuildMetadata, Prerelease, Version};

use super::{Answer, as_text, exactly};

/// Longest first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 12] = [
    (">=", Operator::AtLeast),
    ("=>", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("=<", Operator::AtMost),
    ("!=", Operator::Not),
    ("~>", Operator::Tilde),
    (">", Operator::Above),
    ("<", Operator::Below),
    ("=", Operator::Exact),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("", Operator::Exact),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Exact,
    Not,
    Above,
    AtLeast,
    Below,
    AtMost,
    Tilde,
    Caret,
}

/// A version of which only the first `given` numbers were written; the others are 0.
struct Partial {
    version: Version,
    given: usize,
}

pub(super) fn semver_compare(arguments: &[Value]) -> Answer {
    let [constraint, version] = exactly("semverCompare", arguments)?;
    let (constraint, version) = (as_text("semverCompare", constraint)?, as_text("semverCompare", version)?);
    let unreadable = |what: &str| FuncError::Generic(format!("semverCompare cannot read `{what}`"));
    let candidate = partial(version).filter(|partial| partial.given > 0).ok_or_else(|| unreadable(version))?.version;
    let mut admitted = false;
    for alternative in constraint.split("||") {
        admitted |= admits_all(alternative, &candidate).ok_or_else(|| unreadable(constraint))?;
    }
    Ok(Value::from(admitted))
}

/// Whether every part of one alternative admits the version; `None` when it cannot be read.
fn admits_all(alternative: &str, candidate: &Version) -> Option<bool> {
    let words: Vec<&str> = alternative.split([',', ' ', '\t']).filter(|word| !word.is_empty()).collect();
    let (mut parts, mut words) = (Vec::new(), words.into_iter().peekable());
    while let Some(word) = words.next() {
        let (sign, operator) = OPERATORS.into_iter().find(|(sign, _)| word.starts_with(sign))?;
        let rest = &word[sign.len()..];
        // A sign may stand apart from its version.
        let text = if rest.is_empty() { words.next()? } else { rest };
        let bound = partial(text)?;
        if words.peek() == Some(&"-") {
            words.next();
            let upper = partial(words.next()?)?;
            parts.extend([(Operator::AtLeast, bound), (Operator::AtMost, upper)]);
        } else {
            parts.push((operator, bound));
        }
    }
    // One part with a pre-release opens all of them.
    let opens = parts.iter().any(|(_, bound)| !bound.version.pre.is_empty());
    Some(parts.iter().all(|(operator, bound)| admits(*operator, bound, candidate, opens)))
}

fn admits(operator: Operator, bound: &Partial, candidate: &Version, opens: bool) -> bool {
    let Partial { version, given } = bound;
    if !candidate.pre.is_empty() && !opens {
        return false;
    }
    let order = candidate.cmp_precedence(version);
    let numbers = |version: &Version| [version.major, version.minor, version.patch];
    // Whether the first `count` numbers of both agree.
    let same = |count: usize| numbers(candidate)[..count] == numbers(version)[..count];
    match operator {
        // Without any number Masterminds' library takes these to speak of 0.0.0.
        Operator::Above | Operator::Not if *given == 0 => order.is_ne(),
        Operator::Caret if *given == 0 => order.is_eq(),
        Operator::Exact if *given == 3 => order.is_eq(),
        Operator::Exact => same(*given),
        Operator::Not if *given == 3 => order.is_ne(),
        // Where only the patch is left open, pre-releases tell versions apart.
        Operator::Not if *given == 2 => !same(2) || candidate.pre != version.pre,
        Operator::Not => !same(*given),
        Operator::Above if *given == 3 => order.is_gt(),
        Operator::Above => numbers(candidate)[..*given] > numbers(version)[..*given],
        Operator::AtLeast => order.is_ge(),
        Operator::Below => order.is_lt(),
        Operator::AtMost if *given == 3 => order.is_le(),
        Operator::AtMost => numbers(candidate)[..*given] <= numbers(version)[..*given],
        Operator::Tilde => order.is_ge() && same((*given).min(2)),
        // The caret keeps the first number that is not 0, of those that were written.
        Operator::Caret => {
            let first = numbers(version).iter().position(|number| *number > 0).map_or(3, |index| index + 1);
            order.is_ge() && same(first.min(*given))
        }
    }
}

/// Reads `v?N(.N(.N)?)?` with an optional pre-release and build; `x`, `X` and `*` end the numbers.
fn partial(text: &str) -> Option<Partial> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, build) = text.split_once('+').unwrap_or((text, ""));
    let (numbers, pre) = text.split_once('-').unwrap_or((text, ""));
    let (mut parts, mut given) = ([0u64; 3], 0);
    let mut open = false;
    for (index, part) in numbers.split('.').enumerate() {
        if matches!(part, "x" | "X" | "*") {
            open = true;
        } else if !open && part.bytes().all(|byte| byte.is_ascii_digit()) {
            *parts.get_mut(index)? = part.parse().ok()?;
            given = index + 1;
        } else {
            return None;
        }
    }
    let [major, minor, patch] = parts;
    let (pre, build) = (Prerelease::new(pre).ok()?, BuildMetadata::new(build).ok()?);
    Some(Partial { version: Version { major, minor, patch, pre, build }, given })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_understood_as_helm_understands_them() {
        for (constraint, version, expected) in [
            (">=1.19-0", "1.19.0", true),
            (">=1.19-0", "1.19.0-rc.1", true),
            (">=1.19-0", "v1.20.4-eks-1", true),
            (">=1.19-0", "1.18.9", false),
            (">=1.19", "1.20.0-rc.1", false),
            (">=1.19", "1.20.0+k3s1", true),
            ("<1.19-0", "1.18.3", true),
            ("<1.19-0", "1.19.0", false),
            (">= 1.21", "1.21", true),
            (">1.2", "1.2.9", false),
            (">1.2", "1.3.0", true),
            (">1", "1.9.0", false),
            ("<=1.2", "1.2.9", true),
            ("<=1.2", "1.3.0", false),
            ("1.2", "1.2.7", true),
            ("1.2.x", "1.3.0", false),
            ("=1.2.3", "1.2.3", true),
            ("!=1.2.3", "1.2.3", false),
            ("!=1.2.x", "1.3.0", true),
            ("!=1.2.x", "1.2.9", false),
            ("*", "9.9.9", true),
            ("~1.2.3", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            ("~1", "1.9.0", true),
            ("^1.2.3", "1.9.0", true),
            ("^1.2.3", "2.0.0", false),
            ("^0.2.3", "0.2.9", true),
            ("^0.2.3", "0.3.0", false),
            ("^0.0.3", "0.0.4", false),
            ("^0.0", "0.0.9", true),
            ("^0", "0.9.0", true),
            ("1.2 - 1.4", "1.4.9", true),
            ("1.2 - 1.4.5", "1.4.6", false),
            (">=1.2, <1.4", "1.3.0", true),
            (">=1.2 <1.4", "1.4.0", false),
            ("<1.2 || >=2.0", "2.1.0", true),
            ("<1.2 || >=2.0", "1.5.0", false),
            (">1.2.3-alpha.1", "1.2.3-beta.1", true),
            (">=1.19-0 <1.31", "v1.30.4-eks-1", true),
            (">=1.19 <1.31", "v1.30.4-eks-1", false),
            (">=1.19 || <1-0", "v1.30.4-eks-1", false),
            ("1.19 - 1.31-0", "v1.30.4-eks-1", true),
            ("!=1.30-0", "v1.30.4-eks-1", true),
        ] {
            let arguments = [Value::from(constraint), Value::from(version)];
            assert_eq!(semver_compare(&arguments).unwrap(), Value::from(expected), "{constraint} {version}");
        }
    }

    #[test]
    fn what_is_no_version_is_an_error() {
        for (constraint, version) in
            [(">=1", "banana"), (">=1", ""), ("banana", "1.0.0"), (">=", "1.0.0"), ("1 -", "1.0.0"), (">=1", "1.2.3.4")]
        {
            let arguments = [Value::from(constraint), Value::from(version)];
            assert!(semver_compare(&arguments).is_err(), "{constraint} {version}");
        }
    }
}
