//! Ten thousand connections at once.

use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::{
    client::number,
    program::{Program, allow_open_files, tell},
    reviews::skip,
    server::soon,
};

const FLOOD: usize = 10_000;

/// What the program may hold beyond what it holds with one connection.
const MEMORY: u64 = 64 * 1024 * 1024;

#[tokio::test]
async fn ten_thousand_connections_keep_nobody_out() {
    allow_open_files(FLOOD as u64 + 1000);
    let program = Program::start(&[]);
    let mut api_server = program.client().open().await.unwrap();
    api_server.review(skip().to_string()).await.unwrap();
    let (before, _) = program.memory();

    let begun = Instant::now();
    let mut flood = Vec::with_capacity(FLOOD);
    let (mut slowest, mut answered, mut fresh) = (Duration::ZERO, 0, 0);
    for number in 0..FLOOD {
        flood.push(TcpStream::connect(program.tls).await.unwrap());
        if number % 100 == 0 {
            let asked = Instant::now();
            assert_eq!(api_server.review(skip().to_string()).await.unwrap().0, 200, "behind {number} connections");
            slowest = slowest.max(asked.elapsed());
            answered += 1;
        }
        if number % 1000 == 999 {
            let mut new = program.client().open().await.unwrap();
            assert_eq!(new.review(skip().to_string()).await.unwrap().0, 200, "behind {number} connections");
            fresh += 1;
        }
    }
    let metrics = program.get("/metrics").await;
    let open = number(&metrics, "profile_webhook_connections");
    let evicted = number(&metrics, "profile_webhook_connections_evicted_total");
    assert!(open <= 513.0, "{open} connections are open");
    let (_, most) = program.memory();
    assert!(most < before + MEMORY, "{most} bytes of memory, {before} before");
    assert_eq!(api_server.review(skip().to_string()).await.unwrap().0, 200);
    tell(&format!(
        "{FLOOD} connections in {:?}: {open} open at the end, {evicted} gave way; {answered} reviews on the old connection, the \
         slowest in {slowest:?}, and {fresh} on fresh ones; memory {} KiB before, {} KiB at most",
        begun.elapsed(),
        before / 1024,
        most / 1024
    ));
}

#[tokio::test]
async fn a_flood_of_the_health_port_does_not_keep_the_kubelet_out() {
    let program = Program::start(&[]);
    // More than would be through in a minute if each could take its time.
    let mut flood = Vec::new();
    soon(async {
        for _ in 0..1000 {
            flood.push(TcpStream::connect(program.health).await.unwrap());
        }
        assert!(program.get("/healthz").await.starts_with("HTTP/1.1 200"));
    })
    .await;
    assert!(program.get("/readyz").await.starts_with("HTTP/1.1 200"));
    assert!(program.open_files() < 100, "{} files are open", program.open_files());
}
