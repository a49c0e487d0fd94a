//! A certificate authority of the webhook's own: what it keeps, and what is to be done with it when.
//!
//! Nothing here reads a clock or asks a server: [`plan::next`] says from what is kept, from what the API server trusts and from the
//! time which step comes next. Each step leaves a state in which every certificate that may still be served is trusted, so that
//! it does not matter when, or by which replica, the next one is made.

pub mod ca;
pub mod material;
pub mod plan;

use std::time::Duration;

/// For how long certificates are made.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// An authority: it is followed by another one in the last third of that time.
    pub ca: Duration,
    /// A certificate that is served: it is made anew in the last third of that time.
    pub leaf: Duration,
    /// How long two clocks may be apart: every certificate begins so much before it is made.
    pub skew: Duration,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Lifetimes {
    fn default() -> Self {
        Self { ca: 365 * DAY, leaf: 7 * DAY, skew: Duration::from_secs(60 * 60) }
    }
}

/// Why a certificate cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The library that makes certificates refused.
    #[error("a certificate cannot be made: {0}")]
    Unmade(#[from] rcgen::Error),
    /// A name cannot stand in a certificate.
    #[error("{name:?} cannot stand in a certificate: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}
