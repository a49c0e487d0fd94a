//! `PROFILE@VERSION`, the way users name a profile version.

use std::str::FromStr;

/// A profile and, where it is named, one of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) profile: String,
    pub(crate) version: Option<String>,
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (profile, version) = match text.split_once('@') {
            Some((profile, version)) => (profile, Some(version.to_owned())),
            None => (text, None),
        };
        if profile.is_empty() || version.as_deref() == Some("") {
            return Err(format!("{text:?} is not PROFILE@VERSION; write it like hello-aws@1.1.0"));
        }
        Ok(Self { profile: profile.to_owned(), version })
    }
}

/// Reads a reference whose version must be named.
pub(crate) fn with_version(text: &str) -> Result<Reference, String> {
    let reference: Reference = text.parse()?;
    let missing = || format!("{text:?} names no version; write it like {text}@1.1.0");
    reference.version.is_some().then_some(reference).ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_profile_with_and_without_version() {
        let read = |text: &str| text.parse::<Reference>().map(|it| (it.profile, it.version));
        assert_eq!(read("a@1.0.0"), Ok(("a".into(), Some("1.0.0".into()))));
        assert_eq!(read("a"), Ok(("a".into(), None)));
        for text in ["", "@1.0.0", "a@"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(with_version("a").unwrap_err().contains("a@1.1.0"));
    }
}
