//! Revisions of this store: Palette has no place for them, so they are files under the user's state directory, one folder for
//! each host. Nobody else sees them, and the name that is taken first locks out writers of this user alone.

use std::path::PathBuf;

use profile_core::revision::{Revision, Status};

use super::PaletteStore;
use crate::{
    configuration,
    error::{Error, Kind},
    store::{
        Document,
        files::lock,
        records::{self, Records},
    },
};

/// Where the revisions of `host` are.
pub(super) fn records(host: &str) -> Result<Records, Error> {
    let folder = configuration::folder("XDG_STATE_HOME", ".local/state").ok_or_else(|| {
        Error::failed("where this user keeps state is not known, and revisions go there")
            .hint("set HOME or XDG_STATE_HOME")
    })?;
    let folder = folder.join("palette").join(records::stem(&[host.as_bytes()]));
    Ok(Records { folder, is_private: true })
}

/// The uid alone: a name may be taken anew by another cluster.
fn stem(cluster: &Document) -> String {
    records::stem(&[cluster.cluster().uid().unwrap_or_default().as_bytes()])
}

fn under_way(cluster: &Document, error: Error) -> Error {
    if error.kind != Kind::Conflict {
        return error;
    }
    let name = cluster.cluster().name().into_owned();
    Error::new(Kind::Conflict, format!("another change of cluster {name:?} is under way on this machine"))
        .hint(format!("wait until it ends, then look at `kubectl profile history {name}`"))
}

impl PaletteStore {
    /// Where the revisions are, in words.
    pub(crate) fn place_of_revisions(&self) -> String {
        self.records.folder.display().to_string()
    }

    /// Fails where no revision could be written.
    pub(crate) fn prepare_revisions(&self) -> Result<(), Error> {
        self.records.prepare()
    }

    pub(crate) fn revisions(&self, cluster: &Document) -> Result<Vec<Revision>, Error> {
        let revisions = self.records.list(&stem(cluster))?;
        let uid = cluster.cluster().uid();
        match revisions.iter().find(|it| it.cluster_uid.is_some() && it.cluster_uid.as_deref() != uid.as_deref()) {
            Some(other) => Err(Error::failed(format!(
                "revision {} in {} is one of another cluster: {:?}",
                other.number,
                self.records.folder.display(),
                other.cluster
            ))
            .hint("it was copied or renamed; look at it, and remove it")),
            None => Ok(revisions),
        }
    }

    /// Fails while another process of this user changes the cluster: the record that it left pending is not to be settled then.
    pub(crate) fn refuse_under_way(&self, cluster: &Document) -> Result<(), Error> {
        lock::try_file(&self.lock_path(cluster)).map(|_| ()).map_err(|error| under_way(cluster, error))
    }

    fn lock_path(&self, cluster: &Document) -> PathBuf {
        self.records.folder.join(format!("{}.lock", stem(cluster)))
    }

    pub(crate) fn create_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        // It is held until the record is settled, or this process ends.
        self.records.prepare()?;
        let lock = lock::try_file(&self.lock_path(cluster)).map_err(|error| under_way(cluster, error))?;
        self.locks.borrow_mut().insert(stem(cluster), lock);
        self.records.create(&stem(cluster), revision, self.flags())
    }

    pub(crate) fn settle_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let _lock = lock::folder(&self.records.folder)?;
        self.locks.borrow_mut().remove(&stem(cluster));
        self.records.record(&stem(cluster), revision)
    }

    pub(crate) async fn settle_foreign_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        // The cluster is asked after its writer can have written no more: see the store of files.
        let _lock = lock::folder(&self.records.folder)?;
        let recorded = self.records.reread(&stem(cluster), revision)?;
        if recorded.status != Status::Pending {
            return Ok(());
        }
        let status = recorded.settle(&self.reread(cluster).await?.cluster());
        self.records.record(&stem(cluster), &Revision { status, ..recorded })
    }

    pub(crate) fn drop_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        self.records.remove(&stem(cluster), revision)
    }
}
