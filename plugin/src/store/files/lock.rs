//! Keeps two writers of one folder apart.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::error::Error;

/// Waits until nobody else writes in the folder of `path`, and keeps others waiting until it is dropped.
///
/// The folder is locked and not the file, because a file is replaced by another one when it is written.
pub(super) fn folder_of(path: &Path) -> Result<Option<File>, Error> {
    let lock = || {
        let file = fs::canonicalize(path)?;
        let folder = File::open(file.parent().unwrap_or(Path::new("/")))?;
        // A file system without locks is none to refuse.
        let _ = folder.lock();
        Ok(folder)
    };
    // Folders cannot be opened as files everywhere.
    if !cfg!(unix) {
        return Ok(None);
    }
    lock().map(Some).map_err(|error: std::io::Error| {
        Error::failed(format!("cannot open the folder of {}: {error}", path.display()))
    })
}
