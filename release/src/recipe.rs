//! What `just release` and the release workflow do, step by step.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Error, PLATFORMS, Platform, archive,
    compile::Machine,
    contents,
    manifest::{self, IN_INDEX, TEMPLATE},
    sums,
};

/// Compiles and packs `platforms`, or where none is named those whose target is installed; tells `say` what it does.
pub fn archives(
    root: &Path,
    out: &Path,
    platforms: &[Platform],
    time: u64,
    say: &dyn Fn(&str),
) -> Result<Vec<PathBuf>, Error> {
    let machine = Machine::look(root)?;
    let mut platforms = platforms.to_vec();
    if platforms.is_empty() {
        platforms = PLATFORMS.into_iter().filter(|platform| machine.has(platform)).collect();
    }
    let mut archives = Vec::new();
    for platform in platforms {
        say(&format!("compiling for {platform}…"));
        let binary = machine.compile(&platform)?;
        let path = pack(root, out, &platform, &binary, time)?;
        say(&format!("wrote {}: packed twice, both the same", path.display()));
        archives.push(path);
    }
    Ok(archives)
}

/// Packs the archive of a platform from `binary`, twice, and refuses where the two differ.
pub fn pack(root: &Path, out: &Path, platform: &Platform, binary: &[u8], time: u64) -> Result<PathBuf, Error> {
    let pack = || archive::pack(platform, &contents::of(platform, binary.to_vec(), root)?, time);
    let bytes = pack()?;
    if pack()? != bytes {
        return Err(Error::Refused(format!("{} has other bytes each time it is packed", platform.archive())));
    }
    let path = out.join(platform.archive());
    write(&path, &bytes)?;
    Ok(path)
}

/// Writes the sums and the manifest of the archives that lie in `out`; returns the platforms that have none.
pub fn manifest(root: &Path, out: &Path, downloads: &str) -> Result<Vec<String>, Error> {
    let sums = sums::of_archives(out)?;
    let template = root.join(TEMPLATE);
    let template = fs::read_to_string(&template).map_err(Error::file("read", &template))?;
    let filled = manifest::fill(&template, downloads, &sums)?;
    write(&out.join(sums::FILE), sums::text(&sums).as_bytes())?;
    write(&out.join(IN_INDEX), filled.as_bytes())?;
    Ok(manifest::missing(&sums))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    }
    fs::write(path, bytes).map_err(Error::file("write", path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A checkout whose files were written in the order of `files`, with `mode`.
    fn checkout(files: &[&str], mode: u32) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            write(&path, file.as_bytes()).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        root
    }

    fn bytes(root: &Path, platform: &Platform, time: u64) -> Vec<u8> {
        fs::read(pack(root, &root.join("out"), platform, b"program", time).unwrap()).unwrap()
    }

    #[test]
    fn two_checkouts_of_a_commit_give_the_same_bytes() {
        let one = checkout(&["LICENSE", "docs/man/a.1", "docs/man/b.1"], 0o644);
        let other = checkout(&["docs/man/b.1", "docs/man/a.1", "LICENSE"], 0o600);
        for platform in PLATFORMS {
            let first = bytes(one.path(), &platform, 1_700_000_000);
            assert_eq!(first, bytes(other.path(), &platform, 1_700_000_000), "{platform}");
            assert_ne!(first, bytes(other.path(), &platform, 1_700_000_100), "the time of the commit is in {platform}");
        }
    }

    #[test]
    fn the_manifest_names_what_was_packed_and_the_sums_lie_beside_it() {
        let root = checkout(&["LICENSE"], 0o644);
        let template = fs::read_to_string(crate::root().join(TEMPLATE)).unwrap();
        write(&root.path().join(TEMPLATE), template.as_bytes()).unwrap();
        let out = root.path().join("out");
        pack(root.path(), &out, &PLATFORMS[1], b"program", 1_700_000_000).unwrap();
        let missing = manifest(root.path(), &out, "https://example.org").unwrap();
        assert_eq!(missing.len(), PLATFORMS.len() - 1);
        let sum = sums::of_archives(&out).unwrap().remove(0).sha256;
        let manifest = fs::read_to_string(out.join(IN_INDEX)).unwrap();
        assert!(manifest.contains(&format!("sha256: {sum}")) && !manifest.contains("darwin"), "{manifest}");
        let line = format!("{sum}  kubectl-profile-linux-arm64.tar.gz\n");
        assert_eq!(fs::read_to_string(out.join(sums::FILE)).unwrap(), line);
    }
}
