//! The validating admission webhook that guards the limits of a cluster update.
//!
//! It decides from the review alone: no API calls, no cache, so there is nothing to go stale. [`admission`] turns bytes
//! into bytes and knows no socket; [`service`] speaks HTTP and knows no TLS; [`server`] owns the sockets and their end.
//! [`certs`] takes up new certificates whenever the files hold one; [`metrics`] and [`readiness`] tell how it goes.

pub mod admission;
mod answers;
pub mod args;
pub mod authority;
mod body;
pub mod certs;
pub mod clock;
mod descriptors;
pub mod limits;
mod load;
mod media;
pub mod metrics;
pub mod readiness;
pub mod record;
mod reply;
mod review;
pub mod server;
pub mod service;
pub mod settings;
pub mod shutdown;
mod start;

pub use start::run;
