//! Profiles: the copy that a cluster holds, and the version that is published.

use std::borrow::Cow;

use serde_json::Value;

use crate::{field, pack::Pack};

/// One entry of a cluster's `spec.clusterProfileTemplates`: a copy of a profile version, overrides included.
#[derive(Clone, Debug)]
pub struct AttachedProfile<'a> {
    raw: &'a Value,
    path: String,
}

impl<'a> AttachedProfile<'a> {
    /// Views `raw`, which stands at the field path `path` of its document.
    pub fn new(raw: &'a Value, path: String) -> Self {
        Self { raw, path }
    }

    /// The JSON that is viewed.
    pub fn raw(&self) -> &'a Value {
        self.raw
    }

    /// The field path of the entry, such as `spec.clusterProfileTemplates[0]`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The uid of the profile version that was copied.
    pub fn uid(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["uid"])
    }

    /// The profile's name, the same for all of its versions.
    pub fn name(&self) -> Cow<'a, str> {
        field::text(self.raw, &["name"]).unwrap_or_default()
    }

    /// The profile's type: `cluster`, `infra`, `add-on` or `system`.
    pub fn profile_type(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["type"])
    }

    /// The profile version that was copied, such as `1.0.0`.
    pub fn version(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["profileVersion"])
    }

    /// The packs in their written order.
    pub fn packs(&self) -> Vec<Pack<'a>> {
        packs(self.raw, &self.path)
    }
}

/// One published profile version: a `ClusterProfile` object, or a profile as Palette exports it.
#[derive(Clone, Debug)]
pub struct PublishedProfile<'a> {
    raw: &'a Value,
}

impl<'a> PublishedProfile<'a> {
    /// Views a `ClusterProfile` object (content in `spec.published`) or an export (content in `spec.template`).
    pub fn new(raw: &'a Value) -> Self {
        Self { raw }
    }

    /// The JSON that is viewed.
    pub fn raw(&self) -> &'a Value {
        self.raw
    }

    /// The content and its field path; `None` while a profile is only a draft.
    pub fn content(&self) -> Option<AttachedProfile<'a>> {
        ["published", "template"].into_iter().find_map(|field| {
            let raw = field::at(self.raw, &["spec", field])?;
            raw.is_object().then(|| AttachedProfile::new(raw, format!("spec.{field}")))
        })
    }

    /// The profile's name. Objects of several versions need several object names, so the content's name comes first.
    pub fn name(&self) -> Cow<'a, str> {
        let content = self.content().map(|content| content.name()).filter(|name| !name.is_empty());
        content.or_else(|| field::text(self.raw, &["metadata", "name"])).unwrap_or_default()
    }

    /// The version, such as `1.1.0`.
    pub fn version(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["spec", "version"])
    }

    /// The uid that clusters name when they attach this version.
    pub fn uid(&self) -> Option<Cow<'a, str>> {
        let content = self.content().and_then(|content| content.uid());
        content.or_else(|| field::text(self.raw, &["metadata", "uid"]))
    }

    /// The profile's type: `cluster`, `infra`, `add-on` or `system`.
    pub fn profile_type(&self) -> Option<Cow<'a, str>> {
        self.content().and_then(|content| content.profile_type())
    }

    /// The packs; none while a profile is only a draft.
    pub fn packs(&self) -> Vec<Pack<'a>> {
        self.content().map(|content| content.packs()).unwrap_or_default()
    }

    /// `NAME@VERSION`, the way users name it.
    pub fn reference(&self) -> String {
        reference(&self.name(), self.version().as_deref())
    }
}

/// `NAME@VERSION`, or the name alone where the version is unknown.
pub fn reference(name: &str, version: Option<&str>) -> String {
    version.map_or_else(|| name.to_owned(), |version| format!("{name}@{version}"))
}

fn packs<'a>(raw: &'a Value, path: &str) -> Vec<Pack<'a>> {
    field::items(raw, &["packs"]).map(|(index, pack)| Pack::new(pack, format!("{path}.packs[{index}]"))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_keeps_its_content_in_published() {
        let raw = json!({
            "metadata": {"name": "hello-1-1-0", "uid": "object"},
            "spec": {"version": "1.1.0", "published": {"name": "hello", "uid": "palette", "packs": [{"name": "k"}]}},
        });
        let profile = PublishedProfile::new(&raw);
        assert_eq!(profile.reference(), "hello@1.1.0");
        assert_eq!(profile.uid().as_deref(), Some("palette"));
        assert_eq!(profile.packs()[0].path(), "spec.published.packs[0]");
    }

    #[test]
    fn an_export_keeps_its_content_in_template() {
        let raw = json!({"metadata": {"name": "hello"}, "spec": {"version": "1.0.0", "template": {"packs": [{}]}}});
        assert_eq!(PublishedProfile::new(&raw).reference(), "hello@1.0.0");
        assert_eq!(PublishedProfile::new(&raw).packs().len(), 1);
    }

    #[test]
    fn a_draft_has_no_packs() {
        assert!(PublishedProfile::new(&json!({"spec": {"draft": {"packs": [{}]}}})).packs().is_empty());
    }
}
