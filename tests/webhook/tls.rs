//! The webhook over real TLS: a review, the limits of a connection, and each way to end.

use std::{process::Command, time::Duration};

use profile_webhook::{limits::Limits, server::Ending, shutdown::Shutdown};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    reviews::skip,
    server::{Running, head, read_to_end, read_until},
};

/// Longer than any test may take: what waits this long fails the run.
const FOREVER: Duration = Duration::from_secs(3600);
const AT_ONCE: Duration = Duration::from_millis(20);

#[tokio::test]
async fn reviews_are_answered_over_one_connection_in_each_version_of_tls() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits::default(), shutdown).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut stream = webhook.connect_with(&[version]).await;
        let review = skip().to_string();
        for _ in 0..2 {
            stream.write_all(format!("{}{review}", head(review.len(), "")).as_bytes()).await.unwrap();
            let answer = read_until(&mut stream, "}}}").await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\"allowed\":false"), "{answer}");
            assert!(!answer.contains("connection: close"), "{answer}");
        }
    }
    webhook.wait_until_readyz_says("200").await;
}

#[tokio::test]
async fn a_review_in_flight_is_answered_before_the_end() {
    let (trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { drain: FOREVER, ..Limits::default() }, shutdown).await;
    let mut stream = webhook.connect().await;
    let review = skip().to_string();
    // The server asks for the body when it has begun to read it: from here on the review is in flight.
    stream.write_all(head(review.len(), "expect: 100-continue\r\n").as_bytes()).await.unwrap();
    read_until(&mut stream, "100 Continue\r\n\r\n").await;
    trigger.advance();
    webhook.wait_until_readyz_says("503").await;
    stream.write_all(review.as_bytes()).await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("connection: close\r\n"), "{answer}");
    assert!(answer.contains("K8sMultiMinorUpgradeNotSupported"), "{answer}");
    let address = webhook.tls;
    assert_eq!(webhook.ending().await, Ending::Drained);
    assert!(TcpStream::connect(address).await.is_err(), "the port is still open");
}

#[tokio::test]
async fn sigterm_drains() {
    let shutdown = Shutdown::on_signals().unwrap();
    let webhook = Running::start(Limits { drain: FOREVER, ..Limits::default() }, shutdown).await;
    webhook.wait_until_readyz_says("200").await;
    // The signal goes to this very process, whose handler is the one under test.
    assert!(Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status().unwrap().success());
    assert_eq!(webhook.ending().await, Ending::Drained);
}

#[tokio::test]
async fn new_connections_are_served_during_the_shutdown_delay() {
    let (trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { shutdown_delay: FOREVER, ..Limits::default() }, shutdown).await;
    trigger.advance();
    webhook.wait_until_readyz_says("503").await;
    let mut stream = webhook.connect().await;
    let review = skip().to_string();
    stream.write_all(format!("{}{review}", head(review.len(), "")).as_bytes()).await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.contains("\"allowed\":false") && answer.contains("connection: close\r\n"), "{answer}");
    trigger.advance();
    assert_eq!(webhook.ending().await, Ending::Drained);
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let (trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { drain: FOREVER, idle: FOREVER, ..Limits::default() }, shutdown).await;
    let mut stream = webhook.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    read_until(&mut stream, "ok\n").await;
    trigger.advance();
    assert_eq!(webhook.ending().await, Ending::Drained);
}

#[tokio::test]
async fn the_time_to_drain_has_an_end() {
    let (trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { drain: AT_ONCE, body: FOREVER, ..Limits::default() }, shutdown).await;
    let mut stream = webhook.connect().await;
    stream.write_all(head(10, "expect: 100-continue\r\n").replace("?timeout=3s", "").as_bytes()).await.unwrap();
    read_until(&mut stream, "100 Continue\r\n\r\n").await;
    trigger.advance();
    assert_eq!(webhook.ending().await, Ending::Cut);
}

#[tokio::test]
async fn a_second_signal_aborts() {
    let (trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { drain: FOREVER, body: FOREVER, ..Limits::default() }, shutdown).await;
    let mut stream = webhook.connect().await;
    stream.write_all(head(10, "expect: 100-continue\r\n").replace("?timeout=3s", "").as_bytes()).await.unwrap();
    read_until(&mut stream, "100 Continue\r\n\r\n").await;
    trigger.advance();
    webhook.wait_until_readyz_says("503").await;
    trigger.advance();
    assert_eq!(webhook.ending().await, Ending::Cut);
}

#[tokio::test]
async fn an_old_connection_is_closed_behind_its_next_answer() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { connection_age: Duration::ZERO, ..Limits::default() }, shutdown).await;
    let mut stream = webhook.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.contains("connection: close\r\n") && answer.ends_with("ok\n"), "{answer}");
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_is_dropped() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { handshake: AT_ONCE, ..Limits::default() }, shutdown).await;
    let mut stream = TcpStream::connect(webhook.tls).await.unwrap();
    assert_eq!(read_to_end(&mut stream).await, "");
}

#[tokio::test]
async fn a_client_that_never_finishes_its_header_is_dropped() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { first_header: AT_ONCE, ..Limits::default() }, shutdown).await;
    let mut stream = webhook.connect().await;
    stream.write_all(b"POST /validate HTTP/1.1\r\nhost:").await.unwrap();
    assert_eq!(read_to_end(&mut stream).await, "");
}

#[tokio::test]
async fn a_client_that_has_nothing_more_to_ask_is_dropped() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { idle: AT_ONCE, ..Limits::default() }, shutdown).await;
    let mut stream = webhook.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.ends_with("ok\n") && !answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_connection_over_the_limit_waits_for_its_turn() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { connections: 1, ..Limits::default() }, shutdown).await;
    let mut first = webhook.connect().await;
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    read_until(&mut first, "ok\n").await;
    let second = async {
        let mut second = webhook.connect().await;
        second.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        read_until(&mut second, "ok\n").await;
    };
    tokio::pin!(second);
    let early = tokio::time::timeout(AT_ONCE, second.as_mut()).await;
    assert!(early.is_err(), "two connections are served at once");
    drop(first);
    second.await;
}
