//! Many versions by their numbers alone, which are asked whether one of them is meant.

use std::collections::BTreeSet;

use super::{Stage, Version};

type Numbers = (u64, u64, Option<u64>, Option<(Stage, u64)>);

/// A set of versions. A cluster's object can hold tens of thousands of them, and each of as many packs asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Releases {
    /// The patch and the pre-release are empty where a version has no patch: it matches any.
    numbers: BTreeSet<Numbers>,
}

impl Releases {
    /// Takes a version up.
    pub(crate) fn insert(&mut self, version: &Version) {
        let patch = version.patch;
        self.numbers.insert((version.major, version.minor, patch, version.pre_release.filter(|_| patch.is_some())));
    }

    /// Takes all of another set up.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.numbers.extend(&other.numbers);
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether one of them equals `version` as [`Version::compare`] has it.
    pub(crate) fn holds(&self, version: &Version) -> bool {
        let (major, minor) = (version.major, version.minor);
        match version.patch {
            None => self.has_minor(major, minor),
            Some(_) => {
                let exact = (major, minor, version.patch, version.pre_release);
                self.numbers.contains(&(major, minor, None, None)) || self.numbers.contains(&exact)
            }
        }
    }

    /// Whether one of them is at most one minor off.
    pub(crate) fn has_near(&self, version: &Version) -> bool {
        let (major, minor) = (version.major, version.minor);
        [minor.checked_sub(1), Some(minor), minor.checked_add(1)].iter().flatten().any(|it| self.has_minor(major, *it))
    }

    fn has_minor(&self, major: u64, minor: u64) -> bool {
        // Nothing sorts below a version without a patch.
        let next = self.numbers.range((major, minor, None, None)..).next();
        next.is_some_and(|it| (it.0, it.1) == (major, minor))
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    const WRITTEN: [&str; 12] = [
        "1.30",
        "1.30-rc.1",
        "1.30.0",
        "v1.30.0+k3s1",
        "1.30.0-rc.1",
        "1.30.0-rc.2",
        "1.30.1",
        "1.31.0",
        "1.29.9",
        "2.30.0",
        "1.0.0",
        "1.18446744073709551615.0",
    ];

    #[test]
    fn it_holds_what_equals_one_of_them_and_knows_what_is_near() {
        let all = WRITTEN.map(|text| text.parse::<Version>().unwrap());
        for one in &all {
            for other in &all {
                let mut releases = Releases::default();
                assert!(releases.is_empty() && !releases.holds(one) && !releases.has_near(one));
                releases.insert(other);
                assert_eq!(releases.holds(one), one.compare(other) == Ordering::Equal, "{one} and {other}");
                let is_near = one.major == other.major && one.minor.abs_diff(other.minor) <= 1;
                assert_eq!(releases.has_near(one), is_near, "{one} and {other}");
            }
        }
    }
}
