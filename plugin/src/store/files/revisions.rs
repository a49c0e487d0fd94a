//! Revisions as files in `.kubectl-profile/` beside the file that they record a change of.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use profile_core::{
    cluster::Cluster,
    revision::{Revision, Status},
};

use super::{Document, Entry, FileStore, lock};
use crate::{
    error::Error,
    store::records::{self, Records},
};

const FOLDER: &str = ".kubectl-profile";

impl FileStore {
    pub(crate) fn revisions(&self, cluster: &Document) -> Result<Vec<Revision>, Error> {
        let entry = self.entry(cluster)?;
        of(entry).list(&stem(entry))
    }

    pub(crate) fn create_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let entry = self.entry(cluster)?;
        of(entry).create(&stem(entry), revision, &self.flags())
    }

    pub(crate) fn settle_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let entry = self.entry(cluster)?;
        let _lock = lock::folder_of(&entry.path)?;
        of(entry).record(&stem(entry), revision)
    }

    pub(crate) fn settle_foreign_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        // Its own writer must not come between the question and the answer: what it records is the truth. Nor may a write
        // of the cluster, so the cluster is asked here and not before.
        let entry = self.entry(cluster)?;
        let _lock = lock::folder_of(&entry.path)?;
        let (records, stem) = (of(entry), stem(entry));
        let recorded = records.reread(&stem, revision)?;
        if recorded.status != Status::Pending {
            return Ok(());
        }
        let status = recorded.settle(&self.reread(cluster)?.cluster());
        records.record(&stem, &Revision { status, ..recorded })
    }

    pub(crate) fn drop_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let entry = self.entry(cluster)?;
        of(entry).remove(&stem(entry), revision)
    }
}

/// `FILE+NAMESPACE+NAME`: each cluster of each file has a history of its own.
fn stem(entry: &Entry) -> String {
    let (path, cluster) = (real(entry), Cluster::new(&entry.value));
    let file = path.file_name().unwrap_or_default().as_encoded_bytes();
    let (namespace, name) = (cluster.namespace().unwrap_or_default(), cluster.name());
    records::stem(&[file, namespace.as_bytes(), name.as_bytes()])
}

fn of(entry: &Entry) -> Records {
    Records { folder: folder(entry), is_private: false }
}

fn folder(entry: &Entry) -> PathBuf {
    real(entry).parent().unwrap_or(Path::new(".")).join(FOLDER)
}

/// The file that a link points to, which is the one that is written.
fn real(entry: &Entry) -> Cow<'_, Path> {
    let target = entry.path.is_symlink().then(|| fs::canonicalize(&entry.path).ok()).flatten();
    target.map_or(Cow::Borrowed(&entry.path), Cow::Owned)
}
