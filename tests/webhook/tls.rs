//! The webhook over real TLS: a review, the limits of a connection, and each way to end.

use std::{process::Command, time::Duration};

use profile_webhook::{limits::Limits, server::Ending, shutdown::Shutdown};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::client::TlsStream;

use crate::{
    reviews::skip,
    server::{Running, head, read_to_end, read_until},
};

/// Longer than any test may take: what waits this long fails the run.
const FOREVER: Duration = Duration::from_secs(3600);
const AT_ONCE: Duration = Duration::from_millis(20);

/// Has a review answered, which keeps the connection open.
async fn review(stream: &mut TlsStream<TcpStream>) -> String {
    let review = skip().to_string();
    stream.write_all(format!("{}{review}", head(review.len(), "")).as_bytes()).await.unwrap();
    let answer = read_until(stream, "}}}").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\"allowed\":false"), "{answer}");
    answer
}

#[tokio::test]
async fn reviews_are_answered_over_one_connection_in_each_version_of_tls() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits::default(), shutdown).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut stream = webhook.connect_with(&[version]).await;
        for _ in 0..2 {
            let answer = review(&mut stream).await;
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
    review(&mut stream).await;
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
    let review = skip().to_string();
    stream.write_all(format!("{}{review}", head(review.len(), "")).as_bytes()).await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.contains("connection: close\r\n") && answer.ends_with("}}}"), "{answer}");
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
    let answer = review(&mut stream).await;
    assert!(!answer.contains("connection: close"), "{answer}");
    assert_eq!(read_to_end(&mut stream).await, "");
}

#[tokio::test]
async fn only_an_answered_review_keeps_a_connection_open() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { idle: FOREVER, body_bytes: 10_000, ..Limits::default() }, shutdown).await;
    let probe = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned();
    let no_review = format!("{}{{}}", head(2, ""));
    for (request, status) in [(&probe, "200"), (&no_review, "400"), (&head(10_001, ""), "413")] {
        let mut fresh = webhook.connect().await;
        let mut known = webhook.connect().await;
        review(&mut known).await;
        for stream in [&mut fresh, &mut known] {
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = read_to_end(stream).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
            assert!(answer.contains("connection: close\r\n"), "{answer}");
        }
    }
    let mut health = TcpStream::connect(webhook.health).await.unwrap();
    health.write_all(probe.as_bytes()).await.unwrap();
    let answer = read_to_end(&mut health).await;
    assert!(answer.contains("connection: close\r\n") && answer.ends_with("ok\n"), "{answer}");
}

#[tokio::test]
async fn a_header_that_grows_and_grows_is_cut_off() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { first_header: FOREVER, ..Limits::default() }, shutdown).await;
    let mut stream = webhook.connect().await;
    let header = format!("GET /healthz HTTP/1.1\r\nx: {}", "x".repeat(64 * 1024));
    stream.write_all(header.as_bytes()).await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_connection_over_the_limit_waits_for_its_turn() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { connections: 1, ..Limits::default() }, shutdown).await;
    let mut first = webhook.connect().await;
    review(&mut first).await;
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
