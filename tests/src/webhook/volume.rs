//! A folder that changes as the kubelet changes a mounted Secret or ConfigMap: all files at once, by a link that is swapped.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use tempfile::TempDir;

use super::authority::Pair;

/// A mounted volume. Each file is a link into `..data`, which is a link to a folder that is written whole before it is seen.
pub struct Volume {
    folder: TempDir,
    next: AtomicU64,
}

impl Volume {
    /// A volume with a pair as a TLS Secret has it.
    pub fn with(pair: &Pair) -> Self {
        let volume = Self::empty();
        volume.swap(pair);
        volume
    }

    /// A volume with these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let volume = Self::empty();
        volume.swap_files(files);
        volume
    }

    fn empty() -> Self {
        Self { folder: TempDir::new().unwrap(), next: AtomicU64::new(0) }
    }

    /// Where a file of it is.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts another pair there.
    pub fn swap(&self, pair: &Pair) {
        self.swap_files(&[("tls.crt", &pair.cert), ("tls.key", &pair.key)]);
    }

    /// Puts other files there.
    pub fn swap_files(&self, files: &[(&str, &str)]) {
        let data = self.file("..data");
        let before = fs::read_link(&data).ok();
        let folder = PathBuf::from(format!("..2026_{}", self.next.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(self.folder.path().join(&folder)).unwrap();
        for (name, text) in files {
            fs::write(self.folder.path().join(&folder).join(name), text).unwrap();
        }
        let waiting = self.file("..data_tmp");
        symlink(&folder, &waiting).unwrap();
        fs::rename(&waiting, &data).unwrap();
        for (name, _) in files {
            let link = self.file(name);
            if !link.is_symlink() {
                symlink(Path::new("..data").join(name), link).unwrap();
            }
        }
        if let Some(before) = before {
            fs::remove_dir_all(self.folder.path().join(before)).unwrap();
        }
    }
}
