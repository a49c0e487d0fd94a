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
