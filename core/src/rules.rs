//! The rules of an update, one file each, and the one list that names them.

use std::collections::BTreeMap;

use crate::cluster::Cluster;

/// The stable code of a rule, the same in the webhook's denials and in the plugin's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The profile content changed while the cluster is being provisioned.
    ClusterProvisioning,
    /// The Kubernetes version is below the one that the cluster runs.
    K8sDowngradeAfterUpgradeNotSupported,
    /// The Kubernetes version is more than one minor above the one that the cluster runs.
    K8sMultiMinorUpgradeNotSupported,
    /// The new Kubernetes version cannot be read.
    K8sVersionUnreadable,
    /// The CNI of an Edge cluster changed.
    EdgeCniChangeNotSupported,
    /// A core layer of the cluster is gone.
    CoreLayerRemovalNotSupported,
}

impl Code {
    /// The code as it stands in denials and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClusterProvisioning => "ClusterProvisioning",
            Self::K8sDowngradeAfterUpgradeNotSupported => "K8sDowngradeAfterUpgradeNotSupported",
            Self::K8sMultiMinorUpgradeNotSupported => "K8sMultiMinorUpgradeNotSupported",
            Self::K8sVersionUnreadable => "K8sVersionUnreadable",
            Self::EdgeCniChangeNotSupported => "EdgeCniChangeNotSupported",
            Self::CoreLayerRemovalNotSupported => "CoreLayerRemovalNotSupported",
        }
    }
}

/// What happens when a rule is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The write is denied.
    #[default]
    Enforce,
    /// The write passes and the user is warned.
    Warn,
    /// The write passes and only the audit log knows.
    Audit,
}

/// The mode of each rule; `Enforce` unless set.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    modes: BTreeMap<Code, Mode>,
}

impl Policy {
    /// The same policy with `code` in `mode`.
    #[must_use]
    pub fn with(mut self, code: Code, mode: Mode) -> Self {
        self.modes.insert(code, mode);
        self
    }

    /// The mode of `code`.
    pub fn mode(&self, code: Code) -> Mode {
        self.modes.get(&code).copied().unwrap_or_default()
    }
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's code.
    pub code: Code,
    /// The path of the field that breaks it, such as `spec.clusterProfileTemplates[0].packs[1].version`.
    pub field: String,
    /// A sentence that stands alone: the values, and the next legal step where there is one.
    pub message: String,
}

/// Something that is allowed and that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The path of the field that it is about.
    pub field: String,
    /// A sentence that stands alone.
    pub message: String,
}

/// All that the rules say about one change. The change may be made when `denied` is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Violations of rules in mode `Enforce`.
    pub denied: Vec<Violation>,
    /// Violations of rules in mode `Warn`.
    pub warned: Vec<Violation>,
    /// Violations of rules in mode `Audit`.
    pub audited: Vec<Violation>,
    /// What is allowed and should be known.
    pub notices: Vec<Notice>,
}

/// Judges the change from `before` to `after` by every rule; stops at none.
pub fn check(_before: &Cluster<'_>, _after: &Cluster<'_>, _policy: &Policy) -> Verdict {
    Verdict::default()
}
