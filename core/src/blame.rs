//! Since which revision a cluster has set a value itself.

use serde::Serialize;
use serde_json::Value;

use crate::{
    cluster::Cluster,
    field,
    merge::{Override, Part},
    pack::Pack,
    profile::AttachedProfile,
    revision::{Revision, Status},
    splice::{Path, Tree},
};

/// Who set a value, as far as the revisions know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "by")]
pub enum Blame {
    /// A change of ours brought it in.
    #[serde(rename_all = "camelCase")]
    Revision {
        /// The revision's number.
        revision: u64,
        /// The verb, such as `override`.
        action: String,
        /// When, as RFC 3339.
        created_at: String,
        /// Who, as far as the store knew.
        user: Option<String>,
    },
    /// It was there before the oldest kept revision.
    #[serde(rename_all = "camelCase")]
    Before {
        /// The oldest revision's number.
        revision: u64,
    },
    /// It was set by other means after the newest revision.
    #[serde(rename_all = "camelCase")]
    After {
        /// The newest revision's number.
        revision: u64,
    },
    /// There is no revision to tell by.
    NotRecorded,
}

impl Blame {
    /// Since which of `revisions` the cluster holds its own value at the place of `it`.
    pub fn of(it: &Override, revisions: &[Revision]) -> Self {
        let mut deployed: Vec<_> = revisions.iter().filter(|it| it.status == Status::Deployed).collect();
        deployed.sort_by_key(|it| it.number);
        let (Some(oldest), Some(newest)) = (deployed.first(), deployed.last()) else { return Self::NotRecorded };
        let holds = |document: &Value| value_at(&Cluster::new(document), it) == it.own;
        if !holds(&newest.after_document()) {
            return Self::After { revision: newest.number };
        }
        let brought = deployed.iter().rev().find(|revision| !holds(&revision.before_document()));
        match brought {
            Some(revision) => Self::Revision {
                revision: revision.number,
                action: revision.action.clone(),
                created_at: revision.created_at.clone(),
                user: revision.user.clone(),
            },
            None => Self::Before { revision: oldest.number },
        }
    }

    /// In words, for a table.
    pub fn words(&self) -> String {
        match self {
            Self::Revision { revision, action, user, .. } => {
                let by = user.as_deref().map(|user| format!(" by {user}")).unwrap_or_default();
                format!("revision {revision} ({action}{by})")
            }
            Self::Before { revision } => format!("before revision {revision}"),
            Self::After { revision } => format!("after revision {revision}, by other means"),
            Self::NotRecorded => "not recorded".into(),
        }
    }
}

/// The value that a cluster holds at the place of an override.
pub fn value_at(cluster: &Cluster<'_>, it: &Override) -> Option<Value> {
    let profile = cluster.profiles().into_iter().find(|profile| profile.name() == it.profile)?;
    match &it.pack {
        None => of_profile(&profile, it),
        Some(name) => of_pack(&profile.packs().into_iter().find(|pack| pack.name() == name.as_str())?, it),
    }
}

fn of_profile(profile: &AttachedProfile<'_>, it: &Override) -> Option<Value> {
    match &it.part {
        Part::Variable(name) => {
            let mut variables = field::items(profile.raw(), &["variables"]);
            let (_, variable) = variables.find(|(_, raw)| field::text(raw, &["name"]).as_deref() == Some(name))?;
            variable.get("value").cloned()
        }
        Part::Field(name) => profile.raw().get(name).cloned(),
        _ => None,
    }
}

fn of_pack(pack: &Pack<'_>, it: &Override) -> Option<Value> {
    match &it.part {
        Part::Values => in_text(&pack.values(), &it.path),
        Part::Manifest(name) => {
            let manifest = pack.manifests().into_iter().find(|manifest| manifest.name == name.as_str())?;
            let content = manifest.content?;
            if it.path.is_empty() { Some(content.into_owned().into()) } else { in_text(&content, &it.path) }
        }
        Part::Field(name) => pack.raw().get(name).cloned(),
        Part::Presets => {
            let groups = crate::presets::groups(&pack.values());
            let (_, names) = groups.into_iter().find(|(group, _)| *group == it.path)?;
            Some(names.join(",").into())
        }
        Part::Pack => Some(pack.version().or_else(|| pack.tag()).unwrap_or_default().into()),
        Part::Variable(_) => None,
    }
}

fn in_text(text: &str, path: &str) -> Option<Value> {
    let path: Path = path.parse().ok()?;
    Tree::parse(text).ok()?.node(&path).map(crate::splice::Node::value)
}
