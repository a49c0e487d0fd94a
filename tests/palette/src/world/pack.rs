//! A pack of a profile or of a cluster, with its manifests.

use serde_json::{Map, Value};

use super::uids::Uids;

/// A manifest of a pack. Its content is apart from the pack's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The uid; a cluster's manifest has one of its own.
    pub uid: String,
    /// The uid of the profile's manifest that a cluster's one was made from.
    pub parent: Option<String>,
    /// The name.
    pub name: String,
    /// YAML.
    pub content: String,
}

/// A layer of a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// The name, unique within its profile.
    pub name: String,
    /// `os`, `k8s`, `cni`, `csi` or `addon`.
    pub layer: String,
    /// `spectro`, `helm`, `manifest` or `oci`.
    pub kind: String,
    /// The version.
    pub version: String,
    /// The version, or a group of versions such as `1.33.x`.
    pub tag: String,
    /// YAML with comments.
    pub values: String,
    /// The manifests.
    pub manifests: Vec<Manifest>,
    /// What else the document says of the pack, as it is: `packUid`, `registryUid`, `digest`, `presets` and so on.
    pub rest: Map<String, Value>,
}

impl Pack {
    /// Reads a pack of a document; `of` says whose it is, for the uids that have to be made up.
    pub(super) fn read(document: &Value, of: &str, uids: &mut Uids) -> Self {
        let mut rest = document.as_object().cloned().unwrap_or_default();
        let mut take = |key: &str| match rest.shift_remove(key) {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        let (name, layer, kind) = (take("name"), take("layer"), take("type"));
        let (version, tag, values) = (take("version"), take("tag"), take("values"));
        rest.shift_remove("manifests");
        let manifests = document.get("manifests").and_then(Value::as_array);
        let manifests = manifests.into_iter().flatten().map(|manifest| {
            let text = |key: &str| manifest.get(key).and_then(Value::as_str).map(str::to_owned);
            let manifest_name = text("name").unwrap_or_default();
            let uid = text("uid").unwrap_or_else(|| uids.make("manifest", &format!("{of}/{name}/{manifest_name}")));
            Manifest { uid, parent: None, name: manifest_name, content: text("content").unwrap_or_default() }
        });
        let manifests = manifests.collect();
        if !rest.contains_key("packUid") {
            let uid = uids.make("pack", &format!("{name}/{version}"));
            rest.insert("packUid".to_owned(), Value::String(uid));
        }
        let tag = if tag.is_empty() { version.clone() } else { tag };
        let kind = if kind.is_empty() { "spectro".to_owned() } else { kind };
        Self { name, layer, kind, version, tag, values, manifests, rest }
    }

    /// The same pack as a cluster takes it: with manifests of its own.
    pub(super) fn taken_by(&self, cluster: &str, uids: &mut Uids) -> Self {
        let mut pack = self.clone();
        for manifest in &mut pack.manifests {
            let own = uids.make("manifest", &format!("{cluster}/{}/{}", self.name, manifest.name));
            manifest.parent = Some(std::mem::replace(&mut manifest.uid, own));
        }
        pack
    }

    /// The manifest with this name.
    pub fn manifest(&self, name: &str) -> Option<&Manifest> {
        self.manifests.iter().find(|manifest| manifest.name == name)
    }
}
