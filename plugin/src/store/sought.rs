//! What is wanted of clusters and of profile versions, so that a store reads no more.

use super::Document;
use crate::reference::Reference;

/// How much of each cluster is wanted. A store whose lists hold whole objects gives those all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// What tells it from others.
    Names,
    /// What a list of clusters can show.
    Summaries,
}

/// Which profile versions are wanted with their content. A store whose lists hold it gives all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sought {
    /// The namespace to look in, else the scope.
    pub(super) namespace: Option<String>,
    /// Versions that are attached.
    pub(super) uids: Vec<String>,
    /// Versions that are named.
    pub(super) references: Vec<Reference>,
    /// All versions of these profiles.
    pub(super) profiles: Vec<String>,
}

impl Sought {
    /// Those that clusters of one namespace have attached, or of the scope.
    pub(crate) fn within<'d>(namespace: Option<&str>, clusters: impl IntoIterator<Item = &'d Document>) -> Self {
        Self { namespace: namespace.map(Into::into), ..Self::attached(clusters) }
    }

    /// The one that is named.
    pub(crate) fn named(reference: &Reference) -> Self {
        Self::default().and(reference)
    }

    /// Those that are attached to `clusters`, in the namespace of the first.
    pub(crate) fn attached<'d>(clusters: impl IntoIterator<Item = &'d Document>) -> Self {
        let mut wanted = Self::default();
        for cluster in clusters {
            let view = cluster.cluster();
            wanted.namespace = wanted.namespace.or_else(|| view.namespace().map(Into::into));
            wanted.uids.extend(view.profiles().iter().filter_map(|it| Some(it.uid()?.into_owned())));
        }
        wanted
    }

    /// And one that is named.
    pub(crate) fn and(mut self, reference: &Reference) -> Self {
        self.references.push(reference.clone());
        self
    }

    /// And all versions of the profiles that are attached to `cluster`.
    pub(crate) fn and_all_versions(mut self, cluster: &Document) -> Self {
        self.profiles.extend(cluster.cluster().profiles().iter().map(|it| it.name().into_owned()));
        self
    }
}
