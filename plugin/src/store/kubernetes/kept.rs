//! What `list` showed of each profile version and of each cluster, kept in kubectl's cache directory: names and counts, and
//! never a value.
//!
//! It is shown of an object alone that the API server says to be there, by the same name and in this very state, and it is
//! believed as far as the user's own files are.

use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::store::{files::leftovers, is_own};

/// Fewer are read as quickly as their states.
const MANY: usize = 100;
/// After that all is read anew. An API server that was set back to a backup may give a generation again, and one that was
/// upgraded may convert otherwise; neither is told by a state.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// What is read of each: a file of another format is none.
const FORMAT: u32 = 2;
/// What is larger was written by somebody else: 4,000 versions take one MB.
const LARGEST: u64 = 64 << 20;

/// The file of one list of one API server.
#[derive(Clone)]
pub(super) struct Kept(Option<PathBuf>);

/// What it holds.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Known<T> {
    format: u32,
    /// When the oldest of it was read, in seconds since 1970.
    pub(super) read_at: u64,
    pub(super) entries: Vec<Entry<T>>,
}

/// What is shown of an object, and the state in which it was read.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<T> {
    pub(super) uid: String,
    pub(super) generation: u64,
    pub(super) shown: T,
}

impl<T> Known<T> {
    /// What was just read.
    pub(super) fn new(entries: Vec<Entry<T>>) -> Self {
        Self::since(now(), entries)
    }

    /// What was read since then.
    pub(super) fn since(read_at: u64, entries: Vec<Entry<T>>) -> Self {
        Self { format: FORMAT, read_at, entries }
    }

    /// Its entries by the uids of their objects.
    pub(super) fn by_uid(self) -> HashMap<String, Entry<T>> {
        self.entries.into_iter().map(|it| (it.uid.clone(), it)).collect()
    }
}

impl Kept {
    /// That of the list at a URL of a server, below kubectl's cache directory; none where the user has no such directory.
    pub(super) fn of(cache: Option<&Path>, server: &str, url: &str) -> Self {
        let digest = Sha256::digest(format!("{server}\n{url}"));
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self(cache.map(|it| it.join("kubectl-profile").join("lists").join(name + ".json")))
    }

    /// Whether there is a file, whatever it holds.
    pub(super) fn is_there(&self) -> bool {
        self.0.as_ref().is_some_and(|path| path.exists())
    }

    /// What is kept, if anything: a file that is broken, or too old, is as good as none.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<Known<T>> {
        let path = self.0.as_ref()?;
        let metadata = fs::symlink_metadata(path).ok()?;
        if !is_own(path) || !metadata.is_file() || metadata.len() > LARGEST {
            return None;
        }
        let known: Known<T> = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        let age = now().checked_sub(known.read_at)?;
        (known.format == FORMAT && age < AGE.as_secs()).then_some(known)
    }

    /// Keeps it where there is much of it. Where that fails, the next list takes longer.
    pub(super) fn write(&self, known: &Known<impl Serialize>) {
        if known.entries.len() >= MANY {
            let _ = self.replace(known);
        }
    }

    fn replace(&self, known: &Known<impl Serialize>) -> std::io::Result<()> {
        let Some((path, folder)) = self.0.as_ref().and_then(|path| Some((path, path.parent()?))) else { return Ok(()) };
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder)?;
        let mut file = leftovers::staged(folder, ".staged-")?;
        file.write_all(&serde_json::to_vec(known)?)?;
        file.persist(path)?;
        Ok(())
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> (tempfile::TempDir, Kept) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("list.json");
        (folder, Kept(Some(path)))
    }

    fn known(count: usize, read_at: u64) -> Known<String> {
        let entry = |number: usize| Entry { uid: number.to_string(), generation: 1, shown: format!("object {number}") };
        Known::since(read_at, (0..count).map(entry).collect())
    }

    fn read(kept: &Kept) -> Option<Known<String>> {
        kept.read()
    }

    #[test]
    fn what_is_written_is_read_again_by_its_owner_alone() {
        let (_folder, kept) = kept();
        assert!(read(&kept).is_none());
        kept.write(&known(MANY, now()));
        let read = read(&kept).unwrap();
        assert_eq!(read.entries.len(), MANY);
        assert_eq!(read.by_uid()["7"].shown, "object 7");
        assert!(!crate::configuration::is_open_to_others(kept.0.as_ref().unwrap()));
    }

    #[test]
    fn what_is_little_is_not_kept() {
        let (_folder, kept) = kept();
        kept.write(&known(MANY - 1, now()));
        assert!(read(&kept).is_none());
    }

    #[test]
    fn what_is_old_or_from_the_future_or_broken_is_none() {
        let (_folder, kept) = kept();
        for (read_at, is_known) in
            [(now() - AGE.as_secs() + 60, true), (now() - AGE.as_secs(), false), (now() + 600, false)]
        {
            kept.write(&known(MANY, read_at));
            assert_eq!(read(&kept).is_some(), is_known, "{read_at}");
        }
        kept.write(&Known { format: FORMAT + 1, ..known(MANY, now()) });
        assert!(read(&kept).is_none());
        fs::write(kept.0.as_ref().unwrap(), "{").unwrap();
        assert!(read(&kept).is_none());
    }

    #[test]
    fn each_server_and_each_list_has_a_file_of_its_own() {
        let path = |server, url| Kept::of(Some(Path::new("/cache")), server, url).0;
        assert_ne!(path("https://a", "/x"), path("https://b", "/x"));
        assert_ne!(path("https://a", "/x"), path("https://a", "/y"));
        assert_eq!(path("https://a", "/x"), path("https://a", "/x"));
    }
}
