//! A webhook on real sockets, and a client that speaks TLS and plain text to it.

use std::{fs, net::SocketAddr, sync::Arc, time::Duration};

use profile_core::rules::Policy;
use profile_webhook::{
    certs,
    limits::Limits,
    server::{Bound, Ending},
    service::Service,
    shutdown::Shutdown,
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A webhook that serves on loopback with a key made just now.
pub(crate) struct Running {
    pub(crate) tls: SocketAddr,
    pub(crate) health: SocketAddr,
    ending: JoinHandle<Ending>,
    ca: CertificateDer<'static>,
}

impl Running {
    /// Starts one that ends by `shutdown`.
    pub(crate) async fn start(limits: Limits, shutdown: Shutdown) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = TempDir::new().unwrap();
        let (cert_file, key_file) = (folder.path().join("tls.crt"), folder.path().join("tls.key"));
        fs::write(&cert_file, cert.pem()).unwrap();
        fs::write(&key_file, signing_key.serialize_pem()).unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = Bound::bind(certs::load(&cert_file, &key_file).unwrap(), any, Some(any)).await.unwrap();
        let (tls, health) = (bound.local_addr().unwrap(), bound.health_addr().unwrap());
        let service = Arc::new(Service::new(Policy::default(), limits));
        Self { tls, health, ending: tokio::spawn(bound.serve(service, shutdown)), ca: cert.der().clone() }
    }

    /// Opens a TLS connection that trusts the webhook's certificate.
    pub(crate) async fn connect(&self) -> TlsStream<TcpStream> {
        self.connect_with(rustls::DEFAULT_VERSIONS).await
    }

    /// Opens a TLS connection with these protocol versions only.
    pub(crate) async fn connect_with(&self, versions: &[&'static SupportedProtocolVersion]) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.tls).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    /// Waits for its end.
    pub(crate) async fn ending(self) -> Ending {
        soon(self.ending).await.unwrap()
    }

    /// Asks the health port until it answers so; what it answers before is of no interest.
    pub(crate) async fn wait_until_readyz_says(&self, status: &str) {
        soon(async {
            loop {
                let mut stream = TcpStream::connect(self.health).await.unwrap();
                stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
                if read_to_end(&mut stream).await.starts_with(&format!("HTTP/1.1 {status}")) {
                    return;
                }
            }
        })
        .await;
    }
}

/// The head of a review's request.
pub(crate) fn head(length: usize, extra: &str) -> String {
    format!("POST /validate?timeout=3s HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n{extra}\r\n")
}

/// All that comes until the other side closes. A close without TLS' own goodbye counts as one.
pub(crate) async fn read_to_end<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut bytes = Vec::new();
    let _ = soon(stream.read_to_end(&mut bytes)).await;
    String::from_utf8(bytes).unwrap()
}

/// Reads until the text `end` has come.
pub(crate) async fn read_until<S: AsyncRead + Unpin>(stream: &mut S, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        text.push(char::from(soon(stream.read_u8()).await.unwrap()));
    }
    text
}

/// Waits for what comes at once when the webhook works, so that a fault is a failed test and not one that hangs.
async fn soon<F: Future>(future: F) -> F::Output {
    time::timeout(Duration::from_secs(60), future)
        .await
        .expect("the webhook did not do in a minute what it does at once")
}
