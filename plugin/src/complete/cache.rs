//! Answers of servers, kept for half a minute: names alone, for this user alone.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest as _, Sha256};

use super::{candidate::Candidate, kubeconfig, question::Question};
use crate::{cli::Global, store::is_own};

/// How long an answer is good for.
const AGE: Duration = Duration::from_secs(30);
/// More than this is no answer of ours.
const LARGEST: u64 = 4 << 20;

/// Where the answer to one question to one server is kept.
pub(super) struct Cache {
    folder: PathBuf,
    file: PathBuf,
}

impl Cache {
    /// The place of an answer; none where the user has no folder for it. Two questions share one only where the server, the
    /// context, the user, the namespace and every flag that chooses them are the same.
    pub(super) fn of(question: &Question, global: &Global, flags: &[String]) -> Option<Self> {
        let folder = global.connection.cache_dir()?.join("kubectl-profile");
        let places = ["SPECTROCLOUD_HOST", "SPECTROCLOUD_DEFAULT_PROJECT"].map(|it| env::var(it).unwrap_or_default());
        let configuration = &global.configuration;
        let palette = (&configuration.palette.host, &configuration.palette.project, &configuration.path);
        let key = serde_json::to_vec(&(question, kubeconfig::place(global), flags, places, palette)).ok()?;
        let name: String = Sha256::digest(&key).iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Self { file: folder.join(format!("complete-{name}.json")), folder })
    }

    /// What is kept, where it is not too old. A file that cannot be read is none.
    pub(super) fn read(&self) -> Option<Vec<Candidate>> {
        let metadata = fs::symlink_metadata(&self.file).ok()?;
        if !is_own(&self.folder)
            || !is_own(&self.file)
            || !metadata.is_file()
            || metadata.len() > LARGEST
            || !is_fresh(&metadata)
        {
            return None;
        }
        serde_json::from_slice(&fs::read(&self.file).ok()?).ok()
    }

    /// Keeps an answer. Where that fails the next one who asks asks the server.
    pub(super) fn write(&self, candidates: &[Candidate]) {
        let _ = self.try_write(candidates);
    }

    fn try_write(&self, candidates: &[Candidate]) -> std::io::Result<()> {
        make_private(&self.folder)?;
        self.drop_old();
        // A file of this kind is made for its owner alone, and takes the place of the former in one step.
        let mut file = tempfile::Builder::new().prefix("complete-").suffix(".part").tempfile_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(candidates)?)?;
        file.persist(&self.file)?;
        Ok(())
    }

    /// Answers that nobody will read again would be kept for ever.
    fn drop_old(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let is_ours =
            |name: &str| name.starts_with("complete-") && (name.ends_with(".json") || name.ends_with(".part"));
        for entry in entries.filter(|it| it.file_name().to_str().is_some_and(is_ours)) {
            if entry.metadata().is_ok_and(|it| !is_fresh(&it)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// A time that is yet to come was set by a clock that went wrong, and says nothing.
fn is_fresh(metadata: &fs::Metadata) -> bool {
    metadata.modified().ok().and_then(|it| it.elapsed().ok()).is_some_and(|age| age <= AGE)
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    if fs::symlink_metadata(folder).is_ok() && !is_own(folder) {
        // What a link leads to, and what another user made, is not ours to change.
        return Err(std::io::ErrorKind::PermissionDenied.into());
    }
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        }
        made => made,
    }
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}
