//! The validating admission webhook that guards the limits of a cluster update.
//!
//! It decides from the review alone: no API calls, no cache, so there is nothing to go stale. [`admission`] turns bytes
//! into bytes and knows no socket; [`service`] speaks HTTP and knows no TLS; [`server`] owns the sockets and their end.
//! The certificate is read once, at start: a new one is taken up by restarting the pods.

pub mod admission;
pub mod args;
mod body;
pub mod certs;
pub mod limits;
pub mod record;
mod reply;
mod review;
pub mod server;
pub mod service;
pub mod settings;
pub mod shutdown;
mod start;

pub use start::run;
