//! Keeps two writers of one folder apart.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::error::{Error, Kind};

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

/// Takes the lock of a file, which is made where it is missing, until it is dropped; a conflict while another process has it.
pub(in crate::store) fn try_file(path: &Path) -> Result<Option<File>, Error> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options.open(path);
    let file = match made {
        Ok(file) => file,
        // Where there is no folder yet, nobody has ever changed anything.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, &error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Err(Error::new(Kind::Conflict, "another process has the lock")),
        // A file system without locks is none to refuse.
        Err(fs::TryLockError::Error(_)) => Ok(None),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot open the folder of {}: {error}", path.display()))
}
