//! Removes the staged files that a killed run left in a folder.

use std::{fs, path::Path, time::Duration};

/// How old a staged file is before nobody can be writing it any more: a write takes moments.
const AGE: Duration = Duration::from_secs(60);

/// How many letters and digits follow the prefix of a staged file.
const RANDOM: usize = 6;

/// A new file in `folder`, which goes away unless it is persisted. What a killed run left there under the same prefix
/// holds full values, and goes first.
pub(in crate::store) fn staged(folder: &Path, prefix: &str) -> std::io::Result<tempfile::NamedTempFile> {
    remove(folder, prefix);
    tempfile::Builder::new().prefix(prefix).rand_bytes(RANDOM).tempfile_in(folder)
}

/// Whatever cannot be looked at or removed stays: the next write tries again.
fn remove(folder: &Path, prefix: &str) {
    let is_staged = |name: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == RANDOM && rest.bytes().all(|it| it.is_ascii_alphanumeric()))
    };
    let is_old = |it: &fs::Metadata| it.modified().is_ok_and(|it| it.elapsed().is_ok_and(|age| age > AGE));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_left = entry.file_name().to_str().is_some_and(is_staged)
            && entry.metadata().is_ok_and(|it| it.is_file() && is_old(&it));
        if is_left {
            let _ = fs::remove_file(entry.path());
        }
    }
}
