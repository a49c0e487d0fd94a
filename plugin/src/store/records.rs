//! Revisions as files in a folder: one for each change of one thing, with mode 0600, as values can hold secrets.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use profile_core::revision::Revision;
use sha2::{Digest, Sha256};

use super::files::leftovers;
use crate::error::{Error, Kind};

/// Most bytes of a stem: file systems take names of 255, and the number follows.
const STEM: usize = 200;

/// A folder of revisions.
pub(super) struct Records {
    pub(super) folder: PathBuf,
    /// Whether the folder itself is closed to others, where it has to be made. Its files always are.
    pub(super) is_private: bool,
}

impl Records {
    /// Those of `stem`, oldest first.
    pub(super) fn list(&self, stem: &str) -> Result<Vec<Revision>, Error> {
        let folder = &self.folder;
        let listing = match fs::read_dir(folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("read", folder, &error)),
        };
        let prefix = format!("{stem}.v");
        let mut revisions = Vec::new();
        for found in listing {
            let path = found.map_err(|error| failed("read", folder, &error))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let number = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".json"));
            if number.is_some_and(|number| number.parse::<u64>().is_ok()) {
                revisions.push(read(&path)?);
            }
        }
        revisions.sort_by_key(|it: &Revision| it.number);
        Ok(revisions)
    }

    /// Makes a record whose name must be free. `flags` name the store in hints.
    pub(super) fn create(&self, stem: &str, revision: &Revision, flags: &str) -> Result<(), Error> {
        let path = self.path(stem, revision);
        self.prepare()?;
        // The text is written elsewhere and linked in whole, so that a kill leaves no half revision and a second writer
        // finds the name taken.
        let staged = self.staged(revision)?;
        staged.persist_noclobber(&path).map(|_| ()).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::new(
                Kind::Conflict,
                format!(
                    "another change of cluster {:?} is under way: it took revision {}",
                    revision.cluster, revision.number
                ),
            )
            .hint(format!("look at `kubectl profile history {}{flags}`, then run this again", revision.cluster)),
            _ => failed("create", &path, &error.error),
        })
    }

    /// Makes the folder where it is missing.
    pub(super) fn prepare(&self) -> Result<(), Error> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, if self.is_private { 0o700 } else { 0o777 });
        builder.create(&self.folder).map_err(|error| failed("create", &self.folder, &error))
    }

    /// Reads the record of a revision as it is now.
    pub(super) fn reread(&self, stem: &str, revision: &Revision) -> Result<Revision, Error> {
        read(&self.path(stem, revision))
    }

    /// Writes a revision over its own record.
    pub(super) fn record(&self, stem: &str, revision: &Revision) -> Result<(), Error> {
        let path = self.path(stem, revision);
        let staged = self.staged(revision)?;
        staged.persist(&path).map(|_| ()).map_err(|error| failed("write", &path, &error.error))
    }

    /// Removes a record.
    pub(super) fn remove(&self, stem: &str, revision: &Revision) -> Result<(), Error> {
        let path = self.path(stem, revision);
        fs::remove_file(&path).map_err(|error| failed("remove", &path, &error))
    }

    fn path(&self, stem: &str, revision: &Revision) -> PathBuf {
        self.folder.join(format!("{stem}.v{}.json", revision.number))
    }

    /// A file in the same folder with mode 0600.
    fn staged(&self, revision: &Revision) -> Result<tempfile::NamedTempFile, Error> {
        let write = || {
            let mut file = leftovers::staged(&self.folder, ".staged-")?;
            serde_json::to_writer_pretty(&mut file, revision)?;
            file.flush()?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        write().map_err(|error: std::io::Error| failed("write to", &self.folder, &error))
    }
}

/// The parts as one name of a file: never the same for two lists of parts.
pub(super) fn stem(parts: &[&[u8]]) -> String {
    let stem = parts.iter().map(|it| escaped(it)).collect::<Vec<_>>().join("+");
    if stem.len() <= STEM {
        return stem;
    }
    // What is too long keeps its start for people, and a digest of all of it.
    let digest: String = Sha256::digest(&stem).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}+{digest}", &stem[..STEM - digest.len() - 1])
}

/// Letters, digits and `-_.` as they are, and any other byte as `%` and two digits: never a `+`, and never the same for
/// two texts.
fn escaped(text: &[u8]) -> String {
    let byte = |byte: &u8| match byte {
        b'-' | b'_' | b'.' => char::from(*byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    text.iter().map(byte).collect()
}

fn read(path: &Path) -> Result<Revision, Error> {
    let file = OpenOptions::new().read(true).open(path).map_err(|error| failed("read", path, &error))?;
    serde_json::from_reader(std::io::BufReader::new(file)).map_err(|error| {
        Error::failed(format!("revision {} cannot be read: {error}", path.display()))
            .hint("it was edited or is cut off; look at it, and remove it if its change is no longer needed")
    })
}

fn failed(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot {verb} {}: {error}", path.display()))
}
