//! Decisions that take long: what goes on meanwhile, and what becomes of their answer and of their turn.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use http_body_util::Full;
use hyper::StatusCode;
use jiff::Timestamp;
use profile_webhook::{admission::decide, limits::Limits, service::Service, settings::Settings};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::reviews::{Answer, send, skip};

/// A service whose decisions tell when they begin and end only when they may.
struct Slow {
    service: Arc<Service>,
    begun: UnboundedReceiver<()>,
    go_on: mpsc::Sender<()>,
}

impl Slow {
    fn with(limits: Limits) -> Self {
        let limits = Limits { bytes_in_place: 0, ..limits };
        let (begin, begun) = unbounded_channel();
        let (go_on, may_go_on) = mpsc::channel();
        let may_go_on = Mutex::new(may_go_on);
        let service = Service::deciding(
            move |body| {
                begin.send(()).unwrap();
                // The limit makes a fault a failed test and not one that hangs.
                may_go_on.lock().unwrap().recv_timeout(Duration::from_secs(60)).unwrap();
                decide(body, &Settings::default(), Timestamp::now())
            },
            limits,
        );
        Self { service: Arc::new(service), begun, go_on }
    }

    async fn review(&self, path: &str) -> Answer {
        send(&self.service, "POST", path, Full::from(skip().to_string())).await
    }
}

#[tokio::test]
async fn the_probes_are_answered_while_a_review_is_decided() {
    let mut slow = Slow::with(Limits { body: Duration::from_secs(3600), ..Limits::default() });
    let service = Arc::clone(&slow.service);
    let review = tokio::spawn(async move { send(&service, "POST", "/validate", Full::from(skip().to_string())).await });
    slow.begun.recv().await.unwrap();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(send(&slow.service, "GET", path, Full::default()).await.status, StatusCode::OK);
    }
    assert!(!review.is_finished());
    slow.go_on.send(()).unwrap();
    assert_eq!(review.await.unwrap().codes(), ["K8sMultiMinorUpgradeNotSupported"]);
}

#[tokio::test]
async fn a_decision_that_comes_too_late_is_a_failed_call_and_never_a_yes() {
    let mut slow = Slow::with(Limits::default());
    let answer = slow.review("/validate?timeout=0s").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text.contains("the time was up"), "{}", answer.text);
    slow.begun.recv().await.unwrap();
    slow.go_on.send(()).unwrap();
}

#[tokio::test]
async fn a_turn_lasts_until_the_decision_ends() {
    let mut slow = Slow::with(Limits { reviews: 1, body: Duration::from_secs(3600), ..Limits::default() });
    assert_eq!(slow.review("/validate?timeout=0s").await.status, StatusCode::SERVICE_UNAVAILABLE);
    slow.begun.recv().await.unwrap();
    let second = slow.review("/validate?timeout=0s").await;
    assert!(second.text.contains("too many reviews"), "{}", second.text);
    assert!(slow.begun.try_recv().is_err(), "the second review was decided beside the first");
    for _ in 0..2 {
        slow.go_on.send(()).unwrap();
    }
    assert_eq!(slow.review("/validate").await.codes(), ["K8sMultiMinorUpgradeNotSupported"]);
}
