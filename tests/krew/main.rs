//! The plugin's release in the hands of real krew, and the workflows that make it in those of their linter.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod archives;
mod downloads;
mod home;
mod index;
mod install;
mod manifest;
mod upgrade;
mod workflows;
