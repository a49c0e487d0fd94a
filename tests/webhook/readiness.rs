//! What `/readyz` says, and what the clock has to do with it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use http_body_util::Full;
use hyper::StatusCode;
use profile_webhook::{
    clock::Clock,
    limits::Limits,
    readiness::{Check, Finding},
    shutdown::Shutdown,
};

use crate::{
    reviews::{self, send},
    server::{Running, Start},
};

const NEVER: Limits = Limits { reload: Duration::from_secs(3600), ..Limits::DEFAULT };

/// 2021-01-01, in seconds since 1970.
const JANUARY_2021: u64 = 1_609_459_200;
/// 2026-06-01.
const JUNE: u64 = 1_780_272_000;
/// 2026-09-01.
const SEPTEMBER: u64 = 1_788_220_800;
/// 2027-06-01.
const NEXT_JUNE: u64 = 1_811_808_000;

/// A clock that can be set.
#[derive(Clone)]
struct Settable(Arc<AtomicU64>);

impl Settable {
    fn at(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }

    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Clock::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed)))
    }
}

/// A webhook whose certificate is valid from July 2026 to 2027.
async fn dated(clock: &Settable, shutdown: Shutdown) -> Running {
    let start = Start { clock: clock.clock(), ..Start::with(NEVER) };
    start.volume.swap(&start.authority.leaf_between((2026, 7, 1), (2027, 1, 1)));
    start.start(shutdown).await
}

#[tokio::test]
async fn each_check_is_told() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(NEVER, shutdown).await;
    let told = webhook.get("/readyz?verbose").await;
    let checks = "[+]not-draining ok\n[+]certificate-newest ok\n[+]certificate-valid ok\nreadyz check passed\n";
    assert!(told.starts_with("HTTP/1.1 200") && told.ends_with(checks), "{told}");
    assert!(webhook.get("/readyz").await.ends_with("\r\n\r\nok\n"));
}

#[tokio::test]
async fn an_expired_certificate_is_not_ready_and_a_new_one_is() {
    let (_trigger, shutdown) = Shutdown::channel();
    let clock = Settable::at(SEPTEMBER);
    let webhook = dated(&clock, shutdown).await;
    assert!(webhook.get("/readyz").await.starts_with("HTTP/1.1 200"));
    clock.set(NEXT_JUNE);
    let told = webhook.get("/readyz?verbose").await;
    assert!(told.starts_with("HTTP/1.1 503"), "{told}");
    assert!(told.contains("[-]certificate-valid failed: the certificate expired at Jan  1 00:00:00 2027"), "{told}");
    assert!(webhook.get("/healthz").await.starts_with("HTTP/1.1 200"), "a restart does not make it younger");
    webhook.volume.swap(&webhook.authority.leaf());
    assert!(webhook.get("/readyz").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_told_and_got_over() {
    let (_trigger, shutdown) = Shutdown::channel();
    let clock = Settable::at(SEPTEMBER);
    let webhook = dated(&clock, shutdown).await;
    clock.set(JUNE);
    let told = webhook.get("/readyz").await;
    assert!(told.starts_with("HTTP/1.1 503"), "{told}");
    assert!(
        told.contains("is not valid before Jul  1 00:00:00 2026") && told.contains("is the clock right?"),
        "{told}"
    );
    clock.set(0);
    assert!(webhook.get("/readyz").await.starts_with("HTTP/1.1 503"));
    clock.set(SEPTEMBER);
    assert!(webhook.get("/readyz").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_pair_from_the_future_is_taken_when_its_time_comes() {
    let (_trigger, shutdown) = Shutdown::channel();
    // Both are valid by the clock of the client, which nobody sets.
    let clock = Settable::at(JANUARY_2021);
    let webhook = Start { clock: clock.clock(), ..Start::with(NEVER) }.start(shutdown).await;
    let before = webhook.client().certificate().await;
    webhook.volume.swap(&webhook.authority.leaf_between((2022, 1, 1), (2120, 1, 1)));
    assert!(webhook.get("/readyz?verbose").await.contains("is not valid before Jan  1 00:00:00 2022"));
    assert_eq!(webhook.client().certificate().await, before);
    clock.set(SEPTEMBER);
    assert!(webhook.get("/readyz").await.starts_with("HTTP/1.1 200"));
    assert_ne!(webhook.client().certificate().await, before);
}

#[tokio::test]
async fn other_parts_can_add_checks() {
    let check = |finding: Finding| move || Check { name: "settings", finding: finding.clone() };
    let noted = reviews::service().with_check(check(Finding::HoldsBut("the new file is bad".into())));
    let answer = send(&noted, "GET", "/readyz?verbose", Full::default()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("[+]settings ok, but: the new file is bad\n"), "{}", answer.text);
    let failed = reviews::service().with_check(check(Finding::Fails("it is gone".into())));
    let answer = send(&failed, "GET", "/readyz", Full::default()).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "it is gone\n"));
}
