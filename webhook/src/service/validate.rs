//! Answers one request for a decision, and counts how it ended.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use hyper::{Method, Request, StatusCode, body::Body};
use tokio::{
    sync::OwnedSemaphorePermit,
    task,
    time::{self, Instant},
};
use tracing::{error, warn};

use super::Service;
use crate::{
    admission::AdmissionError,
    answers::{Answer, packed, text, typed, wrong_method},
    body::{self, BodyError, Held},
    load::{Peer, Turn},
    media::{self, MediaError},
    metrics::{Outcome, Refusal},
};

/// How a request ended, and the answer to it.
type Ended = (Outcome, Answer);

impl Service {
    /// Answers a request for a decision.
    pub(super) async fn validate<B>(&self, peer: &Peer, request: Request<B>) -> Answer
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let counted = self.metrics.request();
        let (outcome, answer) = self.judge(peer, request).await;
        counted.ends(outcome);
        answer
    }

    async fn judge<B>(&self, peer: &Peer, request: Request<B>) -> Ended
    where
        B: Body<Data = Bytes> + Unpin,
    {
        if !peer.may_ask() {
            let told = "the client certificate bears none of the names that may ask";
            return (Outcome::Forbidden, text(StatusCode::FORBIDDEN, told));
        }
        if request.method() != Method::POST {
            return (Outcome::WrongMethod, wrong_method("POST"));
        }
        if let Err(problem) = media::accept(request.headers()) {
            return (Outcome::UnsupportedMedia, unread(problem));
        }
        let begun = match peer.begin() {
            Ok(begun) => begun,
            Err(refusal) => return self.refuse(refusal),
        };
        // Reading, waiting for a turn and deciding share the one time that the API server has left.
        let deadline = Instant::now() + patience(request.uri().query(), self.limits.body);
        let body = match body::read(request.into_body(), self.limits.body_bytes, &self.room, peer.alarm(deadline)).await
        {
            Ok(body) => body,
            Err(problem) => return self.not_whole(&problem),
        };
        let whole = Instant::now();
        // Only a body that is here takes a turn, so that a slow sender keeps no other review from its own.
        let ended = match self.load.turn(deadline).await {
            Ok(turn) => self.decide(body, (turn, begun), deadline).await,
            Err(refusal) => self.refuse(refusal),
        };
        self.metrics.took(whole.elapsed().as_secs_f64());
        ended
    }

    /// Decides here what is small, and on a thread of its own what is not.
    async fn decide(&self, body: Held, turn: (Turn, OwnedSemaphorePermit), deadline: Instant) -> Ended {
        let decide = Arc::clone(&self.decide);
        let is_small = body.bytes.len() <= self.limits.bytes_in_place;
        let work = move || {
            // Nobody can stop the work, so its turn lasts as long as it does, also when the answer is given up.
            let (_turn, body) = (turn, body);
            // A bug must end as a failed call and never as a yes, nor take other reviews down with it. Nothing is shared
            // that a panic could leave half done.
            panic::catch_unwind(AssertUnwindSafe(|| decide(&body.bytes)))
        };
        let outcome = if is_small {
            work()
        } else {
            match time::timeout_at(deadline, task::spawn_blocking(work)).await {
                Ok(outcome) => outcome.unwrap_or_else(|error| Err(Box::new(error))),
                Err(_) => {
                    warn!("a review was not decided in time");
                    return (Outcome::Late, text(StatusCode::SERVICE_UNAVAILABLE, "cannot decide: the time was up"));
                }
            }
        };
        match outcome {
            Ok(Ok(decision)) => {
                let record = decision.record.as_ref();
                record.inspect(|it| it.log());
                record.inspect(|it| self.metrics.record(it));
                let is_allowed = record.is_none_or(|it| it.allowed);
                let outcome = if is_allowed { Outcome::Allowed } else { Outcome::Denied };
                (outcome, typed("application/json", decision.reply))
            }
            Ok(Err(problem @ AdmissionError::NotAReview(_))) => {
                warn!("{problem}");
                (Outcome::NotAReview, text(StatusCode::BAD_REQUEST, &problem.to_string()))
            }
            Ok(Err(problem @ AdmissionError::Undecidable(_))) => {
                error!("{problem}");
                (Outcome::Undecidable, text(StatusCode::INTERNAL_SERVER_ERROR, &problem.to_string()))
            }
            Err(_) => {
                error!("a review could not be decided because of a bug in the webhook");
                let told = "cannot decide: a bug in the webhook, see its log";
                (Outcome::Bug, text(StatusCode::INTERNAL_SERVER_ERROR, told))
            }
        }
    }

    fn not_whole(&self, problem: &BodyError) -> Ended {
        match problem {
            BodyError::TooLarge => {
                let told = format!("the body is over {} bytes", self.limits.body_bytes);
                (Outcome::TooLarge, text(StatusCode::PAYLOAD_TOO_LARGE, &told))
            }
            BodyError::TooSlow => {
                (Outcome::TooSlow, text(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"))
            }
            BodyError::NoRoom => self.refuse(Refusal::Bytes),
            BodyError::Broken => (Outcome::Broken, text(StatusCode::BAD_REQUEST, "the body broke off")),
        }
    }

    /// Refuses a review to bound the work.
    fn refuse(&self, refusal: Refusal) -> Ended {
        let told = match refusal {
            Refusal::Bytes => "too many bytes at once",
            Refusal::Connection => "too many reviews at once on this connection",
            Refusal::Queue | Refusal::Turn => "too many reviews at once",
        };
        warn!("a review was refused: {told}");
        self.metrics.refused(refusal);
        (Outcome::Overloaded, text(StatusCode::SERVICE_UNAVAILABLE, told))
    }
}

fn unread(problem: MediaError) -> Answer {
    match problem {
        MediaError::Type => text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json"),
        MediaError::Encoding => packed(),
    }
}

/// The time left that the API server names (`?timeout=3s`), when it is the shorter one.
fn patience(query: Option<&str>, most: Duration) -> Duration {
    let named = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("timeout="));
    let seconds = named.and_then(|text| text.strip_suffix('s')).and_then(|digits| digits.parse().ok());
    seconds.map_or(most, |seconds| most.min(Duration::from_secs(seconds)))
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
