//! The model, the rules and the decisions of kubectl-profile.
//!
//! Everything here is a function of its arguments: no IO, no clock, no environment, no async. The plugin and the
//! webhook read the world, call this crate and act on its answer.

pub mod allowance;
pub mod annotations;
pub mod base;
mod baseline;
mod beside;
pub mod blame;
pub mod cluster;
pub mod content;
pub mod diff;
pub mod facts;
pub mod field;
#[cfg(test)]
mod fixtures;
pub mod json;
pub mod mask;
mod memory;
pub mod merge;
mod notices;
pub mod orphans;
pub mod pack;
pub mod presets;
pub mod probe;
pub mod profile;
pub mod reconciliation;
pub mod render;
pub mod repave;
pub mod retold;
pub mod revision;
pub mod rules;
pub mod scale;
pub mod splice;
pub mod switch;
pub mod version;
pub mod yaml;
