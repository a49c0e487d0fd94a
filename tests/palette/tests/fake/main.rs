//! How the fake behaves, asked by HTTPS as a client asks it.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod answers;
mod client;
mod contract;
mod faults;
mod lists;
mod manifests;
mod prism;
mod profiles;
mod repave;
mod shop;
mod staged;
mod switch;
mod updates;
mod variables;
