//! Certificates that change while the webhook serves: what new connections see, and what the old ones keep.

use std::{sync::Arc, time::Duration};

use profile_webhook::{limits::Limits, shutdown::Shutdown};

use crate::{
    authority::{Authority, Pair},
    client::number,
    program::tell,
    reviews::skip,
    server::{Running, Start, soon},
};

/// The files are looked at by `/readyz` alone, so that each test says when.
const NEVER: Limits = Limits { reload: Duration::from_secs(3600), ..Limits::DEFAULT };

async fn look(webhook: &Running) -> String {
    webhook.get("/readyz?verbose").await
}

async fn is_served(webhook: &Running, pair: &Pair) -> bool {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    webhook.client().certificate().await == CertificateDer::from_pem_slice(pair.cert.as_bytes()).unwrap()
}

#[tokio::test]
async fn each_swap_of_the_volume_is_served_to_new_connections_and_old_ones_go_on() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(NEVER, shutdown).await;
    let mut old = webhook.client().open().await.unwrap();
    for swap in 1..=5 {
        let pair = webhook.authority.leaf();
        webhook.volume.swap(&pair);
        assert!(!is_served(&webhook, &pair).await, "the files were looked at before they should");
        assert!(look(&webhook).await.starts_with("HTTP/1.1 200"));
        assert!(is_served(&webhook, &pair).await, "swap {swap}");
        assert_eq!(old.review(skip().to_string()).await.unwrap().0, 200, "swap {swap}");
    }
    let metrics = webhook.get("/metrics").await;
    assert_eq!(number(&metrics, "profile_webhook_certificate_reloads_total{result=\"success\"}"), 5.0);
    assert_eq!(number(&metrics, "profile_webhook_certificate_reloads_total{result=\"failure\"}"), 0.0);
}

#[tokio::test]
async fn the_files_are_looked_at_by_themselves() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(Limits { reload: Duration::from_millis(10), ..Limits::default() }, shutdown).await;
    for _ in 0..3 {
        let pair = webhook.authority.leaf();
        webhook.volume.swap(&pair);
        soon(async { while !is_served(&webhook, &pair).await {} }).await;
    }
}

#[tokio::test]
async fn files_that_are_swapped_while_they_are_read_are_never_mixed_up() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Arc::new(Running::start(NEVER, shutdown).await);
    let swapped = Arc::clone(&webhook);
    let swaps = tokio::task::spawn_blocking(move || {
        for _ in 0..300 {
            swapped.volume.swap(&swapped.authority.leaf());
        }
    });
    let mut looks = 0;
    while !swaps.is_finished() {
        look(&webhook).await;
        looks += 1;
    }
    swaps.await.unwrap();
    let metrics = webhook.get("/metrics").await;
    assert_eq!(number(&metrics, "profile_webhook_certificate_reloads_total{result=\"failure\"}"), 0.0);
    let taken = number(&metrics, "profile_webhook_certificate_reloads_total{result=\"success\"}");
    tell(&format!("300 swaps, {looks} looks, {taken} pairs taken up, none refused"));
}

#[tokio::test]
async fn a_bad_pair_leaves_the_old_one_in_place_and_is_told_once() {
    let (_trigger, shutdown) = Shutdown::channel();
    let start = Start::with(NEVER);
    let good = start.authority.leaf();
    start.volume.swap(&good);
    let webhook = start.start(shutdown).await;
    let other = webhook.authority.leaf();
    let half = |text: &str| text[..text.len() / 2].to_owned();
    let bad = [
        ("cannot be served together", Pair { cert: other.cert.clone(), key: good.key.clone() }),
        ("tls.key: is not valid PEM", Pair { cert: other.cert.clone(), key: half(&other.key) }),
        ("tls.crt: is not valid PEM", Pair { cert: half(&other.cert), key: other.key.clone() }),
        ("tls.crt: no certificate found", Pair { cert: String::new(), key: other.key.clone() }),
        ("the certificate expired", webhook.authority.leaf_between((2020, 1, 1), (2021, 1, 1))),
        ("is not valid before", webhook.authority.leaf_between((2119, 1, 1), (2120, 1, 1))),
    ];
    for (count, (reason, pair)) in bad.iter().enumerate() {
        webhook.volume.swap(pair);
        for _ in 0..2 {
            let told = look(&webhook).await;
            assert!(told.starts_with("HTTP/1.1 200") && told.contains(reason), "{reason} is not in: {told}");
            assert!(told.contains("[+]certificate-newest ok, but: the newest good one is served"), "{told}");
            assert!(!told.contains("PRIVATE KEY"), "{told}");
        }
        assert!(is_served(&webhook, &good).await, "{reason}");
        let metrics = webhook.get("/metrics").await;
        let failures = number(&metrics, "profile_webhook_certificate_reloads_total{result=\"failure\"}");
        assert_eq!(failures, (count + 1) as f64, "{reason}");
        assert_eq!(number(&metrics, "profile_webhook_certificate_is_current"), 0.0);
    }
    webhook.volume.swap(&other);
    assert!(look(&webhook).await.contains("[+]certificate-newest ok\n"));
    assert!(is_served(&webhook, &other).await);
    assert_eq!(number(&webhook.get("/metrics").await, "profile_webhook_certificate_is_current"), 1.0);
}

#[tokio::test]
async fn files_that_are_gone_leave_the_old_pair_in_place() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(NEVER, shutdown).await;
    std::fs::remove_file(webhook.volume.file("..data")).unwrap();
    let told = look(&webhook).await;
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("tls.crt: cannot be read"), "{told}");
    webhook.connect().await;
}

#[tokio::test]
async fn a_client_of_the_old_ca_is_not_resumed_behind_the_new_certificate() {
    let (_trigger, shutdown) = Shutdown::channel();
    let webhook = Running::start(NEVER, shutdown).await;
    let client = webhook.client().ready();
    let mut connection = client.open().await.unwrap();
    connection.review(skip().to_string()).await.unwrap();
    let other = Authority::new();
    webhook.volume.swap(&other.leaf());
    look(&webhook).await;
    assert!(client.connect().await.is_err(), "a certificate of another CA was taken");
    assert_eq!(connection.review(skip().to_string()).await.unwrap().0, 200);
}
