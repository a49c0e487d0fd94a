//! Tests on a real control plane, through real kubectl.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod bash;
mod charts;
mod completion;
mod connection;
mod crds;
mod doctor;
mod fleet;
mod gate;
mod list;
mod monitoring;
mod orphans;
mod overrides;
mod packaged;
mod policy;
mod races;
mod replicas;
mod rules;
mod sandbox;
mod scaling;
mod self_managed;
mod stores;
mod switch;
mod terminal;
mod threats;
mod watching;
mod webhook_down;
mod world;
