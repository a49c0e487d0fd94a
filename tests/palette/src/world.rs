//! What the fake knows: projects, profile versions, clusters, notifications and templates.

mod agent;
mod attach;
mod clock;
mod cluster;
mod documents;
mod edit;
mod files;
mod fleet;
mod notification;
mod pack;
mod profile;
pub(crate) mod repave;
mod uids;
pub(crate) mod variables;
mod yaml;

pub use attach::{Attach, AttachError, Replacement};
pub use cluster::{Attached, Cluster};
pub use edit::PackEdit;
pub use notification::Notification;
pub use pack::{Manifest, Pack};
pub use profile::ProfileVersion;
pub(crate) use profile::is_seen;
pub use repave::{Reason, Repave};

use clock::Clock;
use uids::Uids;

/// A project: a name and a uid.
#[derive(Clone, Debug)]
pub struct Project {
    /// The uid, 24 hexadecimal digits.
    pub uid: String,
    /// The name, as users give it.
    pub name: String,
}

/// A cluster template: a name for a uid that clusters refer to.
#[derive(Clone, Debug)]
pub struct Template {
    /// The uid.
    pub uid: String,
    /// The name.
    pub name: String,
}

/// An error that the validation of packs answers with.
#[derive(Clone, Debug)]
pub struct PackError {
    /// The pack it is about.
    pub pack: String,
    /// A word for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// The whole state. Tests may look at it and change it at any time.
#[derive(Debug)]
pub struct World {
    /// The projects; the first one holds what is added.
    pub projects: Vec<Project>,
    /// Every version of every profile.
    pub profiles: Vec<ProfileVersion>,
    /// The clusters, in the order of their creation.
    pub clusters: Vec<Cluster>,
    /// The notifications of in-place edits.
    pub notifications: Vec<Notification>,
    /// The cluster templates.
    pub templates: Vec<Template>,
    /// Whether a change that repaves waits for an approval.
    pub repave_needs_approval: bool,
    /// Whether the server rewrites the values that it is given: indentation and the newline at the end.
    pub normalises_values: bool,
    /// Whether empty lists are answered as null, as a server in Go writes lists that it never filled. The API description
    /// does not allow it; the vendor's own client sends it.
    pub empty_lists_are_null: bool,
    /// Whether the agent acts at once after each change, or only when [`World::reconcile`] is called.
    pub reconciles_at_once: bool,
    uids: Uids,
    clock: Clock,
}

impl Default for World {
    fn default() -> Self {
        let mut world = Self {
            projects: Vec::new(),
            profiles: Vec::new(),
            clusters: Vec::new(),
            notifications: Vec::new(),
            templates: Vec::new(),
            repave_needs_approval: false,
            normalises_values: false,
            empty_lists_are_null: false,
            reconciles_at_once: true,
            uids: Uids::default(),
            clock: Clock::default(),
        };
        world.add_project("Default");
        world
    }
}

impl World {
    /// Adds a project and returns its uid.
    pub fn add_project(&mut self, name: &str) -> String {
        let uid = self.uids.make("project", name);
        self.projects.push(Project { uid: uid.clone(), name: name.to_owned() });
        uid
    }

    /// Adds a cluster template and returns its uid.
    pub fn add_template(&mut self, name: &str) -> String {
        let uid = self.uids.make("template", name);
        self.templates.push(Template { uid: uid.clone(), name: name.to_owned() });
        uid
    }

    /// The project with this uid.
    pub fn project(&self, uid: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.uid == uid)
    }

    /// The profile version with this uid.
    pub fn profile(&self, uid: &str) -> Option<&ProfileVersion> {
        self.profiles.iter().find(|profile| profile.uid == uid)
    }

    /// The profile version with this uid, to change it.
    pub fn profile_mut(&mut self, uid: &str) -> Option<&mut ProfileVersion> {
        self.profiles.iter_mut().find(|profile| profile.uid == uid)
    }

    /// The version of the profile with this name.
    pub fn profile_version(&self, name: &str, version: &str) -> Option<&ProfileVersion> {
        self.profiles.iter().find(|profile| profile.name == name && profile.version == version)
    }

    /// The cluster with this uid or this name.
    pub fn cluster(&self, uid_or_name: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.is(uid_or_name))
    }

    /// The cluster with this uid or this name, to change it.
    pub fn cluster_mut(&mut self, uid_or_name: &str) -> Option<&mut Cluster> {
        self.clusters.iter_mut().find(|cluster| cluster.is(uid_or_name))
    }

    /// The clusters that use a profile version, in their order.
    pub fn users_of<'a>(&'a self, profile: &'a str) -> impl Iterator<Item = &'a Cluster> {
        self.clusters.iter().filter(move |cluster| cluster.profiles.iter().any(|attached| attached.uid == profile))
    }

    fn first_project(&self) -> Option<String> {
        self.projects.first().map(|project| project.uid.clone())
    }
}
