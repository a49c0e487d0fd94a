//! Feeds reviews to the webhook: in process for what it decides, over real TLS for how it begins and ends.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod admission;
mod allowances;
mod bodies;
mod certs;
mod decisions;
mod denials;
mod process;
mod reload;
mod reviews;
mod routes;
mod samples;
mod server;
mod tls;
