//! A certificate authority of the webhook's own: what it keeps, and what is to be done with it when.
//!
//! [`plan::next`] reads no clock and asks no server: it says from what is kept, from what the API server trusts and from the time
//! which step comes next. Each step leaves a state in which every certificate that may still be served is trusted, so that
//! it does not matter when, or by which replica, the next one is made. [`keeper`] makes the steps: it keeps them in a Secret,
//! agrees with other replicas by a Lease, and serves what is kept.

pub mod ca;
pub(crate) mod keeper;
pub(crate) mod lease;
pub mod material;
pub mod plan;
pub(crate) mod serving;
mod settled;
pub(crate) mod store;
pub(crate) mod told;

use std::time::Duration;

pub use material::Material;
pub(crate) use material::bundle;

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

impl Lifetimes {
    /// Others than the default, with which clocks may be apart by a tenth of a leaf's time, and by an hour at most.
    pub fn of(ca: Duration, leaf: Duration) -> Self {
        Self { ca, leaf, skew: Self::default().skew.min(leaf / 10) }
    }

    /// How long what stands in the guard has to stand there before every API server goes by it.
    pub(crate) fn settling(&self) -> Duration {
        SETTLING.min(self.leaf / 5)
    }
}

const SETTLING: Duration = Duration::from_secs(30);
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
