//! Feeds reviews to the webhook: in process for what it decides, over real TLS for how it begins and ends, and as a program of
//! its own for what strangers, the kubelet and a lack of everything do to it.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod admission;
mod allowances;
mod attacks;
mod bodies;
mod certs;
mod clients;
mod decisions;
mod denials;
mod descriptors;
mod faults;
mod flood;
mod held;
mod http2;
mod load;
mod logging;
mod metrics;
mod readiness;
mod reload;
mod reloads;
mod reviews;
mod rotations;
mod routes;
mod samples;
mod server;
mod strange;
mod tls;
mod versions;

use profile_tests::{
    random::world,
    webhook::{authority, client, program, volume},
};
