//! Clients that must show a certificate: who may ask, who may not, and a CA that changes.

use std::time::Duration;

use profile_webhook::{limits::Limits, shutdown::Shutdown};
use rcgen::SanType;

use crate::{
    authority::{Authority, Pair},
    client::{Client, number},
    reviews::skip,
    server::{Running, Start},
};

const NEVER: Limits = Limits { reload: Duration::from_secs(3600), ..Limits::DEFAULT };

/// A webhook that asks for certificates of a CA, and for one of these names.
async fn checking(authority: &Authority, names: &[&str], shutdown: Shutdown) -> Running {
    let mut start = Start::with(NEVER);
    let leaf = start.authority.leaf();
    start.volume.swap_files(&[("tls.crt", &leaf.cert), ("tls.key", &leaf.key), ("ca.crt", &authority.pem())]);
    start.files.client_ca = Some(start.volume.file("ca.crt"));
    start.files.client_names = names.iter().map(|name| (*name).to_owned()).collect();
    start.start(shutdown).await
}

/// The status of a review's answer; none where the handshake fails, which TLS 1.3 tells only behind it.
async fn status(client: &Client) -> Option<u16> {
    let mut connection = client.open().await.ok()?;
    Some(connection.review(skip().to_string()).await.ok()?.0.as_u16())
}

#[tokio::test]
async fn a_client_of_the_ca_with_an_allowed_name_may_ask() {
    let (_trigger, shutdown) = Shutdown::channel();
    let authority = Authority::new();
    let webhook = checking(&authority, &["apiserver", "dns.example", "spiffe://example/api"], shutdown).await;
    let dns = SanType::DnsName("dns.example".try_into().unwrap());
    let uri = SanType::URI("spiffe://example/api".try_into().unwrap());
    for own in [
        authority.client("apiserver", &[]),
        authority.client("x", std::slice::from_ref(&dns)),
        authority.client("x", &[uri]),
    ] {
        let client = webhook.client().showing(&own);
        assert_eq!(status(&client).await, Some(200));
        assert_eq!(status(&client.asking_for_http2()).await, Some(200));
    }
}

#[tokio::test]
async fn another_name_of_the_ca_is_forbidden_and_counted() {
    let (_trigger, shutdown) = Shutdown::channel();
    let authority = Authority::new();
    let webhook = checking(&authority, &["apiserver"], shutdown).await;
    let client = webhook.client();
    for common in ["kubelet", "apiserver2", "Apiserver", ""] {
        let mut connection = client.clone().showing(&authority.client(common, &[])).open().await.unwrap();
        let (status, text) = connection.review(skip().to_string()).await.unwrap();
        assert_eq!(status, 403, "{common}");
        assert!(text.contains("none of the names"), "{text}");
    }
    let forbidden = "profile_webhook_requests_total{outcome=\"forbidden\",code=\"403\"}";
    assert_eq!(number(&webhook.get("/metrics").await, forbidden), 4.0);
}

#[tokio::test]
async fn without_names_each_client_of_the_ca_may_ask() {
    let (_trigger, shutdown) = Shutdown::channel();
    let authority = Authority::new();
    let webhook = checking(&authority, &[], shutdown).await;
    assert_eq!(status(&webhook.client().showing(&authority.client("anybody", &[]))).await, Some(200));
}

#[tokio::test]
async fn a_missing_or_foreign_certificate_ends_in_the_handshake() {
    let (_trigger, shutdown) = Shutdown::channel();
    let authority = Authority::new();
    let webhook = checking(&authority, &["apiserver"], shutdown).await;
    let foreign = Authority::new().client("apiserver", &[]);
    // A certificate that servers show is none that clients show.
    let serving = authority.leaf();
    for versions in [[&rustls::version::TLS12], [&rustls::version::TLS13]] {
        let client = webhook.client().speaking(&versions);
        assert_eq!(status(&client).await, None);
        for own in [&foreign, &serving] {
            assert_eq!(status(&client.clone().showing(own)).await, None);
        }
    }
    assert_eq!(number(&webhook.get("/metrics").await, "profile_webhook_tls_handshakes_total{result=\"failed\"}"), 6.0);
    assert!(webhook.get("/readyz").await.starts_with("HTTP/1.1 200"), "the health port asks for no certificate");
}

#[tokio::test]
async fn another_ca_is_taken_up_by_its_content() {
    let (_trigger, shutdown) = Shutdown::channel();
    let (first, second) = (Authority::new(), Authority::new());
    let webhook = checking(&first, &["apiserver"], shutdown).await;
    let client = |authority: &Authority| webhook.client().showing(&authority.client("apiserver", &[])).ready();
    let (of_first, of_second) = (client(&first), client(&second));
    assert_eq!((status(&of_first).await, status(&of_second).await), (Some(200), None));

    let put = |leaf: &Pair, ca: &str| {
        webhook.volume.swap_files(&[("tls.crt", &leaf.cert), ("tls.key", &leaf.key), ("ca.crt", ca)]);
    };
    let (leaf, next_leaf) = (webhook.authority.leaf(), webhook.authority.leaf());
    put(&leaf, &second.pem());
    assert!(webhook.get("/readyz").await.starts_with("HTTP/1.1 200"));
    // The first one could be resumed: it must be verified anew all the same.
    assert_eq!((status(&of_first).await, status(&of_second).await), (None, Some(200)));

    // A bad CA changes nothing, and keeps no good pair back.
    put(&next_leaf, "none");
    let told = webhook.get("/readyz?verbose").await;
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("ca.crt: no certificate found in it"), "{told}");
    assert_eq!((status(&of_first).await, status(&of_second).await), (None, Some(200)));
    let metrics = webhook.get("/metrics").await;
    for (series, count) in [("client_ca", "success"), ("client_ca", "failure")].into_iter().zip([1.0, 1.0]) {
        let series = format!("profile_webhook_{}_reloads_total{{result=\"{}\"}}", series.0, series.1);
        assert_eq!(number(&metrics, &series), count, "{series}");
    }
    assert_eq!(number(&metrics, "profile_webhook_certificate_reloads_total{result=\"success\"}"), 2.0);
}
