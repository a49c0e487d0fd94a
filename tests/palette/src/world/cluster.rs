//! A cluster: a copy of the profiles that it took, and what its agent reported.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Pack, PackError, Repave};

/// A profile version as a cluster has it.
#[derive(Clone, Debug)]
pub struct Attached {
    /// The uid of the profile version.
    pub uid: String,
    /// The profile's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// `cluster`, `infra` or `add-on`.
    pub kind: String,
    /// For which clouds it is.
    pub cloud_type: String,
    /// The packs with what this cluster changed.
    pub packs: Vec<Pack>,
    /// What the profile version held when the cluster took it.
    pub taken: Arc<Vec<Pack>>,
    /// The values of variables that were set, by name.
    pub variables: Vec<(String, String)>,
}

/// A cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The uid.
    pub uid: String,
    /// The project that holds it.
    pub project: String,
    /// The name.
    pub name: String,
    /// Labels.
    pub labels: Value,
    /// `aws`, `edge-native` and so on.
    pub cloud_type: String,
    /// The rest of `spec`, as it is: `clusterType`, `cloudConfigRef` and so on.
    pub rest: Value,
    /// The cluster template that it follows.
    pub template: Option<String>,
    /// The profiles, in their order.
    pub profiles: Vec<Attached>,
    /// `status`, as the API gives it.
    pub status: Value,
    /// The repave that waits or was the last one.
    pub repave: Option<Repave>,
    /// What the validation of its packs answers.
    pub pack_errors: Vec<PackError>,
    /// When it was made.
    pub created: String,
    /// When it was changed last.
    pub modified: String,
}

impl Attached {
    /// The pack with this name.
    pub fn pack(&self, name: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.name == name)
    }

    /// The pack with this name, to change it.
    pub fn pack_mut(&mut self, name: &str) -> Option<&mut Pack> {
        self.packs.iter_mut().find(|pack| pack.name == name)
    }

    /// The pack as the profile version held it when the cluster took it.
    pub fn taken_pack(&self, name: &str) -> Option<&Pack> {
        self.taken.iter().find(|pack| pack.name == name)
    }
}

impl Cluster {
    /// Whether this is the cluster's uid or its name.
    pub fn is(&self, uid_or_name: &str) -> bool {
        self.uid == uid_or_name || self.name == uid_or_name
    }

    /// The state, such as `Running`.
    pub fn state(&self) -> &str {
        self.status.get("state").and_then(Value::as_str).unwrap_or_default()
    }

    /// Sets the state.
    pub fn set_state(&mut self, state: &str) {
        self.set_status("state", json!(state));
    }

    /// Sets a field of `status`.
    pub fn set_status(&mut self, field: &str, value: Value) {
        if let Value::Object(status) = &mut self.status {
            status.insert(field.to_owned(), value);
        }
    }

    /// The attached profile version with this uid.
    pub fn attached(&self, uid: &str) -> Option<&Attached> {
        self.profiles.iter().find(|attached| attached.uid == uid)
    }

    /// The attached profile version with this uid, to change it.
    pub fn attached_mut(&mut self, uid: &str) -> Option<&mut Attached> {
        self.profiles.iter_mut().find(|attached| attached.uid == uid)
    }

    /// All packs of all profiles.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.profiles.iter().flat_map(|attached| &attached.packs)
    }

    /// The pack with this name, in whichever profile.
    pub fn pack(&self, name: &str) -> Option<&Pack> {
        self.packs().find(|pack| pack.name == name)
    }
}
