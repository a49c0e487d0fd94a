//! One pack of a profile: a name, a layer, a version and its values.

use std::borrow::Cow;

use serde_json::Value;

use crate::field;

/// A layer of a cluster, as Palette spells it (`v1PackLayer` of its API description).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The operating system.
    Os,
    /// Kubernetes itself, whatever the pack is called.
    Kubernetes,
    /// The network (CNI).
    Network,
    /// The storage (CSI).
    Storage,
}

impl Layer {
    /// The layers that a cluster cannot lose once it has them.
    pub const CORE: [Self; 4] = [Self::Os, Self::Kubernetes, Self::Network, Self::Storage];

    /// The word that stands in a pack's `layer` field.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Os => "os",
            Self::Kubernetes => "k8s",
            Self::Network => "cni",
            Self::Storage => "csi",
        }
    }
}

/// Where a store keeps the uid of a manifest whose content it shows: Palette needs it to write the manifest, and gives another
/// one with each write, so that it is no content.
pub const MANIFEST_UID: &str = "manifestUid";

/// Says of a cluster's pack that everything but its values and its manifests comes from the profile, whatever the cluster is
/// told: so it is in Palette's API, where a pack is written by its values and its manifests alone.
pub const TAKES_FIELDS: &str = "takesFieldsOfProfile";

/// Says of an attached profile that an update of it is offered: its version was edited since the cluster took it.
pub const UPDATE_IS_OFFERED: &str = "updateIsOffered";

/// A borrowed view of one pack and of where it stands in its document.
#[derive(Clone, Debug)]
pub struct Pack<'a> {
    raw: &'a Value,
    path: String,
}

/// An attached manifest of a pack: a reference in cluster objects, with content in exports and files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Manifest<'a> {
    /// The manifest's name, by which the pack's values address it.
    pub name: Cow<'a, str>,
    /// The kind that the reference names, usually absent in exports.
    pub kind: Option<Cow<'a, str>>,
    /// The uid that the reference names.
    pub uid: Option<Cow<'a, str>>,
    /// The text, where the document carries it.
    pub content: Option<Cow<'a, str>>,
}

impl<'a> Pack<'a> {
    /// Views `raw`, which stands at the field path `path` of its document.
    pub fn new(raw: &'a Value, path: String) -> Self {
        Self { raw, path }
    }

    /// The JSON that is viewed.
    pub fn raw(&self) -> &'a Value {
        self.raw
    }

    /// The field path of the pack, such as `spec.clusterProfileTemplates[0].packs[1]`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The pack's name; empty when it has none.
    pub fn name(&self) -> Cow<'a, str> {
        field::text(self.raw, &["name"]).unwrap_or_default()
    }

    /// The layer as it is written, such as `k8s` or `addon`.
    pub fn layer(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["layer"])
    }

    /// Whether the pack belongs to `layer`. The layer decides and never the name: `cni-multus` is an add-on.
    pub fn is(&self, layer: Layer) -> bool {
        self.layer().is_some_and(|text| is_layer(&text, layer))
    }

    /// The pack's type: `spectro`, `helm`, `manifest` or `oci`.
    pub fn pack_type(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["type"])
    }

    /// The tag, which may be a wildcard such as `1.33.x`.
    pub fn tag(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["tag"])
    }

    /// The version that counts: `version`, or a concrete `tag` where there is no version. A wildcard tag is none.
    pub fn version(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["version"]).or_else(|| self.tag().filter(|tag| !is_wildcard(tag)))
    }

    /// Whether the version that counts stood in the document as a number whose trailing zeros may be lost (`1.3` for
    /// `1.30`).
    pub fn version_is_ambiguous_number(&self) -> bool {
        let key = if field::text(self.raw, &["version"]).is_some() { "version" } else { "tag" };
        self.raw.get(key).is_some_and(field::is_ambiguous_number)
    }

    /// The field path of the version that counts.
    pub fn version_path(&self) -> String {
        let has_version = field::text(self.raw, &["version"]).is_some();
        let field = if !has_version && self.tag().is_some() { "tag" } else { "version" };
        format!("{}.{field}", self.path)
    }

    /// The values as text, comments and the presets line included; empty when there are none.
    pub fn values(&self) -> Cow<'a, str> {
        field::text(self.raw, &["values"]).unwrap_or_default()
    }

    /// The attached manifests in their written order.
    pub fn manifests(&self) -> Vec<Manifest<'a>> {
        field::items(self.raw, &["manifests"])
            .map(|(_, raw)| Manifest {
                name: field::text(raw, &["name"]).unwrap_or_default(),
                kind: field::text(raw, &["kind"]),
                uid: field::text(raw, &["uid"]),
                content: field::text(raw, &["content"]),
            })
            .collect()
    }

    /// Palette's own flag that tells whether this cluster overrides the pack's values; absent in most objects.
    pub fn is_values_overridden(&self) -> Option<bool> {
        field::at(self.raw, &["isValuesOverridden"]).and_then(Value::as_bool)
    }
}

/// Whether what stands in a pack's `layer` field means `layer`.
pub(crate) fn is_layer(text: &str, layer: Layer) -> bool {
    text.trim().eq_ignore_ascii_case(layer.as_str())
}

/// Whether a tag names a group of versions.
pub(crate) fn is_wildcard(tag: &str) -> bool {
    tag.split('.').any(|part| matches!(part, "x" | "X" | "*"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version(raw: Value) -> Option<String> {
        Pack::new(&raw, "p".into()).version().map(Cow::into_owned)
    }

    #[test]
    fn the_version_wins_over_the_tag() {
        assert_eq!(version(json!({"version": "1.33.9", "tag": "1.33.x"})).as_deref(), Some("1.33.9"));
    }

    #[test]
    fn a_concrete_tag_stands_in_for_a_missing_version() {
        assert_eq!(version(json!({"version": "", "tag": "1.18.14"})).as_deref(), Some("1.18.14"));
    }

    #[test]
    fn a_wildcard_tag_is_no_version() {
        for tag in ["1.33.x", "1.x", "1.*"] {
            assert_eq!(version(json!({"tag": tag})), None, "{tag}");
        }
    }

    #[test]
    fn the_layer_decides_and_not_the_name() {
        let multus = json!({"name": "cni-multus", "layer": "addon"});
        assert!(!Pack::new(&multus, "p".into()).is(Layer::Network));
        let antrea = json!({"name": "antrea", "layer": "cni"});
        assert!(Pack::new(&antrea, "p".into()).is(Layer::Network));
    }

    #[test]
    fn a_number_may_have_lost_its_zeros() {
        for (raw, ambiguous) in [(json!(1.3), true), (json!(1.33), false), (json!(1), true), (json!("1.3"), false)] {
            let pack = json!({"version": raw});
            assert_eq!(Pack::new(&pack, "p".into()).version_is_ambiguous_number(), ambiguous, "{pack}");
            let tagged = json!({"tag": pack["version"]});
            assert_eq!(Pack::new(&tagged, "p".into()).version_is_ambiguous_number(), ambiguous, "{tagged}");
        }
    }
}
