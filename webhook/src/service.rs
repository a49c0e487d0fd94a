//! Answers HTTP requests: the review, the two probes, and nothing else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Body,
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use jiff::Timestamp;
use profile_core::rules::Policy;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
    time::{self, Instant},
};
use tracing::{error, info, warn};

use crate::{
    admission::{self, AdmissionError, Decision},
    body::{self, BodyError, Held},
    limits::Limits,
    settings::Settings,
};

type Decide = dyn Fn(&[u8]) -> Result<Decision, AdmissionError> + Send + Sync;

/// What every connection shares: how to decide, the limits, and whether the end has begun.
pub struct Service {
    decide: Arc<Decide>,
    limits: Limits,
    turns: Arc<Semaphore>,
    room: Arc<Semaphore>,
    draining: AtomicBool,
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
        let turns = Arc::new(Semaphore::new(limits.reviews));
        let room = Arc::new(Semaphore::new(limits.bytes_at_once));
        Self { decide: Arc::new(decide), limits, turns, room, draining: AtomicBool::new(false) }
    }

    /// The limits that it works under.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Makes `/readyz` say no from here on.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the end has begun.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Answers a request on the TLS port.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        if request.uri().path() != "/validate" {
            return self.probe(&request);
        }
        if request.method() != Method::POST {
            return wrong_method("POST");
        }
        // Reading, waiting for a turn and deciding share the one time that the API server has left.
        let deadline = Instant::now() + patience(request.uri().query(), self.limits.body);
        let body = match body::read(request.into_body(), self.limits.body_bytes, &self.room, deadline).await {
            Ok(body) => body,
            Err(problem) => return self.unread(&problem),
        };
        // Only a body that is here takes a turn, so that a slow sender keeps no other review from its own.
        let Ok(Ok(turn)) = time::timeout_at(deadline, Arc::clone(&self.turns).acquire_owned()).await else {
            warn!("a review found no turn in time");
            return text(StatusCode::SERVICE_UNAVAILABLE, "too many reviews at once");
        };
        self.review(body, turn, deadline).await
    }

    /// Answers a request on the health port: the probes alone, because a review must not come unencrypted.
    pub fn probe<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        let answer = match request.uri().path() {
            "/readyz" if self.is_draining() => text(StatusCode::SERVICE_UNAVAILABLE, "draining"),
            "/healthz" | "/readyz" => text(StatusCode::OK, "ok"),
            _ => return text(StatusCode::NOT_FOUND, "not found: there are /validate, /healthz and /readyz"),
        };
        if [Method::GET, Method::HEAD].contains(request.method()) { answer } else { wrong_method("GET, HEAD") }
    }

    fn unread(&self, problem: &BodyError) -> Response<Full<Bytes>> {
        match problem {
            BodyError::TooLarge => {
                text(StatusCode::PAYLOAD_TOO_LARGE, &format!("the body is over {} bytes", self.limits.body_bytes))
            }
            BodyError::TooSlow => text(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
            BodyError::NoRoom => {
                warn!("a review found no room beside the bodies that are held");
                text(StatusCode::SERVICE_UNAVAILABLE, "too many bytes at once")
            }
            BodyError::Broken => text(StatusCode::BAD_REQUEST, "the body broke off"),
        }
    }

    /// Decides on a thread of its own: a long decision must keep neither the probes nor other reviews waiting.
    async fn review(&self, body: Held, turn: OwnedSemaphorePermit, deadline: Instant) -> Response<Full<Bytes>> {
        let decide = Arc::clone(&self.decide);
        let work = task::spawn_blocking(move || {
            // Nobody can stop the work, so its turn lasts as long as it does, also when the answer is given up.
            let (_turn, body) = (turn, body);
            decide(&body.bytes)
        });
        let Ok(outcome) = time::timeout_at(deadline, work).await else {
            warn!("a review was not decided in time");
            return text(StatusCode::SERVICE_UNAVAILABLE, "cannot decide: the time was up");
        };
        // A bug must end as a failed call and never as a yes, nor take other reviews down with it: a panic ends the
        // work alone and comes back as an error.
        match outcome {
            Ok(Ok(decision)) => {
                if let Some(denial) = &decision.denial {
                    info!(user = denial.user, object = denial.object, codes = denial.codes.join(","), "denied");
                }
                let mut response = Response::new(Full::from(decision.reply));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
            Ok(Err(problem @ AdmissionError::NotAReview(_))) => {
                warn!("{problem}");
                text(StatusCode::BAD_REQUEST, &problem.to_string())
            }
            Ok(Err(problem @ AdmissionError::Undecidable(_))) => {
                error!("{problem}");
                text(StatusCode::INTERNAL_SERVER_ERROR, &problem.to_string())
            }
            Err(_) => {
                error!("a review could not be decided because of a bug in the webhook");
                text(StatusCode::INTERNAL_SERVER_ERROR, "cannot decide: a bug in the webhook, see its log")
            }
        }
    }
}

/// The time left that the API server names (`?timeout=3s`), when it is the shorter one.
fn patience(query: Option<&str>, most: Duration) -> Duration {
    let named = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("timeout="));
    let seconds = named.and_then(|text| text.strip_suffix('s')).and_then(|digits| digits.parse().ok());
    seconds.map_or(most, |seconds| most.min(Duration::from_secs(seconds)))
}

fn wrong_method(allowed: &'static str) -> Response<Full<Bytes>> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, &format!("use {allowed}"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

fn text(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_time_wins() {
        let most = Duration::from_secs(10);
        assert_eq!(patience(Some("timeout=3s"), most), Duration::from_secs(3));
        assert_eq!(patience(Some("a=b&timeout=3s"), most), Duration::from_secs(3));
        for query in [None, Some(""), Some("timeout=30s"), Some("timeout=1m0s"), Some("timeout=-3s"), Some("timeout=")]
        {
            assert_eq!(patience(query, most), most, "{query:?}");
        }
    }
}
