//! Revisions as files in `.kubectl-profile/` beside the file that they record a change of.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use profile_core::revision::{Revision, Status};

use super::{Document, Entry, FileStore};
use crate::error::{Error, Kind};

const FOLDER: &str = ".kubectl-profile";

impl FileStore {
    pub(crate) fn revisions(&self, cluster: &Document) -> Result<Vec<Revision>, Error> {
        let folder = folder(self.entry(cluster)?);
        let listing = match fs::read_dir(&folder) {
            Ok(listing) => listing,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("read", &folder, &error)),
        };
        let prefix = format!("{}.v", stem(cluster));
        let mut revisions = Vec::new();
        for entry in listing {
            let path = entry.map_err(|error| failed("read", &folder, &error))?.path();
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
            .hint(format!("look at `kubectl profile history {}`, then run this again", revision.cluster)),
            _ => failed("create", &path, &error.error),
        })
    }

    pub(crate) fn settle_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let path = self.path(cluster, revision)?;
        let staged = staged(&folder(self.entry(cluster)?), revision)?;
        staged.persist(&path).map(|_| ()).map_err(|error| failed("write", &path, &error.error))
    }

    pub(crate) fn settle_foreign_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let is_pending = read(&self.path(cluster, revision)?)?.status == Status::Pending;
        if is_pending { self.settle_revision(cluster, revision) } else { Ok(()) }
    }

    pub(crate) fn drop_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let path = self.path(cluster, revision)?;
        fs::remove_file(&path).map_err(|error| failed("remove", &path, &error))
    }

    fn path(&self, cluster: &Document, revision: &Revision) -> Result<PathBuf, Error> {
        Ok(folder(self.entry(cluster)?).join(format!("{}.v{}.json", stem(cluster), revision.number)))
    }
}

/// Two clusters of one name in two namespaces have two histories.
fn stem(cluster: &Document) -> String {
    let view = cluster.cluster();
    let safe =
        |text: &str| text.replace(|letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter)), "_");
    let namespace = view.namespace().map(|namespace| format!("{}.", safe(&namespace))).unwrap_or_default();
    format!("{namespace}{}", safe(&view.name()))
}

fn folder(entry: &Entry) -> PathBuf {
    entry.path.parent().unwrap_or(Path::new(".")).join(FOLDER)
}

/// A file in the same folder with mode 0600, as values can hold secrets.
fn staged(folder: &Path, revision: &Revision) -> Result<tempfile::NamedTempFile, Error> {
    let write = || {
        let mut file = tempfile::Builder::new().prefix(".staged-").tempfile_in(folder)?;
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
