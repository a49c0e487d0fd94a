//! One version of a profile. Each version is an object with a uid of its own; the name holds them together.

use std::sync::Arc;

use semver::Version;
use serde_json::Value;

use super::{Pack, World};

/// A version of a profile.
#[derive(Clone, Debug)]
pub struct ProfileVersion {
    /// The uid of this version.
    pub uid: String,
    /// The project that holds it; none for the tenant.
    pub project: Option<String>,
    /// The name that all versions share.
    pub name: String,
    /// The version.
    pub version: String,
    /// `cluster`, `infra` or `add-on`.
    pub kind: String,
    /// For which clouds it is.
    pub cloud_type: String,
    /// The packs.
    pub packs: Arc<Vec<Pack>>,
    /// Definitions of variables, as the API has them (`v1Variable`).
    pub variables: Vec<Value>,
    /// Whether it is published, or a draft.
    pub published: bool,
    /// What people say of it.
    pub description: String,
    /// Labels.
    pub labels: Value,
    /// When it was made.
    pub created: String,
    /// When it was changed last.
    pub modified: String,
}

impl ProfileVersion {
    /// The pack with this name.
    pub fn pack(&self, name: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.name == name)
    }

    /// What to sort versions by: as SemVer, and what is none before all others.
    pub fn order(&self) -> (Option<Version>, &str) {
        (Version::parse(&self.version).ok(), &self.version)
    }
}

impl World {
    /// Copies a profile version under a name and a version that are free, as a draft, and returns its uid.
    pub fn clone_profile(&mut self, source: &str, name: &str, version: &str) -> Option<String> {
        let mut copy = self.profile(source)?.clone();
        copy.name = name.to_owned();
        copy.version = if version.is_empty() { "1.0.0".to_owned() } else { version.to_owned() };
        copy.uid = self.uids.make("profile", &format!("{}@{}", copy.name, copy.version));
        copy.created = self.clock.now();
        copy.modified.clone_from(&copy.created);
        copy.published = false;
        let uid = copy.uid.clone();
        self.profiles.push(copy);
        Some(uid)
    }

    /// Publishes a draft; false where there is no such profile version.
    pub fn publish_profile(&mut self, uid: &str) -> bool {
        let now = self.clock.now();
        let Some(profile) = self.profile_mut(uid) else { return false };
        profile.published = true;
        profile.modified = now;
        true
    }

    /// All versions of a profile that can be seen from a project, in their order.
    pub fn versions_of<'a>(&'a self, name: &str, project: Option<&str>) -> Vec<&'a ProfileVersion> {
        let seen = |profile: &&ProfileVersion| profile.name == name && is_seen(&profile.project, project);
        let mut versions: Vec<_> = self.profiles.iter().filter(seen).collect();
        versions.sort_by(|a, b| a.order().cmp(&b.order()));
        versions
    }
}

/// What belongs to the tenant is seen from everywhere, what belongs to a project from there alone.
pub(crate) fn is_seen(owner: &Option<String>, from: Option<&str>) -> bool {
    owner.as_deref().is_none_or(|owner| Some(owner) == from)
}
