//! How a fake behaves.

use std::time::Duration;

use crate::rate::RateLimit;

/// How a fake behaves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long each answer takes at least.
    pub latency: Duration,
    /// Beyond this, requests are answered with 429 and no headers.
    pub rate_limit: Option<RateLimit>,
    /// How many items a page has where the request does not say.
    pub page: usize,
    /// Whether requests and answers are checked against the API description, where it can be found.
    pub contract: bool,
    /// The port; 0 for a free one.
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { latency: Duration::ZERO, rate_limit: None, page: 50, contract: true, port: 0 }
    }
}
