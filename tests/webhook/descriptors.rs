//! A program that may open no more files: it says so, its health port stays, and it comes back by itself.

use tokio::{net::TcpStream, task::JoinSet};

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

    // Clients that sent a review keep their connection for two minutes, so that the lack does not end by itself meanwhile.
    let mut clients = JoinSet::new();
    for _ in 0..20 {
        let client = program.client();
        clients.spawn(async move {
            let mut connection = client.open().await.unwrap();
            connection.review(skip().to_string()).await.unwrap();
            connection
        });
    }
    let mut kept = vec![clients.join_next().await.unwrap().unwrap()];
    program.wait_until_it_says("Too many open files").await;
    for _ in 0..20 {
        assert_eq!(api_server.review(skip().to_string()).await.unwrap().0, 200);
        assert!(program.get("/healthz").await.starts_with("HTTP/1.1 200"), "the kubelet would restart it");
        assert!(program.get("/readyz").await.starts_with("HTTP/1.1 200"));
    }
    let errors = number(&program.get("/metrics").await, "profile_webhook_accept_errors_total");
    assert!(errors > 0.0);

    // As each one leaves, one that waited is served.
    while !clients.is_empty() {
        kept.pop();
        kept.push(soon(clients.join_next()).await.unwrap().unwrap());
    }
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
