//! SHA-256 sums, and the file of them that `sha256sum --check` reads.

use std::{fs, path::Path};

use sha2::{Digest as _, Sha256};

use crate::{Error, PLATFORMS, Platform};

/// The name of the file.
pub const FILE: &str = "SHA256SUMS";

/// An archive that exists, and its sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The platform of the archive.
    pub platform: Platform,
    /// The sum in lower-case hexadecimal digits.
    pub sha256: String,
}

/// The sum of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sums of the archives that lie in `dir`, in the order of the platforms.
pub fn of_archives(dir: &Path) -> Result<Vec<Sum>, Error> {
    let mut sums = Vec::new();
    for platform in PLATFORMS {
        let path = dir.join(platform.archive());
        if path.is_file() {
            let bytes = fs::read(&path).map_err(Error::file("read", &path))?;
            sums.push(Sum { platform, sha256: sha256(&bytes) });
        }
    }
    Ok(sums)
}

/// The text of the file.
pub fn text(sums: &[Sum]) -> String {
    sums.iter().map(|sum| format!("{}  {}\n", sum.sha256, sum.platform.archive())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standard() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn only_archives_that_exist_have_a_line() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(PLATFORMS[4].archive()), "abc").unwrap();
        fs::write(dir.path().join("another.zip"), "abc").unwrap();
        let line = format!("{}  kubectl-profile-windows-amd64.zip\n", sha256(b"abc"));
        assert_eq!(text(&of_archives(dir.path()).unwrap()), line);
    }
}
