//! Since which revision a cluster has set a value itself.

use serde::Serialize;
use serde_json::Value;

use crate::{
    cluster::Cluster,
    field,
    merge::{Override, Part, is_mask},
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
    /// It was set by other means after a revision, and before the next one if there is one.
    #[serde(rename_all = "camelCase")]
    After {
        /// The number of the last revision before it.
        revision: u64,
    },
    /// There is no revision to tell by.
    NotRecorded,
}

impl Blame {
    /// Since which of `revisions` the cluster holds its own value at the place of `it`.
    pub fn of(it: &Override, revisions: &[Revision]) -> Self {
        // What stands behind a mask may be what a revision recorded or not.
        if it.own.as_ref().and_then(Value::as_str).is_some_and(is_mask) {
            return Self::NotRecorded;
        }
        let mut deployed: Vec<_> = revisions.iter().filter(|it| it.status == Status::Deployed).collect();
        deployed.sort_by_key(|it| it.number);
        let (Some(oldest), Some(newest)) = (deployed.first(), deployed.last()) else { return Self::NotRecorded };
        let holds = |document: &Value| is_held(&Cluster::new(document), it);
        if !holds(&newest.after_document()) {
            return Self::After { revision: newest.number };
        }
        // Back in time as long as it was there: a change that found it there did not bring it in.
        for (at, revision) in deployed.iter().enumerate().rev() {
            if !holds(&revision.before_document()) {
                return Self::Revision {
                    revision: revision.number,
                    action: revision.action.clone(),
                    created_at: revision.created_at.clone(),
                    user: revision.user.clone(),
                };
            }
            let former = at.checked_sub(1).and_then(|at| deployed.get(at));
            if let Some(former) = former.filter(|former| !holds(&former.after_document())) {
                return Self::After { revision: former.number };
            }
        }
        Self::Before { revision: oldest.number }
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

/// Whether an override stands in a text that was merged line by line, so that it has numbers of lines for a path.
pub fn is_by_lines(it: &Override) -> bool {
    let path = it.path.rsplit_once(": ").map_or(it.path.as_str(), |(_, path)| path);
    matches!(it.part, Part::Values | Part::Manifest(_))
        && (path == "after the last line"
            || ["line ", "lines ", "before line "].iter().any(|word| path.starts_with(word)))
}

/// Whether a cluster holds its own value at the place of an override.
fn is_held(cluster: &Cluster<'_>, it: &Override) -> bool {
    if !is_by_lines(it) {
        return value_at(cluster, it) == it.own;
    }
    // The numbers of lines move from text to text, so that lines are known by what they say.
    let profile = cluster.profiles().into_iter().find(|profile| profile.name() == it.profile);
    let packs = profile.map(|profile| profile.packs()).unwrap_or_default();
    let Some(pack) = packs.iter().find(|pack| it.pack.as_deref() == Some(&*pack.name())) else { return false };
    let whole = Override { path: String::new(), ..it.clone() };
    let text = match &it.part {
        Part::Manifest(_) => of_pack(pack, &whole).and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default(),
        _ => pack.values().into_owned(),
    };
    match (&it.own, &it.published) {
        (Some(Value::String(own)), _) => has_lines(&text, own),
        (_, Some(Value::String(published))) => !has_lines(&text, published),
        _ => false,
    }
}

fn has_lines(text: &str, lines: &str) -> bool {
    text.match_indices(lines).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + lines.len()..]);
        (before.is_empty() || before.ends_with('\n'))
            && (lines.ends_with('\n') || after.is_empty() || after.starts_with('\n'))
    })
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
