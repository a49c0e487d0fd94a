//! The webhook as a program of its own, and those who speak to it: a client over TLS, a CA, a volume that is swapped.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

use std::time::Duration;

use tokio::time;

pub mod authority;
pub mod client;
pub mod log;
pub mod program;
pub mod volume;

/// Waits for what comes at once when the webhook works, so that a fault is a failed test and not one that hangs.
pub async fn soon<F: Future>(future: F) -> F::Output {
    time::timeout(Duration::from_secs(60), future)
        .await
        .expect("the webhook did not do in a minute what it does at once")
}
