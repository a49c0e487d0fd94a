//! Revisions as files in `.kubectl-profile/` beside the file that they record a change of.

use std::{
    borrow::Cow,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use profile_core::{
    cluster::Cluster,
    revision::{Revision, Status},
};
use sha2::{Digest, Sha256};

use super::{Document, Entry, FileStore, leftovers, lock};
use crate::error::{Error, Kind};

const FOLDER: &str = ".kubectl-profile";
/// Most bytes of a stem: file systems take names of 255, and the number follows.
const STEM: usize = 200;

impl FileStore {
    pub(crate) fn revisions(&self, cluster: &Document) -> Result<Vec<Revision>, Error> {
        let entry = self.entry(cluster)?;
        let folder = folder(entry);
        let listing = match fs::read_dir(&folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("read", &folder, &error)),
        };
        let prefix = format!("{}.v", stem(entry));
        let mut revisions = Vec::new();
        for found in listing {
            let path = found.map_err(|error| failed("read", &folder, &error))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let number = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".json"));
            if number.is_some_and(|number| number.parse::<u64>().is_ok()) {
                revisions.push(read(&path)?);
            }
        }
        revisions.sort_by_key(|it: &Revision| it.number);
        Ok(revisions)
    }

    pub(crate) fn create_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let path = self.path(cluster, revision)?;
        let folder = folder(self.entry(cluster)?);
        fs::create_dir_all(&folder).map_err(|error| failed("create", &folder, &error))?;
        // The text is written elsewhere and linked in whole, so that a kill leaves no half revision and a second writer
        // finds the name taken.
        let staged = staged(&folder, revision)?;
        staged.persist_noclobber(&path).map(|_| ()).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => Error::new(
                Kind::Conflict,
                format!(
                    "another change of cluster {:?} is under way: it took revision {}",
                    revision.cluster, revision.number
                ),
            )
            .hint(format!(
                "look at `kubectl profile history {}{}`, then run this again",
                revision.cluster,
                self.flags()
            )),
            _ => failed("create", &path, &error.error),
        })
    }

    pub(crate) fn settle_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let _lock = lock::folder_of(&self.entry(cluster)?.path)?;
        self.record(cluster, revision)
    }

    pub(crate) fn settle_foreign_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        // Its own writer must not come between the question and the answer: what it records is the truth. Nor may a write
        // of the cluster, so the cluster is asked here and not before.
        let _lock = lock::folder_of(&self.entry(cluster)?.path)?;
        let recorded = read(&self.path(cluster, revision)?)?;
        if recorded.status != Status::Pending {
            return Ok(());
        }
        let status = recorded.settle(&self.reread(cluster)?.cluster());
        self.record(cluster, &Revision { status, ..recorded })
    }

    pub(crate) fn drop_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let path = self.path(cluster, revision)?;
        fs::remove_file(&path).map_err(|error| failed("remove", &path, &error))
    }

    /// Writes a revision over its own record.
    fn record(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let path = self.path(cluster, revision)?;
        let staged = staged(&folder(self.entry(cluster)?), revision)?;
        staged.persist(&path).map(|_| ()).map_err(|error| failed("write", &path, &error.error))
    }

    fn path(&self, cluster: &Document, revision: &Revision) -> Result<PathBuf, Error> {
        let entry = self.entry(cluster)?;
        Ok(folder(entry).join(format!("{}.v{}.json", stem(entry), revision.number)))
    }
}

/// `FILE+NAMESPACE+NAME`: each cluster of each file has a history of its own.
fn stem(entry: &Entry) -> String {
    let (path, cluster) = (real(entry), Cluster::new(&entry.value));
    let file = path.file_name().unwrap_or_default().as_encoded_bytes();
    let (namespace, name) = (cluster.namespace().unwrap_or_default(), cluster.name());
    let stem = [file, namespace.as_bytes(), name.as_bytes()].map(escaped).join("+");
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

fn folder(entry: &Entry) -> PathBuf {
    real(entry).parent().unwrap_or(Path::new(".")).join(FOLDER)
}

/// The file that a link points to, which is the one that is written.
fn real(entry: &Entry) -> Cow<'_, Path> {
    let target = entry.path.is_symlink().then(|| fs::canonicalize(&entry.path).ok()).flatten();
    target.map_or(Cow::Borrowed(&entry.path), Cow::Owned)
}

/// A file in the same folder with mode 0600, as values can hold secrets.
fn staged(folder: &Path, revision: &Revision) -> Result<tempfile::NamedTempFile, Error> {
    let write = || {
        let mut file = leftovers::staged(folder, ".staged-")?;
        serde_json::to_writer_pretty(&mut file, revision)?;
        file.flush()?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(|error: std::io::Error| failed("write to", folder, &error))
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
