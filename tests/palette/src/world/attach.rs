//! Attaches profile versions to a cluster, switches and detaches them.

use std::sync::Arc;

use super::{Attached, Cluster, PackEdit, ProfileVersion, World};

/// One entry of a request that changes a cluster's profiles.
#[derive(Clone, Debug, Default)]
pub struct Attach {
    /// The uid of the profile version that is wanted.
    pub uid: String,
    /// The uid of the attached version whose place it takes.
    pub replaces: Option<String>,
    /// What the cluster wants to hold otherwise than the profile.
    pub packs: Vec<PackEdit>,
    /// Values of variables.
    pub variables: Vec<(String, String)>,
}

/// How a set of entries meets what is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Entries are added and switched; what they do not name stays.
    Named,
    /// Entries are the whole set afterwards.
    All,
}

/// Why the profiles of a cluster were not changed.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// There is no such cluster.
    #[error("cluster '{0}' is not found")]
    NoCluster(String),
    /// There is no such profile version.
    #[error("cluster profile '{0}' is not found")]
    NoProfile(String),
    /// It is a draft.
    #[error("cluster profile '{0}' is not published")]
    Draft(String),
    /// What should be replaced is not attached.
    #[error("cluster profile '{0}' is not attached to the cluster")]
    NotAttached(String),
    /// A pack that the profile does not have.
    #[error("pack '{pack}' is not in the cluster profile '{profile}'")]
    NoPack {
        /// The pack.
        pack: String,
        /// The profile version.
        profile: String,
    },
    /// Variables that need a value have none.
    #[error("value is required for the profile variables: {}", .0.join(", "))]
    MissingVariables(Vec<String>),
    /// Variables that the profile version does not define.
    #[error("profile variables are not defined: {}", .0.join(", "))]
    UnknownVariables(Vec<String>),
}

impl World {
    /// Changes the profiles of a cluster. `action` is `DownloadAndInstall`, `DownloadAndInstallLater` or nothing.
    pub fn attach(
        &mut self,
        cluster: &str,
        entries: &[Attach],
        replacement: Replacement,
        action: Option<&str>,
    ) -> Result<(), AttachError> {
        let changed = self.with_attached(cluster, entries, replacement)?;
        self.store(changed, action);
        Ok(())
    }

    /// The cluster as it would be afterwards.
    pub(crate) fn with_attached(
        &mut self,
        cluster: &str,
        entries: &[Attach],
        replacement: Replacement,
    ) -> Result<Cluster, AttachError> {
        let mut cluster = self.cluster(cluster).cloned().ok_or_else(|| AttachError::NoCluster(cluster.to_owned()))?;
        let mut whole = Vec::new();
        for entry in entries {
            let profile = self.profile(&entry.uid).cloned();
            let profile = profile.ok_or_else(|| AttachError::NoProfile(entry.uid.clone()))?;
            if !profile.published {
                return Err(AttachError::Draft(entry.uid.clone()));
            }
            match (&entry.replaces, replacement) {
                (Some(old), Replacement::Named) => {
                    let place = cluster.profiles.iter().position(|attached| attached.uid == *old);
                    let place = place.ok_or_else(|| AttachError::NotAttached(old.clone()))?;
                    cluster.profiles[place] = self.attached(&profile, entry, &cluster.name)?;
                }
                (_, Replacement::All) => whole.push(self.attached(&profile, entry, &cluster.name)?),
                (None, Replacement::Named) => match cluster.attached_mut(&entry.uid) {
                    Some(attached) => self.update_attached(attached, &profile, entry)?,
                    // Also where another version of the profile is there: a duplicate, as the real server makes it.
                    None => cluster.profiles.push(self.attached(&profile, entry, &cluster.name)?),
                },
            }
        }
        if replacement == Replacement::All {
            cluster.profiles = whole;
        }
        Ok(cluster)
    }

    /// Detaches profile versions.
    pub fn detach(&mut self, cluster: &str, uids: &[String]) -> Result<(), AttachError> {
        let changed = self.cluster(cluster).cloned();
        let mut changed = changed.ok_or_else(|| AttachError::NoCluster(cluster.to_owned()))?;
        if let Some(unknown) = uids.iter().find(|uid| changed.attached(uid).is_none()) {
            return Err(AttachError::NotAttached(unknown.clone()));
        }
        changed.profiles.retain(|attached| !uids.contains(&attached.uid));
        self.store(changed, None);
        Ok(())
    }

    /// Marks all notifications of a cluster as done, as `resolveNotification` asks for.
    pub(crate) fn resolve_notifications(&mut self, cluster: &str) {
        self.finish_notifications(cluster, None);
    }

    /// Applies in-place edits of the profiles that are named. Packs without an edit become the profile's.
    pub fn apply_updates(
        &mut self,
        cluster: &str,
        entries: &[Attach],
        action: Option<&str>,
    ) -> Result<(), AttachError> {
        let changed = self.cluster(cluster).cloned();
        let mut changed = changed.ok_or_else(|| AttachError::NoCluster(cluster.to_owned()))?;
        for entry in entries {
            let place = changed.profiles.iter().position(|attached| attached.uid == entry.uid);
            let place = place.ok_or_else(|| AttachError::NotAttached(entry.uid.clone()))?;
            let profile = self.profile(&entry.uid).cloned();
            let profile = profile.ok_or_else(|| AttachError::NoProfile(entry.uid.clone()))?;
            let variables = changed.profiles[place].variables.clone();
            let entry = Attach { variables, ..entry.clone() };
            changed.profiles[place] = self.attached(&profile, &entry, &changed.name)?;
        }
        self.store(changed, action);
        for entry in entries {
            self.finish_notifications(cluster, Some(&entry.uid));
        }
        Ok(())
    }

    /// Sets values of variables; the cluster's other variables stay.
    pub fn set_variables(&mut self, cluster: &str, entries: &[Attach]) -> Result<(), AttachError> {
        let changed = self.cluster(cluster).cloned();
        let mut changed = changed.ok_or_else(|| AttachError::NoCluster(cluster.to_owned()))?;
        for entry in entries {
            let profile = self.profile(&entry.uid).cloned();
            let profile = profile.ok_or_else(|| AttachError::NoProfile(entry.uid.clone()))?;
            let attached = changed.attached_mut(&entry.uid);
            let attached = attached.ok_or_else(|| AttachError::NotAttached(entry.uid.clone()))?;
            self.update_attached(attached, &profile, entry)?;
        }
        self.store(changed, None);
        Ok(())
    }

    /// The profile version as the cluster gets it: its content, and over it what the entry says.
    fn attached(&mut self, profile: &ProfileVersion, entry: &Attach, cluster: &str) -> Result<Attached, AttachError> {
        let packs = profile.packs.iter().map(|pack| pack.taken_by(cluster, &mut self.uids)).collect();
        let mut attached = Attached {
            uid: profile.uid.clone(),
            name: profile.name.clone(),
            version: profile.version.clone(),
            kind: profile.kind.clone(),
            cloud_type: profile.cloud_type.clone(),
            packs,
            taken: Arc::clone(&profile.packs),
            variables: Vec::new(),
        };
        self.update_attached(&mut attached, profile, entry)?;
        Ok(attached)
    }

    fn update_attached(
        &self,
        attached: &mut Attached,
        profile: &ProfileVersion,
        entry: &Attach,
    ) -> Result<(), AttachError> {
        let unknown = profile.unknown_variables(&entry.variables);
        if !unknown.is_empty() {
            return Err(AttachError::UnknownVariables(unknown));
        }
        attached.set_variables(&entry.variables);
        let missing = profile.missing_variables(&attached.variables);
        if !missing.is_empty() {
            return Err(AttachError::MissingVariables(missing));
        }
        let taken = Arc::clone(&attached.taken);
        for edit in &entry.packs {
            let Some(pack) = attached.pack_mut(&edit.name) else {
                return Err(AttachError::NoPack { pack: edit.name.clone(), profile: profile.name.clone() });
            };
            self.edit_pack(pack, edit, taken.iter().find(|pack| pack.name == edit.name));
        }
        Ok(())
    }
}
