//! The validating admission webhook that guards the limits of a cluster update.
//!
//! It decides from the review alone: no API calls, no cache, so there is nothing to go stale. [`admission`] turns bytes
//! into bytes and knows no socket; [`service`] speaks HTTP and knows no TLS; [`server`] owns the sockets and their end.
//! [`certs`] takes up new certificates whenever the files hold one, or [`authority`] keeps a CA of the webhook's own in a
//! Secret; `guard` completes the configuration by which the API server asks. [`metrics`] and [`readiness`] tell how it goes.

pub mod admission;
mod alarm;
mod answers;
pub mod args;
mod asking;
pub mod authority;
mod body;
pub mod certs;
pub mod clock;
mod descriptors;
mod document;
mod guard;
pub mod limits;
mod load;
mod log;
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
mod source;
mod start;
mod trouble;

pub use start::run;
