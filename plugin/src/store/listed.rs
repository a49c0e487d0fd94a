//! Profile versions and clusters as a list of profiles shows them.

use profile_core::profile::{self, AttachedProfile};
use serde::{Deserialize, Serialize};

use super::Document;

/// What a list shows of a profile version: names and counts, and no value. Lists have thousands of them, and the documents
/// they are read from are large.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedProfile {
    /// The name of its object. In Palette all versions of a profile have one.
    pub(crate) object: String,
    pub(crate) namespace: Option<String>,
    /// The profile's name, the same for all of its versions.
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    #[serde(rename = "type")]
    pub(crate) profile_type: Option<String>,
    /// The uid that clusters name when they attach this version.
    pub(crate) uid: Option<String>,
    /// How many packs it has; `None` where only its name was read.
    pub(crate) packs: Option<usize>,
    /// When its object was created, as RFC 3339 has it.
    pub(crate) created_at: Option<String>,
}

impl ListedProfile {
    /// What a list shows of a version, of which no more than that may have been read.
    pub(crate) fn of(version: &Document) -> Self {
        let (view, metadata) = (version.profile(), version.cluster());
        let is_read = view.content().is_some() || !version.is_summary();
        Self {
            object: metadata.name().into_owned(),
            namespace: metadata.namespace().map(Into::into),
            name: view.name().into_owned(),
            version: view.version().map(Into::into),
            profile_type: view.profile_type().map(Into::into),
            uid: view.uid().map(Into::into),
            packs: is_read.then(|| view.packs().len()),
            created_at: metadata.created_at().map(Into::into),
        }
    }

    /// `NAME@VERSION`, the way users name it.
    pub(crate) fn reference(&self) -> String {
        profile::reference(&self.name, self.version.as_deref())
    }
}

/// What a list of profiles shows of a cluster: which profiles it has attached.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedCluster {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) profiles: Vec<ListedAttachment>,
}

/// A profile version that a cluster has attached.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct ListedAttachment {
    /// The uid of the profile version.
    pub(crate) uid: Option<String>,
    /// `NAME@VERSION`, the way users name it.
    pub(crate) reference: String,
}

impl ListedCluster {
    /// What a list of profiles shows of a cluster, of which no more than that may have been read.
    pub(crate) fn of(cluster: &Document) -> Self {
        let view = cluster.cluster();
        let attachment = |it: AttachedProfile<'_>| ListedAttachment {
            uid: it.uid().map(Into::into),
            reference: profile::reference(&it.name(), it.version().as_deref()),
        };
        Self {
            name: view.name().into_owned(),
            namespace: view.namespace().map(Into::into),
            profiles: view.profiles().into_iter().map(attachment).collect(),
        }
    }
}
