//! Bodies that are too large, too slow or broken.

use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    StatusCode,
    body::{Body, Frame, SizeHint},
};
use profile_core::rules::Policy;
use profile_webhook::{limits::Limits, service::Service};

use crate::reviews::{self, send, skip};

/// A body without a Content-Length that never ends.
struct Endless;

/// A body that says its length and must not be read.
struct Announced(u64);

/// A body that never comes.
struct Silent;

/// A body of which this comes, and then nothing.
struct Stuck(Option<&'static [u8]>);

/// A body that breaks off.
struct Broken;

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; 64 * 1024])))))
    }
}

impl Body for Announced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        panic!("the body was read although its length was known")
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

impl Body for Silent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

impl Body for Stuck {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.take().map_or(Poll::Pending, |part| Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(part))))))
    }
}

impl Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}

/// Goes on with `future` as far as it can go now.
async fn begin<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

fn service(limits: Limits) -> Service {
    Service::new(Policy::default(), limits)
}

#[tokio::test]
async fn a_streamed_body_is_counted_and_cut_off() {
    let answer = send(&reviews::service(), "POST", "/validate", Endless).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.contains("7340032 bytes"), "{}", answer.text);
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_not_read() {
    let answer = send(&reviews::service(), "POST", "/validate", Announced(7 * 1024 * 1024 + 1)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let review = skip().to_string();
    let limits = Limits { body_bytes: review.len(), ..Limits::default() };
    assert!(!send(&service(limits), "POST", "/validate", Full::from(review.clone())).await.is_allowed());
    let limits = Limits { body_bytes: review.len() - 1, ..Limits::default() };
    let answer = send(&service(limits), "POST", "/validate", Full::from(review)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn two_objects_of_three_megabytes_are_judged() {
    let mut review = skip();
    // Twelve bytes each, as JSON writes them.
    let values = "a: \"→\"\n".repeat(3_000_000 / 12);
    for object in ["object", "oldObject"] {
        review["request"][object]["spec"]["clusterProfileTemplates"][0]["packs"][1]["values"] = values.clone().into();
    }
    assert_eq!(reviews::ask(&review).await.codes(), ["K8sMultiMinorUpgradeNotSupported"]);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let limits = Limits { body: Duration::from_millis(10), ..Limits::default() };
    let answer = send(&service(limits), "POST", "/validate", Silent).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn the_time_that_the_api_server_has_left_is_honoured() {
    let limits = Limits { body: Duration::from_secs(3600), ..Limits::default() };
    let answer = send(&service(limits), "POST", "/validate?timeout=0s", Silent).await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_review() {
    assert_eq!(send(&reviews::service(), "POST", "/validate", Broken).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_review_that_finds_no_turn_is_not_allowed() {
    let limits = Limits { reviews: 0, body: Duration::from_millis(10), ..Limits::default() };
    let answer = send(&service(limits), "POST", "/validate", Full::from(skip().to_string())).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_slow_sender_holds_no_turn() {
    let service = service(Limits { reviews: 1, body: Duration::from_secs(3600), ..Limits::default() });
    let mut slow = pin!(send(&service, "POST", "/validate", Stuck(Some(b"{"))));
    assert!(begin(slow.as_mut()).await.is_pending());
    let quick = send(&service, "POST", "/validate?timeout=3s", Full::from(skip().to_string())).await;
    assert_eq!(quick.codes(), ["K8sMultiMinorUpgradeNotSupported"]);
    assert!(begin(slow.as_mut()).await.is_pending());
}

#[tokio::test]
async fn all_bodies_together_have_a_limit() {
    let review = skip().to_string();
    let service = service(Limits { bytes_at_once: review.len(), ..Limits::default() });
    {
        let mut slow = pin!(send(&service, "POST", "/validate", Stuck(Some(b"{"))));
        assert!(begin(slow.as_mut()).await.is_pending());
        let answer = send(&service, "POST", "/validate", Full::from(review.clone())).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text.contains("too many bytes"), "{}", answer.text);
    }
    // What was given up, refused or answered leaves its room to the next one.
    for _ in 0..2 {
        assert!(!send(&service, "POST", "/validate", Full::from(review.clone())).await.is_allowed());
    }
}
