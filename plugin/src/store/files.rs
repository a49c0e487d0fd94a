//! Files as a store: a directory or files of YAML or JSON, no cluster needed.

use std::{collections::BTreeSet, path::PathBuf};

use profile_core::{cluster::Cluster, field, profile::PublishedProfile};
use serde_json::Value;

use super::{Document, DryRun, workloads::Workloads};
use crate::{
    cli::Global,
    error::{Error, Kind},
    shell::flag,
};

pub(super) mod leftovers;
pub(super) mod lock;
pub(super) mod read;
mod revisions;
mod splice;
mod write;

/// The documents of some files, read once at the start.
pub(crate) struct FileStore {
    namespace: Option<String>,
    paths: Vec<PathBuf>,
    entries: Vec<Entry>,
    pub(super) workloads: Box<Workloads>,
}

/// One document and where it stands.
#[derive(Clone, Debug)]
struct Entry {
    path: PathBuf,
    /// Which of the file's documents it is, counted from 0.
    index: usize,
    /// Which item of it, where the document is a list.
    item: Option<usize>,
    value: Value,
}

impl Entry {
    fn document(&self) -> Document {
        let item = self.item.map(|item| format!(", item {}", item + 1)).unwrap_or_default();
        let place = format!("{}, document {}{item}", self.path.display(), self.index + 1);
        Document { value: self.value.clone(), place }
    }

    fn is_cluster(&self) -> bool {
        field::text(&self.value, &["kind"]).as_deref() == Some("SpectroCluster")
    }

    /// Whether it is the cluster of `document`, wherever in its file it stands by now.
    fn is(&self, document: &Document) -> bool {
        let (own, other) = (Cluster::new(&self.value), document.cluster());
        self.is_cluster() && own.name() == other.name() && own.namespace() == other.namespace()
    }

    /// A `ClusterProfile` object, or a profile as Palette exports it, which names no kind.
    fn is_profile(&self) -> bool {
        match field::text(&self.value, &["kind"]) {
            Some(kind) => kind == "ClusterProfile",
            None => PublishedProfile::new(&self.value).content().is_some(),
        }
    }
}

impl FileStore {
    /// Reads all files; documents of other kinds are passed over.
    pub(crate) fn open(global: &Global) -> Result<Self, Error> {
        let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
        for path in &global.files {
            let files = read::files(path);
            for file in files.map_err(|error| error.hint("-f takes a directory or a file of YAML or JSON"))? {
                // A folder and a file in it name the same objects, once.
                if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
                    entries.extend(read::entries(&file)?);
                }
            }
        }
        Ok(Self {
            namespace: global.namespace.clone(),
            paths: global.files.clone(),
            entries,
            workloads: Box::new(Workloads::of(global)?),
        })
    }

    pub(crate) fn name(&self) -> String {
        let paths: Vec<_> = self.paths.iter().map(|path| path.display().to_string()).collect();
        format!("files in {}", paths.join(", "))
    }

    /// The flags that name these files again.
    pub(crate) fn flags(&self) -> String {
        self.paths.iter().map(|path| flag("-f", &path.display().to_string())).collect()
    }

    pub(crate) fn clusters(&self) -> Result<Vec<Document>, Error> {
        let clusters = self.entries.iter().filter(|entry| entry.is_cluster());
        Ok(clusters.filter(|entry| self.is_in_scope(entry)).map(Entry::document).collect())
    }

    /// Whether something stands in the namespace that is meant.
    fn is_in_scope(&self, entry: &Entry) -> bool {
        let namespace = field::text(&entry.value, &["metadata", "namespace"]);
        self.namespace.is_none() || self.namespace.as_deref() == namespace.as_deref()
    }

    /// The profile versions of the namespace that is meant, to be listed. A cluster takes those of all files.
    pub(crate) fn profiles_in_scope(&self) -> Vec<Document> {
        let profiles = self.entries.iter().filter(|entry| entry.is_profile());
        profiles.filter(|entry| self.is_in_scope(entry)).map(Entry::document).collect()
    }

    pub(crate) fn profiles(&self) -> Result<Vec<Document>, Error> {
        Ok(self.entries.iter().filter(|entry| entry.is_profile()).map(Entry::document).collect())
    }

    pub(crate) fn reread(&self, cluster: &Document) -> Result<Document, Error> {
        let entry = self.entry(cluster)?;
        let fresh = read::entries(&entry.path)?;
        let same = fresh.iter().find(|it| it.is(cluster));
        let gone = || {
            Error::new(
                Kind::NotFound,
                format!("cluster {:?} is gone from {}", cluster.cluster().name(), entry.path.display()),
            )
        };
        same.map(Entry::document).ok_or_else(gone)
    }

    pub(crate) fn write_profiles(&self, before: &Document, after: &Value, dry_run: DryRun) -> Result<(), Error> {
        let entry = self.entry(before)?;
        match dry_run {
            DryRun::None => write::profiles(entry, before, after),
            DryRun::Client | DryRun::Server => write::text(entry, before, after).map(|_| ()),
        }
    }

    fn entry(&self, cluster: &Document) -> Result<&Entry, Error> {
        let found = self.entries.iter().find(|entry| entry.is(cluster));
        found.ok_or_else(|| Error::failed(format!("{} is not one of the files that were read", cluster.place)))
    }
}

/// The text of a file.
pub(super) fn text(path: &std::path::Path) -> Result<String, Error> {
    read::text(path)
}

/// The text of the standard input.
pub(super) fn input_text() -> Result<String, Error> {
    read::input_text()
}

/// All objects in a file, or in the files of a folder; `-` is the standard input.
pub(super) fn documents(path: &std::path::Path) -> Result<Vec<Document>, Error> {
    if path.as_os_str() == "-" {
        return Ok(read::standard_input()?.iter().map(Entry::document).collect());
    }
    let mut documents = Vec::new();
    let files = read::files(path);
    for file in
        files.map_err(|error| error.hint("name a file of YAML or JSON by its path, or - for the standard input"))?
    {
        documents.extend(read::entries(&file)?.iter().map(Entry::document));
    }
    Ok(documents)
}
