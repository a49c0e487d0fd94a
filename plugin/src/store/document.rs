//! One object of a store.

use profile_core::{cluster::Cluster, profile::PublishedProfile};
use serde_json::Value;

use super::palette::documents;

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

    /// The profile with the variables that it defines in its content, as a cluster's copy has them.
    pub(crate) fn with_variables(self) -> Self {
        Self { value: documents::with_variables(self.value), place: self.place }
    }

    /// Whether it was read from a list that tells neither values nor what the cluster reports of its packs.
    pub(crate) fn is_summary(&self) -> bool {
        documents::is_summary(&self.value)
    }
}
