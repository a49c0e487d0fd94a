//! Faults in the decision and around it: each of them is a failed call or a denial, never a yes.

use std::panic::panic_any;

use http_body_util::Full;
use hyper::StatusCode;
use jiff::Timestamp;
use profile_webhook::{
    admission::{AdmissionError, Decision, decide},
    limits::Limits,
    service::Service,
    settings::Settings,
    shutdown::Shutdown,
};

use crate::{
    client::number,
    program::{Program, tell},
    reviews::{self, send, skip},
    server::Start,
};

/// Something that panics again when the first panic is cleared away.
struct Mine;

impl Drop for Mine {
    fn drop(&mut self) {
        // Two at once would end the process.
        if !std::thread::panicking() {
            panic!("a bug in the clearing of a bug");
        }
    }
}

type Fault = fn(&[u8]) -> Result<Decision, AdmissionError>;

fn decided(body: &[u8]) -> Result<Decision, AdmissionError> {
    decide(body, &Settings::default(), Timestamp::now())
}

/// What can go wrong in a decision, and the status that comes of it; none where the connection just ends.
fn faults() -> Vec<(&'static str, Fault, Option<u16>)> {
    vec![
        ("a panic at once", |_| panic!("a bug"), Some(500)),
        ("a panic behind the decision", |body| panic!("a bug behind {:?}", decided(body).is_ok()), Some(500)),
        ("a panic that is no text", |_| panic_any(7), Some(500)),
        ("a panic that panics again", |_| panic_any(Mine), None),
        (
            "an index out of bounds",
            |body| Err(AdmissionError::NotAReview(body[usize::MAX..].len().to_string())),
            Some(500),
        ),
        (
            "a number that does not fit",
            |body| Err(AdmissionError::NotAReview(i32::try_from(body.len() << 32).unwrap().to_string())),
            Some(500),
        ),
        (
            "too much memory asked for",
            |_| Err(AdmissionError::NotAReview(vec![0_u8; usize::MAX].len().to_string())),
            Some(500),
        ),
        ("what is no review", |_| Err(AdmissionError::NotAReview("a fault".to_owned())), Some(400)),
        ("what cannot be decided", |_| Err(AdmissionError::Undecidable("a fault".to_owned())), Some(500)),
    ]
}

#[tokio::test]
async fn every_fault_in_a_decision_is_a_failed_call_and_the_next_review_is_decided() {
    let mut told = Vec::new();
    // Decided where they were read, and on a thread of their own.
    for bytes_in_place in [usize::MAX, 0] {
        for (name, fault, expected) in faults() {
            let (_trigger, shutdown) = Shutdown::channel();
            // With one turn the next review is decided only where the fault gave the turn back.
            let limits = Limits { reviews: 1, reviews_per_connection: 1, bytes_in_place, ..Limits::default() };
            let service = Box::new(move |limits| {
                Service::deciding(move |body| if body.ends_with(b" ") { fault(body) } else { decided(body) }, limits)
            });
            let webhook = Start { service, ..Start::with(limits) }.start(shutdown).await;
            for client in [webhook.client(), webhook.client().asking_for_http2()] {
                let answer = client.open().await.unwrap().review(format!("{} ", skip())).await;
                let status = answer.as_ref().ok().map(|(status, _)| status.as_u16());
                assert!(status == expected, "{name}: {answer:?}");
                assert!(answer.is_err() || answer.is_ok_and(|(_, text)| !text.contains("allowed")), "{name}");
                let (status, text) = client.open().await.unwrap().review(skip().to_string()).await.unwrap();
                assert!(status == 200 && text.contains("\"allowed\":false"), "{name}: {status} {text}");
            }
            let metrics = webhook.get("/metrics").await;
            assert_eq!(number(&metrics, "profile_webhook_requests_in_flight"), 0.0, "{name}");
            assert!(webhook.get("/healthz").await.starts_with("HTTP/1.1 200"), "{name}");
            told.push(name);
        }
    }
    tell(&format!("{} injected faults, each over both HTTPs: no yes, and the next review was denied", told.len()));
}

#[tokio::test]
async fn a_review_that_breaks_off_anywhere_is_no_yes() {
    let review = skip().to_string();
    let service = reviews::service();
    for end in 0..review.len() {
        let answer = send(&service, "POST", "/validate", Full::from(review[..end].to_owned())).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "broken off at {end}: {}", answer.text);
    }
    tell(&format!("{} reviews that broke off: all refused", review.len()));
}

/// The program has no memory left somewhere on the way from the first byte to the answer.
#[tokio::test]
async fn without_memory_there_is_no_yes() {
    let mut large = skip();
    // Whole objects are built where the cluster is being provisioned: the most that a decision takes.
    for object in ["object", "oldObject"] {
        large["request"][object]["status"]["state"] = "Provisioning".into();
        let packs = large["request"][object]["spec"]["clusterProfileTemplates"][0]["packs"].as_array_mut().unwrap();
        let pack = packs[1].clone();
        packs.extend((0..8_000).map(|_| pack.clone()));
    }
    let large = large.to_string();
    assert!(large.len() < 7 * 1024 * 1024);
    const STEP: u64 = 32 * 1024 * 1024;
    let (mut denied, mut refused, mut ended) = (0, 0, 0);
    for more in 0..12 {
        let program = Program::start(&[]);
        let mut connection = program.client().open().await.unwrap();
        assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);
        program.limit_memory(more * STEP);
        match connection.review(large.clone()).await {
            Ok((status, text)) if status == 200 => {
                assert!(text.contains("\"allowed\":false"), "{text}");
                denied += 1;
            }
            Ok((status, text)) => {
                assert!(status.is_server_error(), "{status} {text}");
                refused += 1;
            }
            // The API server hears nothing, which is a failed call.
            Err(_) => ended += 1,
        }
    }
    tell(&format!(
        "12 programs with 0 to {} MiB more memory: {denied} denied, {refused} refused, {ended} ended without an answer",
        11 * STEP / 1024 / 1024
    ));
    assert!(denied > 0 && ended + refused > 0, "nowhere was the memory short, or everywhere");
}
