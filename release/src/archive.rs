//! Writes an archive whose bytes depend on nothing but what is in it and its time.

mod tar_gz;
mod zip;

use std::io;

use crate::{Error, Platform, contents::Entry};

/// The archive of a platform. Every entry carries `time`, in seconds since 1970.
pub fn pack(platform: &Platform, entries: &[Entry], time: u64) -> Result<Vec<u8>, Error> {
    let packed = if platform.is_windows() { zip::pack(entries, time) } else { tar_gz::pack(entries, time) };
    packed.map_err(Error::io(format!("pack {}", platform.archive())))
}

/// An error of a library in the words of the standard library.
fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::other(error)
}
