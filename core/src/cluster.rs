//! A cluster: a tolerant view of one `SpectroCluster` document.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    field,
    pack::{Layer, Pack},
    profile::AttachedProfile,
};

/// A borrowed view of a `SpectroCluster`. Unknown fields are never touched: writes are patches on the document.
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'a> {
    raw: &'a Value,
}

/// What `status.packs` says about one pack: what the cluster really runs, or is on its way to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackStatus<'a> {
    /// The pack's name.
    pub name: Cow<'a, str>,
    /// The version that the entry speaks of.
    pub version: Option<Cow<'a, str>>,
    /// The uid of the profile that the pack came from.
    pub profile_uid: Option<Cow<'a, str>>,
    /// The condition's type, such as `Ready` or `WaitingForOtherLayers`.
    pub condition: Option<Cow<'a, str>>,
    /// The condition's status, such as `True`.
    pub condition_status: Option<Cow<'a, str>>,
    /// What the condition says about itself.
    pub message: Option<Cow<'a, str>>,
}

impl PackStatus<'_> {
    /// Whether the pack runs at this version: Ready, Installed or UpgradeAvailable and not False, or no condition at all.
    pub fn is_reconciled(&self) -> bool {
        let holds = !self.condition_status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("false"));
        match self.condition.as_deref() {
            None => true,
            Some(kind) => holds && ["Ready", "Installed", "UpgradeAvailable"].contains(&kind),
        }
    }
}

impl<'a> Cluster<'a> {
    /// Views a document. Any JSON will do: what it lacks is read as absent.
    pub fn new(raw: &'a Value) -> Self {
        Self { raw }
    }

    /// The JSON that is viewed.
    pub fn raw(&self) -> &'a Value {
        self.raw
    }

    /// The object's name; empty when it has none.
    pub fn name(&self) -> Cow<'a, str> {
        field::text(self.raw, &["metadata", "name"]).unwrap_or_default()
    }

    /// The object's namespace, `cluster-<uid>` in Palette.
    pub fn namespace(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["metadata", "namespace"])
    }

    /// The object's uid.
    pub fn uid(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["metadata", "uid"])
    }

    /// When the object was created, as its document says it.
    pub fn created_at(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["metadata", "creationTimestamp"])
    }

    /// The resourceVersion that was read.
    pub fn resource_version(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["metadata", "resourceVersion"])
    }

    /// Whether the object is being deleted.
    pub fn is_being_deleted(&self) -> bool {
        field::text(self.raw, &["metadata", "deletionTimestamp"]).is_some()
    }

    /// The kind of cloud, such as `aws` or `edge-native`.
    pub fn cloud_type(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["spec", "cloudType"])
    }

    /// Whether this is an Edge cluster: `edge-native`, or `edge` in older ones.
    pub fn is_edge(&self) -> bool {
        self.cloud_type().is_some_and(|cloud| is_edge(&cloud))
    }

    /// Whether the cluster was imported into Palette (`spec.clusterType` is `AlloyMonitor` and the like).
    pub fn is_imported(&self) -> bool {
        field::text(self.raw, &["spec", "clusterType"]).is_some_and(|kind| is_imported(&kind))
    }

    /// The cluster template that manages this cluster, as its name or uid, where there is one.
    pub fn cluster_template(&self) -> Option<Cow<'a, str>> {
        let template = field::at(self.raw, &["spec", "clusterTemplate"])?;
        match template {
            Value::Null => None,
            Value::Object(fields) if fields.is_empty() => None,
            Value::Object(_) => Some(
                field::text(template, &["name"])
                    .or_else(|| field::text(template, &["uid"]))
                    .unwrap_or(Cow::Borrowed("(unnamed)")),
            ),
            _ => field::text(self.raw, &["spec", "clusterTemplate"]),
        }
    }

    /// The state, a free string such as `Running`.
    pub fn state(&self) -> Option<Cow<'a, str>> {
        field::text(self.raw, &["status", "state"])
    }

    /// Whether the cluster is being provisioned, in any letter case.
    pub fn is_provisioning(&self) -> bool {
        is_state(self.state().as_deref(), "provisioning")
    }

    /// The attached profiles in their written order.
    pub fn profiles(&self) -> Vec<AttachedProfile<'a>> {
        field::items(self.raw, &["spec", "clusterProfileTemplates"])
            .map(|(index, raw)| AttachedProfile::new(raw, format!("spec.clusterProfileTemplates[{index}]")))
            .collect()
    }

    /// All packs of all attached profiles.
    pub fn packs(&self) -> Vec<Pack<'a>> {
        self.profiles().iter().flat_map(AttachedProfile::packs).collect()
    }

    /// The packs of one layer, across all attached profiles.
    pub fn layer(&self, layer: Layer) -> Vec<Pack<'a>> {
        self.packs().into_iter().filter(|pack| pack.is(layer)).collect()
    }

    /// What the cluster reports of its packs.
    pub fn pack_statuses(&self) -> Vec<PackStatus<'a>> {
        field::items(self.raw, &["status", "packs"])
            .map(|(_, raw)| PackStatus {
                name: field::text(raw, &["name"]).unwrap_or_default(),
                // A number may have lost zeros: 1.3 for 1.30. It tells nothing for certain.
                version: field::text(raw, &["version"])
                    .filter(|_| !raw.get("version").is_some_and(field::is_ambiguous_number)),
                profile_uid: field::text(raw, &["profileUid"]),
                condition: field::text(raw, &["condition", "type"]),
                condition_status: field::text(raw, &["condition", "status"]),
                message: field::text(raw, &["condition", "message"]),
            })
            .collect()
    }
}

/// Whether a state is the one of that name, in any letter case.
pub(crate) fn is_state(state: Option<&str>, name: &str) -> bool {
    state.is_some_and(|state| state.trim().eq_ignore_ascii_case(name))
}

/// Whether a kind of cloud is Edge.
pub(crate) fn is_edge(cloud: &str) -> bool {
    let cloud = cloud.trim();
    cloud.eq_ignore_ascii_case("edge-native") || cloud.eq_ignore_ascii_case("edge")
}

/// Whether a type of cluster is that of an imported one.
pub(crate) fn is_imported(kind: &str) -> bool {
    kind.starts_with("Alloy")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_nothing_from_nothing() {
        for raw in [
            json!(null),
            json!({}),
            json!({"spec": null, "status": 7}),
            json!({"spec": {"clusterProfileTemplates": null}}),
        ] {
            let cluster = Cluster::new(&raw);
            assert!(cluster.profiles().is_empty() && cluster.pack_statuses().is_empty(), "{raw}");
            assert!(!cluster.is_edge() && !cluster.is_imported() && !cluster.is_provisioning(), "{raw}");
            assert_eq!(cluster.cluster_template(), None);
        }
    }

    #[test]
    fn provisioning_is_read_in_any_letter_case() {
        for state in ["Provisioning", "provisioning", "PROVISIONING"] {
            let raw = json!({"status": {"state": state}});
            assert!(Cluster::new(&raw).is_provisioning(), "{state}");
        }
        let raw = json!({"status": {"state": "Running"}});
        assert!(!Cluster::new(&raw).is_provisioning());
    }

    #[test]
    fn a_template_counts_unless_it_is_empty() {
        for (template, expected) in
            [(json!(null), None), (json!({}), None), (json!(""), None), (json!("fleet"), Some("fleet"))]
        {
            let raw = json!({"spec": {"clusterTemplate": template}});
            assert_eq!(Cluster::new(&raw).cluster_template().as_deref(), expected, "{raw}");
        }
        let raw = json!({"spec": {"clusterTemplate": {"uid": "u1"}}});
        assert_eq!(Cluster::new(&raw).cluster_template().as_deref(), Some("u1"));
    }

    #[test]
    fn an_entry_is_reconciled_by_its_condition() {
        let reconciled = |condition: Value| {
            let raw = json!({"status": {"packs": [{"name": "k", "version": "1.30.1", "condition": condition}]}});
            Cluster::new(&raw).pack_statuses()[0].is_reconciled()
        };
        assert!(reconciled(json!(null)));
        assert!(reconciled(json!({"type": "Ready", "status": "True"})));
        assert!(reconciled(json!({"type": "Installed"})));
        assert!(!reconciled(json!({"type": "Ready", "status": "False"})));
        assert!(!reconciled(json!({"type": "WaitingForOtherLayers", "status": "True"})));
        assert!(!reconciled(json!({"type": "Error", "status": "True"})));
    }
}
