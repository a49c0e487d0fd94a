//! How long and how much the server takes from a client.

use std::time::Duration;

/// Every bound of the server in one place, so that tests can set tiny ones.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time for a TLS handshake.
    pub handshake: Duration,
    /// Time from the handshake to the end of the first request's header.
    pub first_header: Duration,
    /// Time that a connection may wait for its next request once a review came by it and was answered; behind any other
    /// answer it is closed, so that idle strangers do not fill `connections`. The API server drops idle connections after 90
    /// seconds; the server has to be the more patient side, or it closes just when a review is on its way, and the API
    /// server does not repeat a POST.
    pub idle: Duration,
    /// Time for a review: to read it, to wait for its turn and to decide it.
    pub body: Duration,
    /// Bytes that a review may have. Two objects of up to 3 MB each arrive in one.
    pub body_bytes: usize,
    /// Bytes of all bodies that are being read, wait for a turn or are being decided; above it a review is refused.
    pub bytes_at_once: usize,
    /// Connections at once; further ones wait in the backlog. It stays well below 1024, the number of open files that
    /// many container runtimes allow, or the health port would go down with it.
    pub connections: usize,
    /// Reviews decided at once; with `body_bytes` this bounds the memory that parsing takes.
    pub reviews: usize,
    /// Age at which a connection is closed behind its next answer, so that load finds its way to new pods.
    pub connection_age: Duration,
    /// Time to go on accepting after the signal.
    pub shutdown_delay: Duration,
    /// Time for requests in flight to finish after that.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(5),
            first_header: Duration::from_secs(2),
            idle: Duration::from_secs(120),
            body: Duration::from_secs(10),
            body_bytes: 7 * 1024 * 1024,
            bytes_at_once: 256 * 1024 * 1024,
            connections: 512,
            reviews: 16,
            connection_age: Duration::from_secs(120),
            shutdown_delay: Duration::ZERO,
            drain: Duration::from_secs(20),
        }
    }
}
