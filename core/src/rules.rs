//! The rules of an update, one file each, and the one list that names them.

use std::collections::BTreeMap;

use crate::{
    allowance,
    baseline::{self, Move},
    cluster::Cluster,
    facts::Facts,
    notices,
};

mod cluster_provisioning;
mod core_layer_removal;
mod edge_cni_change;
mod k8s_downgrade;
mod k8s_multi_minor;
mod k8s_version_unreadable;

/// Every rule. A rule is one file; this list is the only other place that knows it.
const RULES: [fn(&Change<'_>) -> Vec<Violation>; 6] = [
    cluster_provisioning::check,
    k8s_downgrade::check,
    k8s_multi_minor::check,
    k8s_version_unreadable::check,
    edge_cni_change::check,
    core_layer_removal::check,
];

/// What a rule judges: both sides, and the Kubernetes packs that the change brings in.
struct Change<'a> {
    before: &'a Facts<'a>,
    after: &'a Facts<'a>,
    moves: Vec<Move<'a>>,
    /// What the profile content changes to, as an exception has to name it; `None` where it does not change.
    other_content: &'a dyn Fn() -> Option<String>,
}

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
    /// Every rule's code, in the order in which violations are told.
    pub const ALL: [Self; 6] = [
        Self::ClusterProvisioning,
        Self::K8sDowngradeAfterUpgradeNotSupported,
        Self::K8sMultiMinorUpgradeNotSupported,
        Self::K8sVersionUnreadable,
        Self::EdgeCniChangeNotSupported,
        Self::CoreLayerRemovalNotSupported,
    ];

    /// The rule of this code, or what is wrong with it and what there is.
    ///
    /// # Errors
    /// When there is no such rule.
    pub fn named(code: &str) -> Result<Self, String> {
        let known = Self::ALL.map(Self::as_str);
        Self::ALL.into_iter().find(|it| it.as_str() == code).ok_or_else(|| unknown("rule", code, &known))
    }

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

impl Mode {
    /// Every mode, the strictest first.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Warn, Self::Audit];

    /// The mode of this name, or what is wrong with it and what there is.
    ///
    /// # Errors
    /// When there is no such mode.
    pub fn named(mode: &str) -> Result<Self, String> {
        let known = Self::ALL.map(Self::as_str);
        Self::ALL.into_iter().find(|it| it.as_str() == mode).ok_or_else(|| unknown("mode", mode, &known))
    }

    /// The word that stands in flags and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
            Self::Audit => "audit",
        }
    }
}

/// Says that there is no `name`, what may be meant, and what there is.
pub fn unknown(kind: &str, name: &str, known: &[&str]) -> String {
    const LONGEST: usize = 64;
    const CUTOFF: f32 = 0.5;
    let there_are = format!("known: {}", known.join(", "));
    // Nobody mistypes a name of such a length, and comparing it takes long.
    if name.len() > LONGEST {
        return format!("unknown {kind} of {} bytes; {there_are}", name.len());
    }
    match similar::get_close_matches(name, known, 1, CUTOFF).first() {
        Some(nearest) => format!("unknown {kind} {name:?}; did you mean {nearest}? {there_are}"),
        None => format!("unknown {kind} {name:?}; {there_are}"),
    }
}

/// The first part of a text that may be of any length.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 64;
    if text.chars().count() <= SHOWN {
        text.to_owned()
    } else {
        text.chars().take(SHOWN).chain("…".chars()).collect()
    }
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
    /// What the change goes to, in one word: what an exception from the rule has to name, see [`crate::allowance`].
    pub target: String,
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

impl Verdict {
    /// All violations, whatever their rule's mode.
    pub fn violations(&self) -> impl Iterator<Item = &Violation> {
        self.denied.iter().chain(&self.warned).chain(&self.audited)
    }
}

/// Judges the change of a cluster from `before` to `after` by every rule; stops at none.
///
/// A cluster that is being deleted is exempt from all of them: nothing may stand between it and its end.
pub fn check(before: &Cluster<'_>, after: &Cluster<'_>, policy: &Policy) -> Verdict {
    let other_content = || allowance::other_content(before, after);
    judge(&Facts::of(before), &Facts::of(after), &other_content, policy)
}

/// Judges the same change by what the rules look at. What the profile content changes to (see [`allowance::other_content`]) is
/// asked where a rule depends on it, which it seldom does: it takes longer to tell than all the rest.
pub fn judge(
    before: &Facts<'_>,
    after: &Facts<'_>,
    other_content: &dyn Fn() -> Option<String>,
    policy: &Policy,
) -> Verdict {
    let mut verdict = Verdict::default();
    let is_moot = !before.is_provisioning() && before.has_packs_of(after);
    if before.is_being_deleted() || is_moot {
        return verdict;
    }
    let moves = baseline::moves(before, after);
    let change = Change { before, after, moves, other_content };
    for violation in RULES.iter().flat_map(|rule| rule(&change)) {
        match policy.mode(violation.code) {
            Mode::Enforce => verdict.denied.push(violation),
            Mode::Warn => verdict.warned.push(violation),
            Mode::Audit => verdict.audited.push(violation),
        }
    }
    verdict.notices = notices::of(before, after, &change.moves);
    verdict
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path};

    use super::*;
    use crate::fixtures::{aws, edge, verdict};

    #[test]
    #[expect(
        clippy::disallowed_methods,
        clippy::disallowed_macros,
        reason = "the test looks at the crate's own source files"
    )]
    fn every_file_of_a_rule_is_in_the_list() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        let files: BTreeSet<_> = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
        let source = include_str!("rules.rs");
        for file in &files {
            let name = file.file_stem().unwrap().to_str().unwrap();
            assert!(source.contains(&format!("    {name}::check,")), "{name} is not in RULES");
        }
        assert_eq!(files.len(), RULES.len());
    }

    #[test]
    fn collects_the_violations_of_all_rules() {
        let before = edge().k8s("1.30.0").pack("cni", "a", "1.0.0").pack("os", "u", "1.0.0").state("Provisioning");
        let after = edge().k8s("1.32.0").pack("cni", "b", "1.0.0");
        let codes: Vec<_> = verdict(&before, &after).denied.into_iter().map(|it| it.code).collect();
        assert_eq!(
            codes,
            [
                Code::ClusterProvisioning,
                Code::K8sMultiMinorUpgradeNotSupported,
                Code::EdgeCniChangeNotSupported,
                Code::CoreLayerRemovalNotSupported,
            ]
        );
    }

    #[test]
    fn a_mode_decides_what_becomes_of_a_violation() {
        let (before, after) = (aws().k8s("1.30.0"), aws().k8s("1.29.0"));
        let (before, after) = (Cluster::new(before.json()), Cluster::new(after.json()));
        let code = Code::K8sDowngradeAfterUpgradeNotSupported;
        let warned = check(&before, &after, &Policy::default().with(code, Mode::Warn));
        assert_eq!((warned.denied.len(), warned.warned.len(), warned.audited.len()), (0, 1, 0));
        let audited = check(&before, &after, &Policy::default().with(code, Mode::Audit));
        assert_eq!((audited.denied.len(), audited.warned.len(), audited.audited.len()), (0, 0, 1));
    }

    #[test]
    fn codes_and_modes_are_read_as_they_are_written() {
        for code in Code::ALL {
            assert_eq!(Code::named(code.as_str()), Ok(code));
        }
        for mode in Mode::ALL {
            assert_eq!(Mode::named(mode.as_str()), Ok(mode));
        }
        let message = Code::named("clusterprovisioning").unwrap_err();
        assert!(message.contains("did you mean ClusterProvisioning? known: ClusterProvisioning, K8s"), "{message}");
        assert_eq!(Mode::named("off").unwrap_err(), "unknown mode \"off\"; known: enforce, warn, audit");
        assert!(Mode::named("Warn").unwrap_err().contains("did you mean warn?"));
        assert_eq!(Mode::named(&"x".repeat(90)).unwrap_err(), "unknown mode of 90 bytes; known: enforce, warn, audit");
    }

    #[test]
    fn a_violation_names_the_field_of_its_own_pack() {
        let violation =
            &verdict(&aws().pack("os", "u", "1").k8s("1.30.0"), &aws().pack("os", "u", "1").k8s("1.32.0")).denied[0];
        assert_eq!(violation.field, "spec.clusterProfileTemplates[0].packs[1].version");
    }
}
