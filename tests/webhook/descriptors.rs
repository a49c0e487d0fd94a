//! A program that may open no more files: it says so, its health port stays, and it comes back by itself.

use tokio::net::TcpStream;

use crate::{
    client::number,
    program::{Program, tell},
    reviews::skip,
    server::soon,
};

#[tokio::test]
async fn out_of_files_it_stays_healthy_and_recovers() {
    let program = Program::start(&[]);
    let mut api_server = program.client().open().await.unwrap();
    api_server.review(skip().to_string()).await.unwrap();
    program.limit_open_files(program.open_files() + 5);

    // More strangers than there are files, who say nothing for as long as they may.
    let mut strangers = Vec::new();
    for _ in 0..40 {
        strangers.push(TcpStream::connect(program.tls).await.unwrap());
    }
    program.wait_until_it_says("Too many open files").await;
    for _ in 0..20 {
        assert_eq!(api_server.review(skip().to_string()).await.unwrap().0, 200);
        assert!(program.get("/healthz").await.starts_with("HTTP/1.1 200"), "the kubelet would restart it");
        assert!(program.get("/readyz").await.starts_with("HTTP/1.1 200"));
    }
    let errors = number(&program.get("/metrics").await, "profile_webhook_accept_errors_total");
    assert!(errors > 0.0);

    drop(strangers);
    let mut fresh = soon(program.client().open()).await.unwrap();
    assert_eq!(fresh.review(skip().to_string()).await.unwrap().0, 200);
    tell(&format!("{errors} connections could not be accepted; it serves again"));
}

#[tokio::test]
async fn a_low_limit_makes_room_for_fewer_connections() {
    let program = Program::start_with_open_files(80);
    let line = program.wait_until_it_says("few open files").await;
    assert_eq!((line["open"].as_u64(), line["connections"].as_u64()), (Some(80), Some(16)));
    let mut strangers = Vec::new();
    for _ in 0..100 {
        strangers.push(TcpStream::connect(program.tls).await.unwrap());
    }
    let mut api_server = soon(program.client().open()).await.unwrap();
    assert_eq!(api_server.review(skip().to_string()).await.unwrap().0, 200);
    assert!(program.said("Too many open files").is_empty());
}
