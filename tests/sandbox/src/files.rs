//! Reads and writes text files, with the path in the error.

use std::{fs, path::Path};

use crate::SandboxError;

/// Writes `content`, creating the directory first.
pub(crate) fn write(path: &Path, content: &str) -> Result<(), SandboxError> {
    if let Some(parent) = path.parent() {
        create_dir(parent)?;
    }
    fs::write(path, content).map_err(SandboxError::io(format!("write {}", path.display())))
}

/// Reads the whole file.
pub(crate) fn read(path: &Path) -> Result<String, SandboxError> {
    fs::read_to_string(path).map_err(SandboxError::io(format!("read {}", path.display())))
}

/// Creates a directory and its parents, unless they are there.
pub(crate) fn create_dir(path: &Path) -> Result<(), SandboxError> {
    fs::create_dir_all(path).map_err(SandboxError::io(format!("create {}", path.display())))
}

/// Gives a finished file or directory its final name; whoever looks sees nothing or all of it.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), SandboxError> {
    fs::rename(from, to).map_err(SandboxError::io(format!("rename {} to {}", from.display(), to.display())))
}
