//! Estimates what a change does to the nodes, by the tables of Palette's documentation.

use std::fmt;

use serde::Serialize;

use crate::cluster::Cluster;

/// What a change does to the nodes, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Nothing, or nothing that a node notices.
    None,
    /// The nodes read their configuration again.
    ConfigurationReload,
    /// A service on the nodes restarts.
    ServiceRestart,
    /// The nodes reboot.
    Reboot,
    /// The nodes of worker pools are replaced.
    RepaveWorkers,
    /// The nodes of the control plane are replaced.
    RepaveControlPlane,
    /// All nodes are replaced.
    RepaveAll,
    /// The tables do not say: it may be any of these, so that nothing counts as worse.
    Unknown,
}

impl Effect {
    /// The effect in words, such as `repave of all nodes`.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ConfigurationReload => "configuration reload",
            Self::ServiceRestart => "service restart",
            Self::Reboot => "reboot",
            Self::RepaveWorkers => "repave of the workers",
            Self::RepaveControlPlane => "repave of the control plane",
            Self::RepaveAll => "repave of all nodes",
            Self::Unknown => "unknown",
        }
    }

    /// Whether nodes are replaced.
    pub fn is_repave(self) -> bool {
        matches!(self, Self::RepaveWorkers | Self::RepaveControlPlane | Self::RepaveAll)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// One changed key and its effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// The pack's name.
    pub pack: String,
    /// The pack's layer.
    pub layer: String,
    /// The changed key in the pack's values, `version`, or what else of the pack changes.
    pub key: String,
    /// What it does.
    pub effect: Effect,
    /// The rule of the tables that says so, in words.
    pub because: String,
}

/// What the change from `before` to `after` does to the nodes: an estimate, a line for each changed key.
pub fn estimate(before: &Cluster<'_>, after: &Cluster<'_>) -> Vec<Estimate> {
    let _ = (before, after);
    Vec::new()
}

/// The worst effect of all; none where there is no estimate.
pub fn worst(estimates: &[Estimate]) -> Effect {
    estimates.iter().map(|it| it.effect).max().unwrap_or(Effect::None)
}
