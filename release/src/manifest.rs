//! Fills the template of the plugin's krew manifest.

use crate::{Error, PLATFORMS, TAG, sums::Sum};

/// Where the template is in the checkout.
pub const TEMPLATE: &str = "krew/profile.yaml";

/// Where the manifest is in an index: krew looks nowhere else.
pub const IN_INDEX: &str = "plugins/profile.yaml";

/// Where releases are found, unless somebody says otherwise.
pub const DOWNLOADS: &str = concat!(env!("CARGO_PKG_HOMEPAGE"), "/releases");

/// The line that opens the entry of a platform, which is the last thing in the template.
const ENTRY: &str = "  - selector:\n";

/// Refuses a tag that is not the version of Cargo.toml.
pub fn same_version(tag: &str) -> Result<(), Error> {
    if tag == TAG {
        return Ok(());
    }
    Err(Error::Refused(format!("the tag is {tag:?} and the version in Cargo.toml makes {TAG:?}; change one of them")))
}

/// Refuses sums that leave a platform out.
pub fn complete(sums: &[Sum]) -> Result<(), Error> {
    let missing = missing(sums);
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Refused(format!("there is no archive for {}", missing.join(", "))))
}

/// The platforms without an archive.
pub fn missing(sums: &[Sum]) -> Vec<String> {
    let has = |platform| sums.iter().any(|sum| sum.platform == platform);
    PLATFORMS.into_iter().filter(|&platform| !has(platform)).map(|platform| platform.to_string()).collect()
}

/// The manifest: `template` with its words filled in and one platform for each sum.
pub fn fill(template: &str, downloads: &str, sums: &[Sum]) -> Result<String, Error> {
    let refuse = |problem: String| Error::Refused(format!("{TEMPLATE}: {problem}"));
    let (head, entry) = template.split_once(ENTRY).ok_or_else(|| refuse(format!("it has no line {ENTRY:?}")))?;
    // The comment at its top is about the template.
    let head: String = head.split_inclusive('\n').skip_while(|line| line.starts_with('#')).collect();
    let mut text = format!("# Written by the release of {TAG} from {TEMPLATE}.\n{head}");
    for Sum { platform, sha256 } in sums {
        let entry = entry.replace("<OS>", platform.os).replace("<ARCH>", platform.arch);
        let entry = entry.replace("<ARCHIVE>", &platform.archive()).replace("<BINARY>", platform.binary());
        text += ENTRY;
        text += &entry.replace("<SHA256>", sha256);
    }
    let text = text.replace("<VERSION>", TAG).replace("<HOMEPAGE>", env!("CARGO_PKG_HOMEPAGE"));
    let text = text.replace("<DOWNLOADS>", downloads.trim_end_matches('/'));
    match text.lines().find(|line| line.contains('<')) {
        None => Ok(text),
        Some(line) => Err(refuse(format!("nobody knows what to put here: {:?}", line.trim()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "# About it.\nname: profile\nversion: <VERSION>\nplatforms:\n  - selector:\n      \
                         matchLabels: {os: <OS>, arch: <ARCH>}\n    uri: <DOWNLOADS>/<VERSION>/<ARCHIVE>\n    \
                         sha256: <SHA256>\n    bin: <BINARY>\n";

    fn sums(indices: &[usize]) -> Vec<Sum> {
        indices.iter().map(|&index| Sum { platform: PLATFORMS[index], sha256: format!("{index:064}") }).collect()
    }

    #[test]
    fn every_archive_becomes_a_platform() {
        let text = fill(SMALL, "http://127.0.0.1:1/", &sums(&[0, 5])).unwrap();
        let uri = format!("http://127.0.0.1:1/{TAG}/kubectl-profile-windows-arm64.zip");
        assert!(text.contains(&uri) && text.contains("os: linux, arch: amd64"), "{text}");
        assert_eq!((text.matches("selector").count(), text.matches("About").count()), (2, 0), "{text}");
    }

    #[test]
    fn a_word_that_nobody_fills_is_refused() {
        let error = fill(&format!("x: <OTHER>\n{SMALL}"), "d", &sums(&[0])).unwrap_err().to_string();
        assert!(error.contains("<OTHER>"), "{error}");
        assert!(fill("platforms: []\n", "d", &sums(&[0])).is_err());
    }

    #[test]
    fn another_tag_than_the_version_and_a_missing_archive_are_refused() {
        same_version(TAG).unwrap();
        let error = same_version("v99.0.0").unwrap_err().to_string();
        assert!(error.contains("v99.0.0") && error.contains(TAG), "{error}");
        complete(&sums(&[0, 1, 2, 3, 4, 5])).unwrap();
        let error = complete(&sums(&[0, 2, 3, 4])).unwrap_err().to_string();
        assert!(error.ends_with("linux-arm64, windows-arm64"), "{error}");
    }
}
