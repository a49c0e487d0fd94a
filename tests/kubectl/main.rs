//! What is ours beside kubectl's own, on a real API server: the same question, and the same answer.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod conformance;
mod formats;
mod sandbox;
