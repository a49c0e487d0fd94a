//! What strangers do to the program: each is shut out in its time, and the API server is answered meanwhile.

use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::Request;
use rustix::process::Signal;
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    client::{Client, number, review_request},
    program::{Program, tell},
    reviews::skip,
    server::{head, read_to_end},
};

/// How many strangers do it at once.
const STRANGERS: usize = 50;

/// Waits until the program has shut the strangers out, and asks for reviews meanwhile. Says how many were answered.
async fn meanwhile<T: Send + 'static>(
    program: &Program,
    strangers: Vec<tokio::task::JoinHandle<T>>,
) -> (usize, Vec<T>) {
    let mut api_server = program.client().open().await.unwrap();
    let mut answered = 0;
    while answered == 0 || !strangers.iter().all(tokio::task::JoinHandle::is_finished) {
        let (status, text) = api_server.review(skip().to_string()).await.unwrap();
        assert!(status == 200 && text.contains("\"allowed\":false"), "{status} {text}");
        answered += 1;
    }
    let mut ended = Vec::new();
    for stranger in strangers {
        ended.push(stranger.await.unwrap());
    }
    (answered, ended)
}

#[tokio::test]
async fn half_a_handshake_is_dropped() {
    let program = Program::start(&[]);
    let begun = Instant::now();
    let strangers = (0..STRANGERS).map(|number| {
        let tls = program.tls;
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(tls).await.unwrap();
            // Some say nothing, and some say that a long hello comes.
            if number % 2 == 0 {
                stream.write_all(b"\x16\x03\x01\x40\x00\x01").await.unwrap();
            }
            read_to_end(&mut stream).await
        })
    });
    let (answered, ended) = meanwhile(&program, strangers.collect()).await;
    assert!(ended.iter().all(String::is_empty));
    let metrics = program.get("/metrics").await;
    assert_eq!(number(&metrics, "profile_webhook_tls_handshakes_total{result=\"too_slow\"}"), STRANGERS as f64);
    tell(&format!(
        "{STRANGERS} half handshakes were dropped after {:?}; {answered} reviews meanwhile",
        begun.elapsed()
    ));
}

/// Sends `start`, and then a byte now and then until the other side closes; what it answered.
async fn drip(client: Client, start: String, byte: &'static [u8]) -> String {
    let (mut reader, mut writer) = tokio::io::split(client.connect().await.unwrap());
    let dripping = tokio::spawn(async move {
        writer.write_all(start.as_bytes()).await.unwrap();
        while writer.write_all(byte).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let answer = read_to_end(&mut reader).await;
    dripping.abort();
    answer
}

#[tokio::test]
async fn a_header_that_drips_is_dropped() {
    let program = Program::start(&[]);
    let begun = Instant::now();
    let start = "POST /validate HTTP/1.1\r\nhost: localhost\r\nx: ";
    let strangers = (0..STRANGERS).map(|_| tokio::spawn(drip(program.client(), start.to_owned(), b"x")));
    let (answered, ended) = meanwhile(&program, strangers.collect()).await;
    assert!(ended.iter().all(String::is_empty), "{ended:?}");
    tell(&format!(
        "{STRANGERS} dripping headers were dropped after {:?}; {answered} reviews meanwhile",
        begun.elapsed()
    ));
}

#[tokio::test]
async fn a_body_that_drips_is_given_up_in_the_time_that_it_names() {
    let program = Program::start(&[]);
    let begun = Instant::now();
    let strangers = (0..STRANGERS).map(|_| tokio::spawn(drip(program.client(), head(7_000_000, ""), b" ")));
    let (answered, ended) = meanwhile(&program, strangers.collect()).await;
    assert!(ended.iter().all(|answer| answer.starts_with("HTTP/1.1 408 ")), "{ended:?}");
    let too_slow = "profile_webhook_requests_total{outcome=\"too_slow\",code=\"408\"}";
    assert_eq!(number(&program.get("/metrics").await, too_slow), STRANGERS as f64);
    tell(&format!(
        "{STRANGERS} dripping bodies were given up after {:?}; {answered} reviews meanwhile",
        begun.elapsed()
    ));
}

#[tokio::test]
async fn bodies_that_no_api_server_sends_are_refused() {
    let program = Program::start(&[]);
    let large = format!("{}{}", skip(), " ".repeat(8 * 1024 * 1024));
    for http2 in [false, true] {
        let client = if http2 { program.client().asking_for_http2() } else { program.client() };
        let announced = client.open().await.unwrap().review(large.clone()).await.map(|it| it.0.as_u16());
        // HTTP/1.1 may close while the rest is still being sent: then the client sees that and no answer.
        assert!(announced.as_ref().map_or(!http2, |status| *status == 413), "{announced:?}");
        for (header, value) in
            [("content-encoding", "gzip"), ("content-encoding", "zstd"), ("content-type", "text/xml")]
        {
            let mut request: Request<Full<_>> = review_request(skip().to_string());
            request.headers_mut().insert(header, value.parse().unwrap());
            let (status, text) = client.open().await.unwrap().send(request).await.unwrap();
            assert_eq!(status, 415, "{header}: {value}: {text}");
        }
    }
    let mut streamed = program.client().connect().await.unwrap();
    let head = "POST /validate HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    streamed.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let mut chunks = 0;
    while chunks < 8 * 16 && streamed.write_all(chunk.as_bytes()).await.is_ok() {
        chunks += 1;
    }
    assert!(read_to_end(&mut streamed).await.starts_with("HTTP/1.1 413 ") || chunks < 8 * 16);
    let metrics = program.get("/metrics").await;
    assert_eq!(number(&metrics, "profile_webhook_requests_total{outcome=\"too_large\",code=\"413\"}"), 3.0);
    assert_eq!(number(&metrics, "profile_webhook_requests_total{outcome=\"unsupported_media\",code=\"415\"}"), 6.0);
}

#[tokio::test]
async fn a_denial_is_one_line_without_values() {
    let program = Program::start(&[]);
    program.client().open().await.unwrap().review(skip().to_string()).await.unwrap();
    let line = program.wait_until_it_says("denied").await;
    assert_eq!(line["user"], "jane");
    assert_eq!(line["object"], "cluster-1/demo");
    assert_eq!(line["codes"], "K8sMultiMinorUpgradeNotSupported");
    assert_eq!(line["dry_run"], false);
    let text = line.to_string();
    assert!(!text.contains("hunter2") && !text.contains("1.31.0"), "{text}");
    assert_eq!(program.said("denied").len(), 1);
}

#[tokio::test]
async fn what_passes_although_it_breaks_a_rule_is_one_line_that_names_its_writer() {
    for (mode, message) in [("warn", "warned"), ("audit", "audited")] {
        let program = Program::start(&[&format!("--rule-mode=K8sMultiMinorUpgradeNotSupported={mode}")]);
        program.client().open().await.unwrap().review(skip().to_string()).await.unwrap();
        let line = program.wait_until_it_says(message).await;
        assert_eq!((&line["user"], &line["object"]), (&json!("jane"), &json!("cluster-1/demo")));
        assert_eq!((&line["codes"], &line["dry_run"]), (&json!("K8sMultiMinorUpgradeNotSupported"), &json!(false)));
        assert!(!line.to_string().contains("1.31.0"), "{line}");
        assert_eq!(program.said(message).len(), 1);
    }
}

#[tokio::test]
async fn sigterm_drains_both_protocols() {
    let program = Program::start(&[]);
    let mut one = program.client().open().await.unwrap();
    let mut two = program.client().asking_for_http2().open().await.unwrap();
    for connection in [&mut one, &mut two] {
        assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);
    }
    program.signal(Signal::TERM);
    one.closed().await;
    two.closed().await;
    assert_eq!(program.wait().code(), Some(0));
}
