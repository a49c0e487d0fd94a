//! Kubernetes versions in every shape that packs write them.

use std::{cmp::Ordering, fmt, str::FromStr};

pub(crate) use self::releases::Releases;

mod releases;

/// Bytes of a version's text that are kept. One version is told and compared once for each of many packs, and the text may
/// have the length of a whole object.
const KEPT: usize = 128;

/// A Kubernetes version: `v?N.N(.N)?` and an optional suffix after `-` or `+`.
///
/// `-alpha`, `-beta` and `-rc` are pre-releases and sort below their release. Any other suffix (`+k3s1`, `-rke2r1`) is
/// the vendor's build and is not ordered. There is no total order, because a missing patch matches any patch, so
/// comparing is [`Version::compare`] and not `Ord`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The major number.
    pub major: u64,
    /// The minor number.
    pub minor: u64,
    patch: Option<u64>,
    pre_release: Option<(Stage, u64)>,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Alpha,
    Beta,
    ReleaseCandidate,
}

/// The text cannot be read as a Kubernetes version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Kubernetes version")]
pub struct UnreadableVersion;

impl Version {
    /// Compares numbers. Equal when all that both versions say agrees: `1.30` equals `1.30.4`, and so does `1.30.4+k3s1`.
    pub fn compare(&self, other: &Self) -> Ordering {
        let minor = (self.major, self.minor).cmp(&(other.major, other.minor));
        let (Some(patch), Some(other_patch)) = (self.patch, other.patch) else { return minor };
        minor.then(patch.cmp(&other_patch)).then_with(|| match (self.pre_release, other.pre_release) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(pre_release), Some(other)) => pre_release.cmp(&other),
        })
    }

    /// Whether both name the same version and no group of versions: unlike in [`Version::compare`], a missing patch matches
    /// only a missing patch.
    pub fn is_same(&self, other: &Self) -> bool {
        let parts = |it: &Self| (it.major, it.minor, it.patch, it.pre_release);
        parts(self) == parts(other)
    }

    /// A total order in which a missing patch counts as 0, for picking the highest of several. Versions of equal rank
    /// compare alike with every other version.
    pub(crate) fn rank(&self) -> impl Ord + Clone + use<> {
        let release = self.pre_release.is_none();
        (self.major, self.minor, self.patch.unwrap_or(0), release, self.pre_release, self.patch.is_some())
    }
}

impl FromStr for Version {
    type Err = UnreadableVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = text.strip_prefix('v').unwrap_or(text);
        let (numbers, suffix) = match bare.find(['-', '+']) {
            Some(at) => (&bare[..at], Some(&bare[at..])),
            None => (bare, None),
        };
        let mut parts = numbers.split('.');
        let major = number(parts.next())?;
        let minor = number(parts.next())?;
        let patch = parts.next().map(|part| number(Some(part))).transpose()?;
        if parts.next().is_some() {
            return Err(UnreadableVersion);
        }
        let pre_release = suffix.map(pre_release).transpose()?.flatten();
        Ok(Self { major, minor, patch, pre_release, text: kept(text) })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The text of a version, all of which is ASCII; of one that nobody would write, the beginning.
fn kept(text: &str) -> String {
    match text.get(..KEPT) {
        Some(start) if start.len() < text.len() => format!("{start}…"),
        _ => text.to_owned(),
    }
}

fn number(part: Option<&str>) -> Result<u64, UnreadableVersion> {
    let part = part.filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    part.and_then(|part| part.parse().ok()).ok_or(UnreadableVersion)
}

/// Reads a suffix with its leading `-` or `+`; `None` for a vendor's build.
fn pre_release(suffix: &str) -> Result<Option<(Stage, u64)>, UnreadableVersion> {
    let rest = &suffix[1..];
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+' | b'_');
    if rest.is_empty() || !rest.bytes().all(legal) {
        return Err(UnreadableVersion);
    }
    if suffix.starts_with('+') {
        return Ok(None);
    }
    let word = rest.find(|letter: char| !letter.is_ascii_alphabetic()).map_or(rest, |end| &rest[..end]);
    let stage = match word.to_ascii_lowercase().as_str() {
        "alpha" => Stage::Alpha,
        "beta" => Stage::Beta,
        "rc" => Stage::ReleaseCandidate,
        _ => return Ok(None),
    };
    let after = rest[word.len()..].trim_start_matches(['.', '-']);
    let digits = after.find(|letter: char| !letter.is_ascii_digit()).map_or(after, |end| &after[..end]);
    let count = if digits.is_empty() { 0 } else { number(Some(digits))? };
    Ok(Some((stage, count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &str, expected: Ordering, right: &str) {
        let (a, b): (Version, Version) = (left.parse().unwrap(), right.parse().unwrap());
        assert_eq!(a.compare(&b), expected, "{left} against {right}");
        assert_eq!(b.compare(&a), expected.reverse(), "{right} against {left}");
    }

    #[test]
    fn compares_numbers_and_not_text() {
        check("1.9.0", Ordering::Less, "1.10.0");
        check("1.30.10", Ordering::Greater, "1.30.9");
        check("v1.30.4", Ordering::Equal, "1.30.4");
        check("1.030.04", Ordering::Equal, "1.30.4");
        check("2.0.0", Ordering::Greater, "1.99.99");
    }

    #[test]
    fn a_missing_patch_matches_any_patch() {
        check("1.29", Ordering::Equal, "1.29.7");
        check("1.29", Ordering::Less, "1.30.0");
    }

    #[test]
    fn the_same_version_may_be_written_in_several_ways_and_names_no_group() {
        let same = |left: &str, right: &str| left.parse::<Version>().unwrap().is_same(&right.parse().unwrap());
        for other in ["v1.31.0", "1.031.0", "1.31.0+k3s1", "1.31.0-rke2r1"] {
            assert!(same("1.31.0", other), "{other}");
        }
        for other in ["1.31", "1.31.1", "1.31.0-rc.1", "1.32.0", "2.31.0"] {
            assert!(!same("1.31.0", other) && !same(other, "1.31.0"), "{other}");
        }
        assert!(same("1.31", "v1.31") && same("1.31.0-rc.1", "1.31.0-rc1"));
    }

    #[test]
    fn a_pre_release_sorts_below_its_release() {
        check("1.31.0-rc.1", Ordering::Less, "1.31.0");
        check("1.31.0-alpha.3", Ordering::Less, "1.31.0-beta.0");
        check("1.31.0-rc.2", Ordering::Less, "1.31.0-rc.10");
        check("1.31.0-rc1", Ordering::Equal, "1.31.0-rc.1+k3s1");
        check("1.31.0-rc.1", Ordering::Greater, "1.30.9");
    }

    #[test]
    fn a_vendors_build_is_not_ordered() {
        check("1.30.4+k3s1", Ordering::Equal, "1.30.4+k3s2");
        check("1.30.4-rke2r1", Ordering::Equal, "1.30.4");
        check("1.30.4-eks-a18cd3a", Ordering::Equal, "1.30.4");
        check("1.30.4+rc1", Ordering::Equal, "1.30.4");
        check("1.30.4-rcx", Ordering::Equal, "1.30.4");
    }

    #[test]
    fn what_is_no_version_is_unreadable() {
        for text in [
            "",
            " ",
            "1",
            "1.",
            ".1",
            "1.33.x",
            "1.x",
            "banana",
            " 1.30.4",
            "1.30.4 ",
            "1.30.4.1",
            "1.30.",
            "1.30.4-",
            "1.30.4+",
            "vv1.30",
            "V1.30.4",
            "1.-30",
            "1.+30.1",
            "1.30.99999999999999999999",
            "1.30.4-rc.99999999999999999999",
            "1.30.4-a b",
            "1,30",
            "１.３０",
        ] {
            assert_eq!(text.parse::<Version>(), Err(UnreadableVersion), "{text:?}");
        }
    }

    #[test]
    fn keeps_the_text_it_was_read_from() {
        assert_eq!("v1.30.4+k3s1".parse::<Version>().unwrap().to_string(), "v1.30.4+k3s1");
        let long = format!("1.30.4+{}", "x".repeat(1_000_000)).parse::<Version>().unwrap();
        assert!(long.to_string().len() < 140 && long.is_same(&"1.30.4".parse().unwrap()));
    }
}
