//! Estimates what a change does to the nodes, by the tables of Palette's documentation.

use serde::Serialize;

use crate::cluster::Cluster;

/// What a change does to the nodes, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// Nothing.
    None,
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
}

/// One changed key and its effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// The pack's name.
    pub pack: String,
    /// The pack's layer.
    pub layer: String,
    /// The changed key in the pack's values, or `version`.
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
