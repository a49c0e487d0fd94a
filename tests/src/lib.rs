//! What the tests of every theme share: where the binaries are and how a run is read.

pub mod shell;

pub use profile_sandbox::{Run, Sandbox, SandboxError, binaries};

pub mod schema;
