//! Whose a file is.

use std::{fs, path::Path};

/// Whether a file or a folder is this user's own, and no link: what others put into a cache is not believed.
#[cfg(unix)]
pub(crate) fn is_own(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let user = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(path).is_ok_and(|it| !it.is_symlink() && it.uid() == user)
}

/// Whether a file or a folder is no link: who owns it is not looked at here.
#[cfg(not(unix))]
pub(crate) fn is_own(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|it| !it.is_symlink())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_leads_to_is_not_taken_for_ones_own() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(is_own(&file) && is_own(folder.path()));
        assert!(!is_own(&link) && !is_own(&folder.path().join("nothing")));
        // The root of all files is the administrator's.
        assert_eq!(is_own(Path::new("/")), rustix::process::geteuid().is_root());
    }
}
