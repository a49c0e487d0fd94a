//! What is rendered here and what real Helm renders, document by document.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod conditions;
mod constraints;
mod expressions;
mod helm;
mod manifests;
mod packs;
mod refusals;
mod yaml;
