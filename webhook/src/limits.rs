//! How long and how much the server takes from a client.
//!
//! What is over a bound of the work is refused at once with 503, so that the API server learns it while it has time left.
//! The one thing that waits is a whole review behind the sixteen that are being decided: a decision takes less than a
//! thousandth of a second, and a queue of 256 is through long before any deadline, while a refusal would be a write that
//! somebody has to send again. The queue has an end, because a longer one would only be answered when nobody waits any more.

use std::time::Duration;

/// Bytes of the longest TLS record with its header (RFC 8446, 5.2), which are read from a connection at once and held for each. rustls
/// asks for 4 KB: without a buffer before it, a review takes four calls of the system instead of one.
pub const LONGEST_RECORD: usize = 5 + (16 * 1024 + 256);

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
    /// Connections at once. The oldest one that sent no review yet gives way to a further one, so that strangers cannot keep
    /// the API server out; while all of them sent one, further ones wait in the backlog. It stays well below 1024, the
    /// number of open files that many container runtimes allow, or the health port would go down with it.
    pub connections: usize,
    /// Reviews decided at once; with `body_bytes` this bounds the memory that parsing takes.
    pub reviews: usize,
    /// Reviews of so many bytes are decided where they were read, which takes less time than handing them to another thread.
    /// Larger ones are handed over: a long decision must keep neither the probes nor other reviews waiting.
    pub bytes_in_place: usize,
    /// Reviews that wait for one of these to end; above it a review is refused.
    pub waiting: usize,
    /// Reviews of one connection in work at once, which is also what a client of HTTP/2 is told that it may send. It meets the
    /// bound only when it gives requests up and sends others: what was begun is decided all the same.
    pub reviews_per_connection: usize,
    /// Age at which a connection is closed, so that load finds its way to new pods: behind its next answer, or for HTTP/2,
    /// which can say so, behind the requests that are under way.
    pub connection_age: Duration,
    /// Time between two looks at the files with the certificate.
    pub reload: Duration,
    /// Time to go on accepting after the signal.
    pub shutdown_delay: Duration,
    /// Time for requests in flight to finish after that.
    pub drain: Duration,
}

impl Limits {
    /// The bounds of a real server.
    pub const DEFAULT: Self = Self {
        handshake: Duration::from_secs(5),
        first_header: Duration::from_secs(2),
        idle: Duration::from_secs(120),
        body: Duration::from_secs(10),
        body_bytes: 7 * 1024 * 1024,
        bytes_at_once: 256 * 1024 * 1024,
        connections: 512,
        reviews: 16,
        bytes_in_place: 64 * 1024,
        waiting: 256,
        reviews_per_connection: 64,
        connection_age: Duration::from_secs(120),
        reload: Duration::from_secs(5),
        shutdown_delay: Duration::ZERO,
        drain: Duration::from_secs(20),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
