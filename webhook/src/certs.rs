//! What the webhook serves TLS with: read from files, and taken up anew whenever their content changes.
//!
//! They are read before anything listens, so that a bad pair is an error at start and not at the first review. Later a
//! bad one changes nothing but the readiness detail, the log and a metric: the pair that is served goes on.

mod clients;
mod error;
mod files;
mod pair;
mod part;
mod served;
mod validity;
mod watcher;

pub(crate) use clients::verifier;
pub use error::CertificateError;
pub(crate) use files::Content;
pub use files::Files;
pub(crate) use pair::Pair;
pub(crate) use part::{Change, Part};
pub use served::{Identity, Serve, Served};
pub use validity::Validity;
pub use watcher::Watcher;
