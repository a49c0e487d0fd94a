//! A throw-away Kubernetes control plane, for tests and for the tour.
//!
//! [`Sandbox::start`] gives a real API server with real controllers, on loopback, with everything in one temporary
//! directory. The processes belong to a supervisor process of their own (`profile-sandbox supervise`), whose standard
//! input the caller holds: when the caller ends, however it ends, the input closes and the supervisor stops them all.

pub mod assets;
pub mod binaries;
pub mod certificates;
pub mod cli;
pub mod error;
pub mod install;
pub mod run;
pub mod samples;
pub mod sandbox;
pub mod supervisor;
pub mod tour;

mod child;
mod control_plane;
mod files;
mod kubeconfig;
mod packs;
mod ports;
mod progress;
mod protocol;
mod service_account;
mod shipped;
mod wait;

pub use error::SandboxError;
pub use run::Run;
pub use sandbox::{LocalWebhook, Options, Sandbox};
