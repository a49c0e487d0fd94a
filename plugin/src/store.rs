//! Where profiles and clusters come from and go to: one interface, one file for each store.

use kube::core::Selector;
use profile_core::{cluster::Cluster, profile::PublishedProfile, revision::Revision};
use serde_json::Value;

mod files;
mod kubernetes;
pub(crate) mod packs;
mod workloads;

pub(crate) use files::FileStore;
pub(crate) use kubernetes::{
    KubernetesStore, MANAGER,
    discovery::{Served, ServedKind},
    live::Resource,
    pages::{Depth, Listing},
};

use crate::{
    cli::{Global, StoreName},
    error::Error,
    fleet::labels,
    interrupt,
};

/// One object of a store, as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) value: Value,
    /// Where it stands, for errors: `FILE, document 2`, or empty where the object's own name says it all.
    pub(crate) place: String,
}

impl Document {
    /// The cluster as words of a command line that find it again: its name, and its namespace where the store has some.
    pub(crate) fn words(&self) -> String {
        let cluster = self.cluster();
        let namespace = cluster.namespace().filter(|_| self.place.is_empty());
        namespace.map_or_else(|| cluster.name().into_owned(), |namespace| format!("{} -n {namespace}", cluster.name()))
    }

    pub(crate) fn cluster(&self) -> Cluster<'_> {
        Cluster::new(&self.value)
    }

    pub(crate) fn profile(&self) -> PublishedProfile<'_> {
        PublishedProfile::new(&self.value)
    }
}

/// The text of a file, within the bounds of every file that is read.
pub(crate) fn text(path: &std::path::Path) -> Result<String, Error> {
    files::text(path)
}

/// The text of the standard input, within the same bounds.
pub(crate) fn standard_input() -> Result<String, Error> {
    files::input_text()
}

/// The names of the contexts in the kubeconfig that the flags choose, and which of them is the current one.
pub(crate) fn contexts(global: &Global) -> Result<(Vec<String>, Option<String>), Error> {
    kubernetes::contexts(global)
}

/// The objects in a file or a folder.
pub(crate) fn documents(path: &std::path::Path) -> Result<Vec<Document>, Error> {
    files::documents(path)
}

/// Whether a write is made, and where it stops if not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DryRun {
    /// The write is made.
    #[default]
    None,
    /// Nothing is sent.
    Client,
    /// The write is sent and judged, and nothing is stored.
    Server,
}

/// The store in use.
pub(crate) enum Store {
    Kubernetes(Box<KubernetesStore>),
    Files(FileStore),
}

impl Store {
    /// Opens the store that the flags choose; reads no objects yet.
    pub(crate) async fn open(global: &Global) -> Result<Self, Error> {
        let named =
            global.store.unwrap_or(if global.files.is_empty() { StoreName::Kubernetes } else { StoreName::Files });
        match named {
            StoreName::Files if global.files.is_empty() => {
                Err(Error::usage("--store=files needs -f: name a directory or a file"))
            }
            StoreName::Files if global.context.is_some() || global.kubeconfig.is_some() => Err(Error::usage(
                "-f works on files, and --context and --kubeconfig name an API server: give one or the other",
            )),
            StoreName::Files => FileStore::open(global).map(Self::Files),
            StoreName::Kubernetes if !global.files.is_empty() => {
                Err(Error::usage("-f works on files: leave it out, or leave out --store=kubernetes"))
            }
            StoreName::Kubernetes => KubernetesStore::open(global).await.map(Box::new).map(Self::Kubernetes),
        }
    }

    /// The address of its API server; `None` where it has none.
    pub(crate) fn server(&self) -> Option<String> {
        match self {
            Self::Kubernetes(store) => Some(store.server.clone()),
            Self::Files(_) => None,
        }
    }

    /// The flags that name it again, for words to paste; each with a space before it.
    pub(crate) fn flags(&self) -> String {
        match self {
            Self::Kubernetes(store) => store.flags().to_owned(),
            Self::Files(store) => store.flags(),
        }
    }

    /// What it is, for every screen that asks for a yes.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Kubernetes(store) => store.name(),
            Self::Files(store) => store.name(),
        }
    }

    /// Whether namespaces narrow what is seen, so that a hint at `-A` makes sense.
    pub(crate) fn scope(&self) -> String {
        match self {
            Self::Kubernetes(store) => store.scope(),
            Self::Files(store) => store.name(),
        }
    }

    /// Where the profiles of a cluster are looked for, in words.
    pub(crate) fn scope_of(&self, cluster: &Document) -> String {
        match self {
            Self::Kubernetes(store) => store.scope_of(cluster.cluster().namespace().as_deref()),
            Self::Files(store) => store.name(),
        }
    }

    /// All clusters in scope.
    pub(crate) async fn clusters(&self) -> Result<Vec<Document>, Error> {
        match self {
            Self::Kubernetes(store) => store.clusters().await,
            Self::Files(store) => store.clusters(),
        }
    }

    /// The clusters of `namespace`, or of the scope, that a label selector selects.
    pub(crate) async fn clusters_of(
        &self,
        namespace: Option<&str>,
        selector: Option<&Selector>,
    ) -> Result<Vec<Document>, Error> {
        match self {
            Self::Kubernetes(store) => store.clusters_of(namespace, selector).await,
            Self::Files(store) => {
                let is_meant = |it: &Document| {
                    namespace.is_none_or(|wanted| it.cluster().namespace().is_some_and(|found| found == wanted))
                        && selector.is_none_or(|selector| labels::selects(selector, &it.value))
                };
                Ok(store.clusters()?.into_iter().filter(is_meant).collect())
            }
        }
    }

    /// The context of the kubeconfig, where there is one.
    pub(crate) fn context(&self) -> Option<&str> {
        match self {
            Self::Kubernetes(store) => Some(store.context()),
            Self::Files(_) => None,
        }
    }

    /// All profile versions in scope: those of `namespace` where a cluster names one.
    pub(crate) async fn profiles(&self, namespace: Option<&str>) -> Result<Vec<Document>, Error> {
        match self {
            Self::Kubernetes(store) => store.profiles(namespace).await,
            Self::Files(store) => store.profiles(),
        }
    }

    /// The same cluster as it is now.
    pub(crate) async fn reread(&self, cluster: &Document) -> Result<Document, Error> {
        match self {
            Self::Kubernetes(store) => store.reread(cluster).await,
            Self::Files(store) => store.reread(cluster),
        }
    }

    /// Writes the profile content of `after` over `before`, or fails with `Kind::Conflict` when `before` is not what is
    /// there any more.
    pub(crate) async fn write_profiles(&self, before: &Document, after: &Value, dry_run: DryRun) -> Result<(), Error> {
        if dry_run == DryRun::None {
            interrupt::writes();
        }
        match self {
            Self::Kubernetes(store) => store.write_profiles(before, after, dry_run).await,
            Self::Files(store) => store.write_profiles(before, after, dry_run),
        }
    }

    /// All kept revisions of a cluster, oldest first.
    pub(crate) async fn revisions(&self, cluster: &Document) -> Result<Vec<Revision>, Error> {
        match self {
            Self::Kubernetes(store) => store.revisions(cluster).await,
            Self::Files(store) => store.revisions(cluster),
        }
    }

    /// Records a new revision. Its number is free or it fails with `Kind::Conflict`: the record is the lock.
    pub(crate) async fn create_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        interrupt::writes();
        match self {
            Self::Kubernetes(store) => store.create_revision(cluster, revision).await,
            Self::Files(store) => store.create_revision(cluster, revision),
        }
    }

    /// Records how far a revision got, as its own writer knows it.
    pub(crate) async fn settle_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        match self {
            Self::Kubernetes(store) => store.settle_revision(cluster, revision).await,
            Self::Files(store) => store.settle_revision(cluster, revision),
        }
    }

    /// Records how far somebody else's revision got, unless it was settled meanwhile: its own writer knows better.
    pub(crate) async fn settle_foreign_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        match self {
            Self::Kubernetes(store) => store.settle_foreign_revision(cluster, revision).await,
            Self::Files(store) => store.settle_foreign_revision(cluster, revision),
        }
    }

    /// Removes a revision of ours that is no longer kept.
    pub(crate) async fn drop_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        match self {
            Self::Kubernetes(store) => store.drop_revision(cluster, revision).await,
            Self::Files(store) => store.drop_revision(cluster, revision),
        }
    }

    /// The API server that holds the workloads of `cluster`: the one that holds its object, unless the user named another.
    pub(crate) async fn workload(&self, cluster: &Document) -> Result<KubernetesStore, Error> {
        self.live(cluster).await?.ok_or_else(|| {
            Error::usage("there are no live objects in files, so nothing can be scaled there")
                .hint("leave -f out to work on the current kubeconfig context, or name that of the workloads by --workload-context")
        })
    }

    /// The same, or nothing where only files are known.
    pub(crate) async fn live(&self, cluster: &Document) -> Result<Option<KubernetesStore>, Error> {
        let view = cluster.cluster();
        Ok(match self {
            Self::Kubernetes(store) => {
                let elsewhere = store.workloads.of_cluster(Some(store.context()), &view).await?;
                Some(elsewhere.unwrap_or_else(|| KubernetesStore::clone(store)))
            }
            Self::Files(store) => store.workloads.of_cluster(None, &view).await?,
        })
    }

    /// How many requests were sent so far, to the server of the workloads as well.
    pub(crate) fn requests(&self, workload: Option<&KubernetesStore>) -> u64 {
        let hub = if let Self::Kubernetes(store) = self { Some(&**store) } else { None };
        // Where it is one server, it is one count.
        let workload = workload.filter(|it| hub.is_none_or(|hub| !it.is_same_connection(hub)));
        hub.into_iter().chain(workload).map(KubernetesStore::requests).sum()
    }

    /// The user as the store knows them.
    pub(crate) async fn user(&self) -> Option<String> {
        match self {
            Self::Kubernetes(store) => store.user().await,
            Self::Files(_) => None,
        }
    }
}
