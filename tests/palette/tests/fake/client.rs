//! A client that asks one thing on one connection.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use profile_palette::Fake;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::{Value, json};
use tokio_rustls::TlsConnector;

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Response {
    /// The body as JSON; null where there is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// Asks with the fake's key and its first project; the answer must be one of success.
#[track_caller]
pub(crate) fn ask(fake: &Fake, method: &str, target: &str, body: Value) -> Value {
    let response = send(fake, method, target, body).unwrap();
    assert!(response.status < 300, "{method} {target}: {response:?}");
    response.json()
}

/// Asks with the fake's key and its first project.
pub(crate) fn send(fake: &Fake, method: &str, target: &str, body: Value) -> Result<Response, String> {
    send_with(fake, method, target, body, &[("ApiKey", fake.key()), ("ProjectUid", &fake.project())])
}

/// Asks with these headers.
pub(crate) fn send_with(
    fake: &Fake,
    method: &str,
    target: &str,
    body: Value,
    headers: &[(&str, &str)],
) -> Result<Response, String> {
    let mut request = hyper::Request::builder().method(method).uri(target).header("host", fake.host());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(exchange(fake, request))
}

async fn exchange(fake: &Fake, request: hyper::Request<Full<Bytes>>) -> Result<Response, String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(fake.ca_file()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let connector = TlsConnector::from(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()));
    let address: SocketAddr = fake.host().parse().unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let stream = connector.connect(ServerName::from(address.ip()), stream).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| format!("no answer: {error}"))?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| format!("half an answer: {error}"))?.to_bytes();
    connection.abort();
    Ok(Response { status: head.status.as_u16(), headers: head.headers, body })
}

/// A body without anything, for requests that need one.
pub(crate) fn nothing() -> Value {
    json!({})
}
