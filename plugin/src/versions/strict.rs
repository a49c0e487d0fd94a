//! Which words Palette takes as the version of a profile.

/// Why `text` is no version for Palette: only `major.minor.patch` with or without a pre-release is (librarium,
/// version-cluster-profile.md).
pub(crate) fn objection(text: &str) -> Option<String> {
    let error = semver::Version::parse(text).err()?;
    let nearest = completed(text).map(|it| format!("; write it like {it}"));
    Some(format!("{text:?} is no SemVer version: {error}{}", nearest.unwrap_or_default()))
}

/// The version that was probably meant.
fn completed(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let candidates = [text.to_owned(), format!("{text}.0"), format!("{text}.0.0")];
    candidates.into_iter().find(|it| semver::Version::parse(it).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_strict_semver_alone() {
        for text in ["1.0.0", "0.0.1", "1.2.3-rc.1", "10.20.30"] {
            assert_eq!(objection(text), None, "{text}");
        }
    }

    #[test]
    fn rejects_what_palette_does_not_take() {
        for text in ["", "1", "1.2", "v1.2", "v1.2.3", "b0.0.1", "2.2.2.develop", "01.2.3", " 1.2.3", "latest"] {
            assert!(objection(text).is_some_and(|it| it.contains(&format!("{text:?}"))), "{text}");
        }
        assert!(objection("v1.2").is_some_and(|it| it.ends_with("write it like 1.2.0")));
    }
}
