//! A small stateful fake of the REST API of Spectro Cloud Palette.
//!
//! [`Fake::start`] serves a [`World`] by HTTPS on loopback. Requests change the world as they would change the real
//! thing, as far as that is documented; tests look at the world, make requests go wrong with a [`Fault`], and ask
//! afterwards what was called and what of it did not fit Palette's own API description.

pub mod cli;
pub mod prism;
pub mod world;

mod api;
mod call;
mod certificates;
mod contract;
mod exchange;
mod fake;
mod fault;
mod options;
mod rate;
mod server;
mod state;

pub use api::endpoints;
pub use call::Call;
pub use contract::file as openapi_file;
pub use exchange::{Answer, Request};
pub use fake::Fake;
pub use fault::{Effect, Fault};
pub use options::Options;
pub use rate::RateLimit;
pub use world::World;
