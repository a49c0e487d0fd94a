//! Where profiles and clusters come from and go to: one interface, one file for each store.

use kube::core::Selector;
use profile_core::revision::{Revision, newest_deployed};
use serde_json::Value;

mod choice;
mod document;
mod dry_run;
mod files;
mod kubernetes;
mod listed;
mod own;
pub(crate) mod packs;
mod palette;
mod records;
mod sought;
mod watch;
mod workloads;

pub(crate) use document::Document;
pub(crate) use dry_run::DryRun;
pub(crate) use files::FileStore;
pub(crate) use kubernetes::{
    Access, GROUP, KubernetesStore, MANAGER, VERSIONS,
    discovery::{Served, ServedKind},
    examine::{Answer, Right},
    live::Resource,
    pages::{Depth, Listing},
};
pub(crate) use listed::{ListedCluster, ListedProfile};
pub(crate) use own::is_own;
pub(crate) use palette::access::KEY as API_KEY;
pub(crate) use palette::{
    Manner, PaletteStore, profiles,
    questions::{Repave, waits_to_install},
};
pub(crate) use sought::{Look, Sought};
pub(crate) use watch::Mark;

use crate::{
    cli::{Global, StoreName},
    error::Error,
    fleet::labels,
    interrupt,
    review::judgement::Judgement,
};

/// The text of a file, within the bounds of every file that is read.
pub(crate) fn text(path: &std::path::Path) -> Result<String, Error> {
    files::text(path)
}

/// The text of the standard input, within the same bounds.
pub(crate) fn standard_input() -> Result<String, Error> {
    files::input_text()
}

/// The store that the flags and the configuration choose.
pub(crate) fn chosen(global: &Global) -> Result<StoreName, Error> {
    choice::choose(global)
}

/// The files that the kubeconfig is read from, in their order, whether they are there or not.
pub(crate) fn kubeconfig_files(global: &Global) -> Vec<std::path::PathBuf> {
    kubernetes::kubeconfig_files(global)
}

/// The kubeconfig that the flags choose, with the context that is meant as its current one.
pub(crate) fn kubeconfig(global: &Global) -> Result<kube::config::Kubeconfig, Error> {
    kubernetes::kubeconfig(global)
}

/// The names of the contexts in the kubeconfig that the flags choose, and which of them is the current one.
pub(crate) fn contexts(global: &Global) -> Result<(Vec<String>, Option<String>), Error> {
    kubernetes::contexts(global)
}

/// The objects in a file or a folder.
pub(crate) fn documents(path: &std::path::Path) -> Result<Vec<Document>, Error> {
    files::documents(path)
}

/// The store in use.
pub(crate) enum Store {
    Kubernetes(Box<KubernetesStore>),
    Files(FileStore),
    Palette(Box<PaletteStore>),
}

impl Store {
    /// Opens the store that the flags choose; reads no objects yet.
    pub(crate) async fn open(global: &Global) -> Result<Self, Error> {
        match choice::choose(global)? {
            StoreName::Files => FileStore::open(global).map(Self::Files),
            StoreName::Kubernetes => KubernetesStore::open(global).await.map(Box::new).map(Self::Kubernetes),
            StoreName::Palette => PaletteStore::open(global).await.map(Box::new).map(Self::Palette),
        }
    }

    /// The address of its API server; `None` where it has none.
    pub(crate) fn server(&self) -> Option<String> {
        match self {
            Self::Kubernetes(store) => Some(store.server.clone()),
            Self::Files(_) | Self::Palette(_) => None,
        }
    }

    /// The flags that name it again, for words to paste; each with a space before it.
    pub(crate) fn flags(&self) -> String {
        match self {
            Self::Kubernetes(store) => store.flags().to_owned(),
            Self::Files(store) => store.flags(),
            Self::Palette(store) => store.flags().to_owned(),
        }
    }

    /// What it is, for every screen that asks for a yes.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Kubernetes(store) => store.name(),
            Self::Files(store) => store.name(),
            Self::Palette(store) => store.name(),
        }
    }

    /// Where it looks, in words.
    pub(crate) fn scope(&self) -> String {
        match self {
            Self::Kubernetes(store) => store.scope(),
            Self::Files(store) => store.name(),
            Self::Palette(store) => store.scope(),
        }
    }

    /// Where the profiles of a cluster are looked for, in words.
    pub(crate) fn scope_of(&self, cluster: &Document) -> String {
        match self {
            Self::Kubernetes(store) => store.scope_of(cluster.cluster().namespace().as_deref()),
            Self::Files(store) => store.name(),
            Self::Palette(store) => store.scope(),
        }
    }

    /// Whether `name` names a cluster: by its name, and in Palette by its uid as well, as several may have one name there.
    pub(crate) fn is_called(&self, cluster: &Document, name: &str) -> bool {
        let view = cluster.cluster();
        view.name() == name || matches!(self, Self::Palette(_)) && view.uid().as_deref() == Some(name)
    }

    /// All clusters in scope.
    pub(crate) async fn clusters(&self, look: Look) -> Result<Vec<Document>, Error> {
        self.clusters_of(None, None, look).await
    }

    /// The clusters of `namespace`, or of the scope, that a label selector selects.
    pub(crate) async fn clusters_of(
        &self,
        namespace: Option<&str>,
        selector: Option<&Selector>,
        look: Look,
    ) -> Result<Vec<Document>, Error> {
        match self {
            Self::Palette(store) => {
                // There are no namespaces, so nothing is in one.
                let clusters = store.clusters(selector, look).await?;
                Ok(if namespace.is_some() { Vec::new() } else { clusters })
            }
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

    /// The whole of a cluster that a list told of.
    pub(crate) async fn whole(&self, cluster: &Document) -> Result<Document, Error> {
        match self {
            Self::Kubernetes(_) | Self::Files(_) => Ok(cluster.clone()),
            Self::Palette(store) => store.whole(cluster).await,
        }
    }

    /// The context of the kubeconfig, where there is one.
    pub(crate) fn context(&self) -> Option<&str> {
        match self {
            Self::Kubernetes(store) => Some(store.context()),
            Self::Files(_) | Self::Palette(_) => None,
        }
    }

    /// All profile versions in scope, those that are wanted with their content.
    pub(crate) async fn profiles(&self, wanted: &Sought) -> Result<Vec<Document>, Error> {
        match self {
            Self::Kubernetes(store) => store.profiles(wanted.namespace.as_deref()).await,
            Self::Files(store) => store.profiles(),
            Self::Palette(store) => store.profiles(wanted).await,
        }
    }

    /// All profile versions in scope as a list shows them.
    pub(crate) async fn listed_profiles(&self) -> Result<Vec<ListedProfile>, Error> {
        let listed = |it: Vec<Document>| it.iter().map(ListedProfile::of).collect();
        match self {
            Self::Kubernetes(store) => store.listed_profiles().await,
            Self::Files(store) => Ok(listed(store.profiles_in_scope())),
            Self::Palette(store) => store.profile_summaries().await.map(listed),
        }
    }

    /// All clusters in scope as a list of profiles shows them.
    pub(crate) async fn listed_clusters(&self) -> Result<Vec<ListedCluster>, Error> {
        match self {
            Self::Kubernetes(store) => store.listed_clusters().await,
            Self::Files(_) | Self::Palette(_) => {
                Ok(self.clusters(Look::Summaries).await?.iter().map(ListedCluster::of).collect())
            }
        }
    }

    /// The same cluster as it is now.
    pub(crate) async fn reread(&self, cluster: &Document) -> Result<Document, Error> {
        match self {
            Self::Kubernetes(store) => store.reread(cluster).await,
            Self::Files(store) => store.reread(cluster),
            Self::Palette(store) => store.reread(cluster).await,
        }
    }

    /// Whether it takes a write whatever that was based on, so that all is to be read once more right before. What was read of
    /// versions until now counts no more then.
    pub(crate) fn takes_any_write(&self) -> bool {
        if let Self::Palette(store) = self {
            store.forget();
        }
        matches!(self, Self::Palette(_))
    }

    /// Whether a write that failed with `error` may still arrive.
    pub(crate) fn may_arrive_late(&self, error: &Error) -> bool {
        matches!(self, Self::Palette(_)) && profiles::is_open(error)
    }

    /// Fails where a cluster does not hold what was written, on a store that takes some things from elsewhere.
    pub(crate) async fn refuse_other(&self, before: &Document, written: &Value) -> Result<(), Error> {
        match self {
            Self::Kubernetes(_) | Self::Files(_) => Ok(()),
            Self::Palette(store) => store.refuse_other(before, written).await,
        }
    }

    /// Fails where another process of this user changes the cluster, on a store whose records lock nobody else out.
    pub(crate) fn refuse_under_way(&self, cluster: &Document) -> Result<(), Error> {
        match self {
            Self::Kubernetes(_) | Self::Files(_) => Ok(()),
            Self::Palette(store) => store.refuse_under_way(cluster),
        }
    }

    /// Whether a write of attached profiles over others would change nothing. Palette takes their content and nothing beside it,
    /// such as the uids that it gives to manifests itself.
    pub(crate) fn writes_nothing(&self, before: &Value, after: &Value) -> bool {
        match self {
            Self::Kubernetes(_) | Self::Files(_) => before == after,
            Self::Palette(_) => PaletteStore::is_same_content(before, after),
        }
    }

    /// Writes the profile content of `after` over `before`, or fails with `Kind::Conflict` when `before` is not what is
    /// there any more.
    pub(crate) async fn write_profiles(
        &self,
        before: &Document,
        after: &Value,
        dry_run: DryRun,
        manner: Manner,
    ) -> Result<(), Error> {
        if dry_run == DryRun::None {
            interrupt::writes();
        }
        match self {
            Self::Kubernetes(store) => store.write_profiles(before, after, dry_run).await,
            Self::Files(store) => store.write_profiles(before, after, dry_run),
            Self::Palette(store) if dry_run == DryRun::None => store.write_profiles(before, after, manner).await,
            // Palette judges without a write by questions of their own.
            Self::Palette(store) => store.refuse_unwritable(before, after, manner).await,
        }
    }

    /// The cluster with what its store knows of it beside its copy, where no revision of `revisions` recorded what that was
    /// taken from.
    pub(crate) async fn flagged(
        &self,
        cluster: &Document,
        profiles: &[Document],
        revisions: &[Revision],
    ) -> Result<Document, Error> {
        match self {
            Self::Kubernetes(_) | Self::Files(_) => Ok(cluster.clone()),
            Self::Palette(store) => {
                let newest = newest_deployed(revisions);
                store.flagged(cluster, profiles, |it| newest.is_some_and(|newest| newest.taken_of(it).is_some())).await
            }
        }
    }

    /// Puts what an update of the cluster would bring into what is published, and tells why there is one.
    pub(crate) async fn pending_update(
        &self,
        cluster: &Document,
        profiles: &mut [Document],
    ) -> Result<Vec<String>, Error> {
        match self {
            Self::Kubernetes(_) | Self::Files(_) => Ok(Vec::new()),
            Self::Palette(store) => {
                store.put_updates(cluster, profiles).await?;
                store.causes_of_update(cluster).await
            }
        }
    }

    /// What the store itself says of a change before it is made, where it can be asked.
    pub(crate) async fn judge(&self, before: &Document, after: &Value) -> Option<Judgement> {
        match self {
            Self::Kubernetes(_) | Self::Files(_) => None,
            Self::Palette(store) => Some(store.judge(before, after).await),
        }
    }

    /// Where the revisions are, where that is this machine and not the store.
    pub(crate) fn place_of_revisions(&self) -> Option<String> {
        match self {
            Self::Kubernetes(_) | Self::Files(_) => None,
            Self::Palette(store) => Some(store.place_of_revisions()),
        }
    }

    /// All kept revisions of a cluster, oldest first.
    pub(crate) async fn revisions(&self, cluster: &Document) -> Result<Vec<Revision>, Error> {
        match self {
            Self::Kubernetes(store) => store.revisions(cluster).await,
            Self::Files(store) => store.revisions(cluster),
            Self::Palette(store) => store.revisions(cluster),
        }
    }

    /// Records a new revision. Its number is free or it fails with `Kind::Conflict`: the record is the lock.
    pub(crate) async fn create_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        interrupt::records();
        match self {
            Self::Kubernetes(store) => store.create_revision(cluster, revision).await,
            Self::Files(store) => store.create_revision(cluster, revision),
            Self::Palette(store) => store.create_revision(cluster, revision),
        }
    }

    /// Records how far a revision got, as its own writer knows it.
    pub(crate) async fn settle_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        match self {
            Self::Kubernetes(store) => store.settle_revision(cluster, revision).await,
            Self::Files(store) => store.settle_revision(cluster, revision),
            Self::Palette(store) => store.settle_revision(cluster, revision),
        }
    }

    /// Records how far somebody else's revision got, unless it was settled meanwhile: its own writer knows better.
    pub(crate) async fn settle_foreign_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        match self {
            Self::Kubernetes(store) => store.settle_foreign_revision(cluster, revision).await,
            Self::Files(store) => store.settle_foreign_revision(cluster, revision),
            Self::Palette(store) => store.settle_foreign_revision(cluster, revision).await,
        }
    }

    /// Removes a revision of ours that is no longer kept.
    pub(crate) async fn drop_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        match self {
            Self::Kubernetes(store) => store.drop_revision(cluster, revision).await,
            Self::Files(store) => store.drop_revision(cluster, revision),
            Self::Palette(store) => store.drop_revision(cluster, revision),
        }
    }

    /// The API server that holds the workloads of `cluster`: the one that holds its object, unless the user named another.
    pub(crate) async fn workload(&self, cluster: &Document) -> Result<KubernetesStore, Error> {
        self.live(cluster).await?.ok_or_else(|| {
            let error = match self {
                Self::Palette(_) => Error::usage("Palette's API shows no live objects, so nothing can be scaled through it"),
                _ => Error::usage("there are no live objects in files, so nothing can be scaled there")
                    .hint("leave -f out to work on the current kubeconfig context"),
            };
            error.hint("name the kubeconfig context of the workload cluster by --workload-context, or those of several by --workload-map")
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
            Self::Palette(store) => store.workloads.of_cluster(None, &view).await?,
        })
    }

    /// How many requests were sent so far, to the server of the workloads as well.
    pub(crate) fn requests(&self, workload: Option<&KubernetesStore>) -> u64 {
        let hub = if let Self::Kubernetes(store) = self { Some(&**store) } else { None };
        // Where it is one server, it is one count.
        let workload = workload.filter(|it| hub.is_none_or(|hub| !it.is_same_connection(hub)));
        let palette = if let Self::Palette(store) = self { store.requests() } else { 0 };
        palette + hub.into_iter().chain(workload).map(KubernetesStore::requests).sum::<u64>()
    }

    /// The user as the store knows them.
    pub(crate) async fn user(&self) -> Option<String> {
        match self {
            Self::Kubernetes(store) => store.user().await,
            Self::Files(_) => None,
            Self::Palette(store) => store.user().await,
        }
    }
}
