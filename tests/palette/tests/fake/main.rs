//! How the fake behaves, asked by HTTPS as a client asks it.

mod answers;
mod client;
mod contract;
mod faults;
mod lists;
mod manifests;
mod profiles;
mod repave;
mod shop;
mod staged;
mod switch;
mod updates;
mod variables;
