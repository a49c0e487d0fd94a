//! Counts what happens, for Prometheus: what is asked, what is decided, what is refused, and what is served.
//!
//! Every series exists from the start, at zero, so that an alert sees its first step; and whoever counts holds a handle
//! already, so that counting is an addition and looks nothing up.

use std::sync::Arc;

use profile_core::{allowance::Consequence, rules::Code};
use prometheus_client::{
    encoding::text,
    metrics::{counter::Counter, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::{
    certs::{Change, Validity},
    record::Record,
};

mod authority;
mod config;
mod outcome;
mod series;

pub use authority::{AuthorityMetrics, Object};
pub use config::ConfigMetrics;
pub use outcome::{Outcome, Refusal};

/// The media type of what [`Metrics::text`] writes.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What every name begins with.
const PREFIX: &str = "profile_webhook";

/// Upper bounds of the seconds that a review takes. The smallest is what one of common size takes, the largest is the time
/// that the API server has for one.
const SECONDS: [f64; 17] =
    [50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: [Counter; Outcome::ALL.len()],
    seconds: Histogram,
    in_flight: Gauge,
    refused: [Counter; Refusal::ALL.len()],
    /// By code, by consequence, and whether it was a dry run.
    verdicts: [[[Counter; 2]; 4]; Code::ALL.len()],
    exempt: [Counter; 2],
    exceptions: [Counter; 2],
    connections: Gauge,
    evicted: Counter,
    accept_errors: Counter,
    handshakes: [Counter; 3],
    not_before: Gauge,
    not_after: Gauge,
    is_current: Gauge,
    certificate_reloads: [Counter; 2],
    client_ca_reloads: [Counter; 2],
    config: ConfigMetrics,
    authority: AuthorityMetrics,
}

/// How a TLS handshake ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handshake {
    Done,
    Failed,
    TooSlow,
}

impl Metrics {
    /// All of them at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let all = &mut registry;
        let seconds = Histogram::new(SECONDS);
        all.register(
            "review_duration_seconds",
            "Seconds from the last byte of a review to its answer",
            seconds.clone(),
        );
        let metrics = Self {
            requests: outcome::requests(all),
            refused: outcome::refused(all),
            seconds,
            in_flight: series::gauge(all, "requests_in_flight", "Requests for a decision that are not answered yet"),
            verdicts: series::verdicts(all),
            exempt: series::by_dry_run(all, "exempt", "Writes of users whom the rules do not bind"),
            exceptions: series::by_dry_run(all, "exceptions", "Writes that an exception let pass"),
            connections: series::gauge(all, "connections", "Open connections on the TLS port"),
            evicted: series::counter(
                all,
                "connections_evicted",
                "Connections that sent no review and gave way to others",
            ),
            accept_errors: series::counter(all, "accept_errors", "Connections that the system could not hand over"),
            handshakes: series::one_of(
                all,
                "tls_handshakes",
                "TLS handshakes",
                "result",
                ["done", "failed", "too_slow"],
            ),
            not_before: series::gauge(
                all,
                "certificate_not_before_timestamp_seconds",
                "The first second in which the served certificate is valid",
            ),
            not_after: series::gauge(
                all,
                "certificate_not_after_timestamp_seconds",
                "The last second in which the served certificate is valid",
            ),
            is_current: series::gauge(
                all,
                "certificate_is_current",
                "1 while the certificate files hold what is served, 0 while they hold what cannot be served",
            ),
            certificate_reloads: series::reloads(all, "certificate_reloads", "New contents of the certificate files"),
            client_ca_reloads: series::reloads(
                all,
                "client_ca_reloads",
                "New contents of the file with the CA of clients",
            ),
            config: ConfigMetrics::new(all),
            authority: AuthorityMetrics::new(all),
            registry: Registry::default(),
        };
        metrics.is_current.set(1);
        series::info(all, "build", "The program", &[("version", env!("CARGO_PKG_VERSION"))]);
        Self { registry, ..metrics }
    }

    /// What Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(16 * 1024);
        // Writing to a String does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }

    /// Counts what was decided.
    pub fn record(&self, record: &Record) {
        let dry_run = usize::from(record.dry_run);
        for (code, consequence) in &record.verdicts {
            self.verdicts[series::position(*code)][*consequence as usize][dry_run].inc();
        }
        if record.exempt {
            self.exempt[dry_run].inc();
        } else if record.verdicts.iter().any(|(_, consequence)| *consequence == Consequence::Excused) {
            self.exceptions[dry_run].inc();
        }
    }

    /// What is counted of the configuration.
    pub fn config(&self) -> &ConfigMetrics {
        &self.config
    }

    /// What is counted of the webhook's own authority and of the guard.
    pub fn authority(&self) -> &AuthorityMetrics {
        &self.authority
    }

    /// Counts a request from now until what is returned is dropped.
    pub(crate) fn request(self: &Arc<Self>) -> InFlight {
        self.in_flight.inc();
        InFlight { metrics: Arc::clone(self), outcome: Outcome::Abandoned }
    }

    /// Notes how long a review took.
    pub(crate) fn took(&self, seconds: f64) {
        self.seconds.observe(seconds);
    }

    /// Counts what was refused to bound the work.
    pub(crate) fn refused(&self, refusal: Refusal) {
        self.refused[refusal as usize].inc();
    }

    /// Counts an open connection until what is returned is dropped.
    pub(crate) fn connection(self: &Arc<Self>) -> OpenConnection {
        self.connections.inc();
        OpenConnection(Arc::clone(self))
    }

    /// Counts a connection that had to give way.
    pub(crate) fn evicted(&self) {
        self.evicted.inc();
    }

    /// Counts a connection that could not be accepted.
    pub(crate) fn accept_error(&self) {
        self.accept_errors.inc();
    }

    /// Counts a TLS handshake.
    pub(crate) fn handshake(&self, handshake: Handshake) {
        self.handshakes[handshake as usize].inc();
    }

    /// Notes what is served from now on.
    pub(crate) fn certificate(&self, validity: Validity) {
        self.not_before.set(validity.not_before());
        self.not_after.set(validity.not_after());
    }

    /// Notes whether the files hold what is served.
    pub(crate) fn certificate_is_current(&self, is_current: bool) {
        self.is_current.set(i64::from(is_current));
    }

    /// Counts what a look at the pair's files found.
    pub(crate) fn certificate_reload(&self, change: Change) {
        series::count_change(&self.certificate_reloads, change);
    }

    /// Counts what a look at the file with the CA of clients found.
    pub(crate) fn client_ca_reload(&self, change: Change) {
        series::count_change(&self.client_ca_reloads, change);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// A request that is counted when it ends; as abandoned, when it ends without an answer.
#[derive(Debug)]
pub(crate) struct InFlight {
    metrics: Arc<Metrics>,
    outcome: Outcome,
}

impl InFlight {
    /// Says how it ended.
    pub(crate) fn ends(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
        self.metrics.requests[self.outcome as usize].inc();
    }
}

/// A connection that is counted while it is open.
#[derive(Debug)]
pub(crate) struct OpenConnection(Arc<Metrics>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.connections.dec();
    }
}
