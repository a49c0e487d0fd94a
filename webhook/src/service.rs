//! Answers HTTP requests: the review, the probes, the metrics, and nothing else.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use hyper::{Method, Request, StatusCode, body::Body};
use jiff::Timestamp;
use profile_core::rules::Policy;
use tokio::sync::Semaphore;

use crate::{
    admission::{self, AdmissionError, Decision},
    answers::{Answer, text, typed, wrong_method},
    certs::Watcher,
    clock::Clock,
    limits::Limits,
    load::{Load, Peer},
    metrics::{self, Metrics},
    readiness::{Check, Finding, Report},
    settings::Settings,
};

mod validate;

type Decide = dyn Fn(&[u8]) -> Result<Decision, AdmissionError> + Send + Sync;
type Examine = dyn Fn() -> Check + Send + Sync;

/// What every connection shares: how to decide, the limits, and whether the end has begun.
pub struct Service {
    decide: Arc<Decide>,
    limits: Limits,
    load: Load,
    room: Arc<Semaphore>,
    draining: AtomicBool,
    clock: Clock,
    metrics: Arc<Metrics>,
    certificates: Option<Arc<Watcher>>,
    checks: Vec<Box<Examine>>,
}

impl Service {
    /// A service that decides by the rules, without exceptions.
    pub fn new(policy: Policy, limits: Limits) -> Self {
        let settings = Settings::from(policy);
        Self::deciding(move |body| admission::decide(body, &settings, Timestamp::now()), limits)
    }

    /// A service that decides by `decide`.
    pub fn deciding<D>(decide: D, limits: Limits) -> Self
    where
        D: Fn(&[u8]) -> Result<Decision, AdmissionError> + Send + Sync + 'static,
    {
        Self {
            decide: Arc::new(decide),
            load: Load::new(&limits),
            room: Arc::new(Semaphore::new(limits.bytes_at_once)),
            limits,
            draining: AtomicBool::new(false),
            clock: Clock::default(),
            metrics: Arc::default(),
            certificates: None,
            checks: Vec::new(),
        }
    }

    /// The same service with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same service, which counts there.
    #[must_use]
    pub fn with_metrics(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..self }
    }

    /// The same service, which is ready only while these certificates are served and valid.
    #[must_use]
    pub fn with_certificates(self, certificates: Arc<Watcher>) -> Self {
        Self { certificates: Some(certificates), ..self }
    }

    /// The same service with one more check of its readiness.
    #[must_use]
    pub fn with_check(mut self, check: impl Fn() -> Check + Send + Sync + 'static) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    /// The limits that it works under.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What it counts.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Makes `/readyz` say no from here on.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the end has begun.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Answers a request on the TLS port, of a client that may ask.
    pub async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data = Bytes> + Unpin,
    {
        self.answer_to(&Peer::new(&self.limits, true), request).await
    }

    /// Answers a request on the TLS port.
    pub(crate) async fn answer_to<B>(&self, peer: &Peer, request: Request<B>) -> Answer
    where
        B: Body<Data = Bytes> + Unpin,
    {
        if request.uri().path() == "/validate" {
            self.validate(peer, request).await
        } else {
            let answer = self.probe(&request).await;
            answer.unwrap_or_else(|| not_found("there are /validate, /healthz and /readyz"))
        }
    }

    /// Answers a request on the health port: no review, because one must not come unencrypted.
    pub async fn answer_health<B>(&self, request: &Request<B>) -> Answer {
        if request.uri().path() == "/metrics" {
            return if is_read(request.method()) {
                typed(metrics::MEDIA_TYPE, self.metrics.text())
            } else {
                wrong_method("GET, HEAD")
            };
        }
        let answer = self.probe(request).await;
        answer.unwrap_or_else(|| not_found("there are /healthz, /readyz and /metrics"))
    }

    /// Answers a probe, if it is one.
    async fn probe<B>(&self, request: &Request<B>) -> Option<Answer> {
        let path = request.uri().path();
        if !["/healthz", "/readyz"].contains(&path) {
            return None;
        }
        if !is_read(request.method()) {
            return Some(wrong_method("GET, HEAD"));
        }
        if path == "/healthz" {
            return Some(text(StatusCode::OK, "ok"));
        }
        let report = self.readiness().await;
        let is_verbose = request.uri().query().is_some_and(|query| query.split('&').any(|it| is_flag(it, "verbose")));
        let told = if is_verbose { report.verbose() } else { report.brief() };
        Some(text(if report.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &told))
    }

    async fn readiness(&self) -> Report {
        let draining = if self.is_draining() { Finding::Fails("draining".to_owned()) } else { Finding::Holds };
        let mut checks = vec![Check { name: "not-draining", finding: draining }];
        if let Some(certificates) = &self.certificates {
            checks.extend(certificates.checks(self.clock.now()).await);
        }
        checks.extend(self.checks.iter().map(|check| check()));
        Report(checks)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("limits", &self.limits)
            .field("draining", &self.draining)
            .finish_non_exhaustive()
    }
}

fn is_read(method: &Method) -> bool {
    [Method::GET, Method::HEAD].contains(method)
}

/// Whether a part of a query names a flag, with a value or without.
fn is_flag(part: &str, flag: &str) -> bool {
    part.split('=').next() == Some(flag)
}

fn not_found(instead: &str) -> Answer {
    text(StatusCode::NOT_FOUND, &format!("not found: {instead}"))
}
