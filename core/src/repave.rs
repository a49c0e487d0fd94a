//! Estimates what a change does to the nodes, by the tables of Palette's documentation.
//!
//! The tables are those of its pages "Repave Behavior and Configuration" (node pools) and "Edge Cluster Upgrade Behavior".
//! What they do not list is said to be unknown, and never taken for harmless.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::cluster::Cluster;

mod edge;
mod keys;
mod lines;
mod nodes;
mod packs;
mod references;

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
    /// The tables do not say: it may be any of these. Only what is known to replace all nodes is worse.
    Unknown,
    /// All nodes are replaced.
    RepaveAll,
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
            Self::Unknown => "unknown",
            Self::RepaveAll => "repave of all nodes",
        }
    }

    /// Whether nodes are replaced for certain.
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
    /// The changed key in the pack's values, or what else changes: `version`, `pack`, `type`, `values`, a field's name.
    pub key: String,
    /// What it does.
    pub effect: Effect,
    /// The rule of the tables that says so, in words.
    pub because: String,
}

/// What the change from `before` to `after` does to the nodes: an estimate, a line for each changed key of the layers that
/// make a node. Add-ons have no line: they run on nodes and do not make them, unless a key of those layers takes their
/// values in; then that key has a line.
pub fn estimate(before: &Cluster<'_>, after: &Cluster<'_>) -> Vec<Estimate> {
    lines::estimate(before, after)
}

/// Profiles, and the cloud that they are for where something beside them says it.
pub struct Point<'a> {
    /// The cloud type of the cluster that has the profiles; `None` where they are no cluster's.
    pub cloud: Option<&'a str>,
    /// The profiles, as a cluster has them attached.
    pub profiles: Vec<&'a Value>,
}

impl Point<'_> {
    fn document(&self, cloud: Option<&str>) -> Value {
        json!({"spec": {"cloudType": cloud.or(self.cloud), "clusterProfileTemplates": self.profiles}})
    }

    /// Whether it is Edge, or `None` where nothing says it.
    fn says_edge(&self) -> Option<bool> {
        lines::says_edge(&Cluster::new(&self.document(None)))
    }
}

/// What the change does to the nodes between two points that need not be one cluster, such as two profile versions.
/// `None` where it does one thing to Edge nodes and another to all others, and which of them are meant cannot be told.
pub fn estimate_between(before: &Point<'_>, after: &Point<'_>) -> Option<Vec<Estimate>> {
    let of = |is_edge: bool| {
        let cloud = if is_edge { "edge-native" } else { "other" };
        let (before, after) = (before.document(Some(cloud)), after.document(Some(cloud)));
        estimate(&Cluster::new(&before), &Cluster::new(&after))
    };
    let (before, after) = (before.says_edge(), after.says_edge());
    match before.or(after) {
        Some(is_edge) if after.or(before) == Some(is_edge) => Some(of(is_edge)),
        _ => {
            let estimate = of(true);
            (estimate == of(false)).then_some(estimate)
        }
    }
}

/// The worst effect of all; none where there is no estimate.
pub fn worst(estimates: &[Estimate]) -> Effect {
    estimates.iter().map(|it| it.effect).max().unwrap_or(Effect::None)
}

#[cfg(test)]
mod tests;
