//! What the tests of every theme share: where the binaries are and how a run is read.

pub mod schema;
pub mod screen;
pub mod shell;
pub mod threads;
pub mod webhook;

pub use profile_oracle::random;
pub use profile_sandbox::{Run, Sandbox, SandboxError, binaries};
