//! Keeps two writers of one folder apart.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::error::Error;

/// Waits until nobody else writes in the folder of `path`, and keeps others waiting until it is dropped.
///
/// The folder is locked and not the file, because a file is replaced by another one when it is written.
pub(in crate::store) fn folder_of(path: &Path) -> Result<Option<File>, Error> {
    let real = fs::canonicalize(path).map_err(|error| failed(path, &error))?;
    folder(real.parent().unwrap_or(Path::new("/")))
}

/// The same of a folder itself.
pub(in crate::store) fn folder(path: &Path) -> Result<Option<File>, Error> {
    // Folders cannot be opened as files everywhere.
    if !cfg!(unix) {
        return Ok(None);
    }
    let folder = File::open(path).map_err(|error| failed(path, &error))?;
    // A file system without locks is none to refuse.
    let _ = folder.lock();
    Ok(Some(folder))
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot open the folder of {}: {error}", path.display()))
}
