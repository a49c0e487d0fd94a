//! HTTP/2, for clients that ask for it: its limits, and how it ends.

use std::time::Duration;

use profile_webhook::{limits::Limits, server::Ending, shutdown::Shutdown};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    held::Held,
    reviews::skip,
    server::{Running, soon},
};

const FOREVER: Duration = Duration::from_secs(3600);
const AT_ONCE: Duration = Duration::from_millis(20);

#[tokio::test]
async fn reviews_are_answered_side_by_side_on_one_connection() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits::default(), shutdown).await;
    let mut first = webhook.client().asking_for_http2().open().await.unwrap();
    let mut second = first.beside();
    let (one, two) = tokio::join!(first.review(skip().to_string()), second.review(skip().to_string()));
    for (status, text) in [one.unwrap(), two.unwrap()] {
        assert!(status == 200 && text.contains("\"allowed\":false"), "{status} {text}");
    }
    let large = format!("{}{}", skip(), " ".repeat(8 * 1024 * 1024));
    assert_eq!(first.review(large).await.unwrap().0, 413);
}

#[tokio::test]
async fn a_client_that_asks_for_nothing_gets_http1() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits::default(), shutdown).await;
    let stream = webhook.connect().await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), None);
    let mut connection = webhook.client().open().await.unwrap();
    assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_client_that_never_asks_is_dropped() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { first_header: AT_ONCE, ..Limits::default() }, shutdown).await;
    let silent = webhook.client().asking_for_http2().open().await.unwrap();
    silent.closed().await;
    for said in [b"".as_slice(), b"PRI * HTTP/2.0\r\n"] {
        let mut stream = webhook.client().asking_for_http2().connect().await.unwrap();
        stream.write_all(said).await.unwrap();
        // Its settings come, and then the end.
        let mut rest = Vec::new();
        let _ = soon(stream.read_to_end(&mut rest)).await;
    }
}

#[tokio::test]
async fn an_idle_connection_is_told_to_leave() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { idle: AT_ONCE, body: FOREVER, ..Limits::default() }, shutdown).await;
    let mut connection = webhook.client().asking_for_http2().open().await.unwrap();
    assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);
    connection.closed().await;
}

#[tokio::test]
async fn an_old_connection_leaves_behind_its_answer() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { connection_age: Duration::ZERO, ..Limits::default() }, shutdown).await;
    let mut connection = webhook.client().asking_for_http2().open().await.unwrap();
    assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);
    connection.closed().await;
}

#[tokio::test]
async fn a_connection_that_gets_old_is_told_to_leave_without_being_asked() {
    let (_trigger, shutdown) = Shutdown::channel();
    let limits = Limits { connection_age: Duration::from_millis(200), idle: FOREVER, ..Limits::default() };
    let webhook = Running::start(limits, shutdown).await;
    let mut connection = webhook.client().asking_for_http2().open().await.unwrap();
    assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);
    connection.closed().await;
}

#[tokio::test]
async fn only_an_answered_review_keeps_a_connection_open() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { idle: FOREVER, ..Limits::default() }, shutdown).await;
    let mut connection = webhook.client().asking_for_http2().open().await.unwrap();
    assert_eq!(connection.review("{}").await.unwrap().0, 400);
    connection.closed().await;
}

#[tokio::test]
async fn a_review_in_work_is_answered_before_the_end() {
    let (trigger, shutdown) = Shutdown::channel();
    let mut held = Held::with(Limits { drain: FOREVER, ..Limits::default() });
    let webhook = held.start.start(shutdown).await;
    let connection = webhook.client().asking_for_http2().open().await.unwrap();
    let mut sender = connection.beside();
    let review = tokio::spawn(async move { sender.review(skip().to_string()).await });
    held.begun.recv().await.unwrap();
    trigger.advance();
    webhook.wait_until_readyz_says("503").await;
    held.go_on.send(()).unwrap();
    assert_eq!(review.await.unwrap().unwrap().0, 200);
    connection.closed().await;
    assert_eq!(webhook.ending().await, Ending::Drained);
}

#[tokio::test]
async fn a_second_signal_aborts() {
    let (trigger, shutdown) = Shutdown::channel();
    let mut held = Held::with(Limits { drain: FOREVER, body: FOREVER, ..Limits::default() });
    let webhook = held.start.start(shutdown).await;
    let mut connection = webhook.client().asking_for_http2().open().await.unwrap();
    let review = tokio::spawn(async move { connection.review(skip().to_string()).await });
    held.begun.recv().await.unwrap();
    trigger.advance();
    webhook.wait_until_readyz_says("503").await;
    trigger.advance();
    assert_eq!(webhook.ending().await, Ending::Cut);
    held.go_on.send(()).unwrap();
    drop(review);
}

#[tokio::test]
async fn requests_that_are_given_up_still_count_until_their_decision_ends() {
    let (_trigger, shutdown) = Shutdown::channel();
    let mut held = Held::with(Limits { reviews_per_connection: 2, ..Limits::default() });
    let webhook = held.start.start(shutdown).await;
    let mut connection = webhook.client().asking_for_http2().open().await.unwrap();
    for _ in 0..2 {
        let mut sender = connection.beside();
        let review = tokio::spawn(async move { sender.review(skip().to_string()).await });
        held.begun.recv().await.unwrap();
        review.abort();
        assert!(review.await.unwrap_err().is_cancelled());
    }
    let (status, text) = connection.review(skip().to_string()).await.unwrap();
    assert!(status == 503 && text.contains("on this connection"), "{status} {text}");
    for _ in 0..3 {
        held.go_on.send(()).unwrap();
    }
    let mut other = webhook.client().asking_for_http2().open().await.unwrap();
    assert_eq!(other.review(skip().to_string()).await.unwrap().0, 200);
}
