//! Changes of packs, by a cluster for itself or in a profile version in place.

use std::sync::Arc;

use super::{Manifest, Pack, World, yaml};

/// What a request wants a pack to hold.
#[derive(Clone, Debug, Default)]
pub struct PackEdit {
    /// The pack's name.
    pub name: String,
    /// Other values, or none to keep them.
    pub values: Option<String>,
    /// Another version, where the request can say one.
    pub tag: Option<String>,
    /// Name and content of manifests. Without them the server forgets what a cluster changed.
    pub manifests: Option<Vec<(String, String)>>,
    /// The layer, for a pack that is new.
    pub layer: Option<String>,
    /// The type, for a pack that is new.
    pub kind: Option<String>,
}

impl World {
    /// Values as the server stores them.
    pub(super) fn stored(&self, values: &str) -> String {
        if self.normalises_values { yaml::normalised(values) } else { values.to_owned() }
    }

    /// Writes an edit into a cluster's pack; manifests without content in the edit fall back to the profile's content.
    pub(super) fn edit_pack(&self, pack: &mut Pack, edit: &PackEdit, of_profile: Option<&Pack>) {
        if let Some(values) = &edit.values {
            pack.values = self.stored(values);
        }
        for manifest in &mut pack.manifests {
            let published = of_profile.and_then(|pack| pack.manifest(&manifest.name));
            if let Some(content) = published.map(|manifest| &manifest.content) {
                manifest.content.clone_from(content);
            }
            let wanted = edit.manifests.iter().flatten().find(|(name, _)| *name == manifest.name);
            if let Some((_, content)) = wanted {
                manifest.content.clone_from(content);
            }
        }
    }

    /// Edits a profile version in place, published or not, and notifies the clusters that use it. `all` says that packs
    /// without an edit go away.
    pub fn edit_profile(&mut self, uid: &str, edits: &[PackEdit], all: bool) -> bool {
        let now = self.clock.now();
        let Some(profile) = self.profile(uid) else { return false };
        let (name, old) = (format!("{}@{}", profile.name, profile.version), Arc::clone(&profile.packs));
        let mut packs: Vec<Pack> = if all { Vec::new() } else { old.to_vec() };
        for edit in edits {
            let before = old.iter().find(|pack| pack.name == edit.name);
            let edited = self.edited(edit, before, &name);
            match packs.iter_mut().find(|pack| pack.name == edit.name) {
                Some(pack) => *pack = edited,
                None => packs.push(edited),
            }
        }
        let changed = *old != packs;
        if let Some(profile) = self.profile_mut(uid) {
            profile.packs = Arc::new(packs);
            profile.modified = now;
        }
        if changed {
            self.notify_users(uid);
        }
        true
    }

    fn edited(&mut self, edit: &PackEdit, before: Option<&Pack>, profile: &str) -> Pack {
        let mut pack = before.cloned().unwrap_or_else(|| {
            let document = serde_json::json!({"name": edit.name, "layer": edit.layer, "type": edit.kind});
            Pack::read(&document, profile, &mut self.uids)
        });
        if let Some(values) = &edit.values {
            pack.values = self.stored(values);
        }
        if let Some(tag) = edit.tag.as_ref().filter(|tag| **tag != pack.tag) {
            pack.tag.clone_from(tag);
            // The real server looks up in the registry which version a group such as `1.33.x` means.
            if !tag.ends_with('x') {
                pack.version.clone_from(tag);
            }
        }
        if let Some(manifests) = &edit.manifests {
            let manifests = manifests.iter().map(|(name, content)| {
                let uid = pack.manifest(name).map(|manifest| manifest.uid.clone());
                let uid = uid.unwrap_or_else(|| self.uids.make("manifest", &format!("{profile}/{}/{name}", pack.name)));
                Manifest { uid, parent: None, name: name.clone(), content: content.clone() }
            });
            pack.manifests = manifests.collect();
        }
        pack
    }
}
