//! The platforms that a release is made for, in krew's words and in Rust's.

use std::{env, fmt, str::FromStr};

/// One platform: krew selects by the first two, Rust compiles for the third.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// The operating system, as Go and krew call it.
    pub os: &'static str,
    /// The processor, as Go and krew call it.
    pub arch: &'static str,
    /// The target, as Rust calls it.
    pub target: &'static str,
}

/// Every platform, in the order of the manifest.
pub const PLATFORMS: [Platform; 6] = [
    Platform { os: "linux", arch: "amd64", target: "x86_64-unknown-linux-gnu" },
    Platform { os: "linux", arch: "arm64", target: "aarch64-unknown-linux-gnu" },
    Platform { os: "darwin", arch: "amd64", target: "x86_64-apple-darwin" },
    Platform { os: "darwin", arch: "arm64", target: "aarch64-apple-darwin" },
    Platform { os: "windows", arch: "amd64", target: "x86_64-pc-windows-msvc" },
    Platform { os: "windows", arch: "arm64", target: "aarch64-pc-windows-msvc" },
];

impl Platform {
    /// The platform of this machine, if a release is made for it.
    pub fn here() -> Option<Self> {
        let os = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
        PLATFORMS.into_iter().find(|it| it.os == os && it.target.starts_with(env::consts::ARCH))
    }

    /// Whether it is Windows, whose programs have a suffix and whose users expect zip.
    pub fn is_windows(&self) -> bool {
        self.os == "windows"
    }

    /// The name of the program in the archive.
    pub fn binary(&self) -> &'static str {
        if self.is_windows() { "kubectl-profile.exe" } else { "kubectl-profile" }
    }

    /// The name of the archive.
    pub fn archive(&self) -> String {
        let suffix = if self.is_windows() { "zip" } else { "tar.gz" };
        format!("kubectl-profile-{self}.{suffix}")
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.os, self.arch)
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = PLATFORMS.into_iter().find(|platform| platform.to_string() == text);
        let all = || PLATFORMS.map(|platform| platform.to_string()).join(", ");
        found.ok_or_else(|| format!("no release is made for it; the platforms are {}", all()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_named_by_krews_words_and_windows_gets_zip() {
        let names = PLATFORMS.map(|platform| platform.archive());
        assert_eq!(names[0], "kubectl-profile-linux-amd64.tar.gz");
        assert_eq!(names[3], "kubectl-profile-darwin-arm64.tar.gz");
        assert_eq!(names[5], "kubectl-profile-windows-arm64.zip");
        assert_eq!(PLATFORMS[5].binary(), "kubectl-profile.exe");
    }

    #[test]
    fn a_platform_is_found_by_its_name_and_an_unknown_one_names_all() {
        assert_eq!("darwin-amd64".parse(), Ok(PLATFORMS[2]));
        let error = "plan9-amd64".parse::<Platform>().unwrap_err();
        assert!(error.contains("linux-amd64") && error.contains("windows-arm64"), "{error}");
    }
}
