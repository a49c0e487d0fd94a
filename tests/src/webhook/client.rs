//! A client that speaks TLS to the webhook, and plain HTTP to its health port.

use std::{io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::AbortHandle,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    authority::{Authority, Pair},
    soon,
};

/// Opens connections.
#[derive(Clone)]
pub struct Client {
    roots: Arc<RootCertStore>,
    versions: Vec<&'static SupportedProtocolVersion>,
    protocols: Vec<Vec<u8>>,
    own: Option<Pair>,
    config: Option<Arc<ClientConfig>>,
    server: SocketAddr,
}

/// A connection by which reviews are sent, one behind the other or, in HTTP/2, side by side.
pub enum Connection {
    /// One behind the other.
    Http1(http1::SendRequest<Full<Bytes>>, AbortHandle),
    /// Side by side.
    Http2(http2::SendRequest<Full<Bytes>>, AbortHandle),
}

impl Client {
    /// A client that trusts the certificates of a CA.
    pub fn trusting(authority: &Authority, server: SocketAddr) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der()).unwrap();
        let versions = rustls::DEFAULT_VERSIONS.to_vec();
        Self { roots: Arc::new(roots), versions, protocols: Vec::new(), own: None, config: None, server }
    }

    /// The same client, which trusts another CA as well.
    pub fn trusting_also(mut self, authority: &Authority) -> Self {
        Arc::make_mut(&mut self.roots).add(authority.der()).unwrap();
        self
    }

    /// The same client with these versions of TLS only.
    pub fn speaking(mut self, versions: &[&'static SupportedProtocolVersion]) -> Self {
        self.versions = versions.to_vec();
        self
    }

    /// The same client, which shows a certificate.
    pub fn showing(mut self, own: &Pair) -> Self {
        self.own = Some(own.clone());
        self
    }

    /// The same client, which asks for HTTP/2.
    pub fn asking_for_http2(mut self) -> Self {
        self.protocols = vec![b"h2".to_vec()];
        self
    }

    /// The same client with its settings made once: its connections share what can be resumed.
    pub fn ready(mut self) -> Self {
        self.config = Some(self.config());
        self
    }

    fn config(&self) -> Arc<ClientConfig> {
        if let Some(config) = &self.config {
            return Arc::clone(config);
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&self.versions)
            .unwrap()
            .with_root_certificates(Arc::clone(&self.roots));
        let mut config = match &self.own {
            Some(own) => {
                let cert = CertificateDer::from_pem_slice(own.cert.as_bytes()).unwrap();
                let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap();
                builder.with_client_auth_cert(vec![cert], key).unwrap()
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = self.protocols.clone();
        Arc::new(config)
    }

    /// Opens a TLS connection.
    pub async fn connect(&self) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.server).await?;
        stream.set_nodelay(true)?;
        TlsConnector::from(self.config()).connect(ServerName::try_from("localhost").unwrap(), stream).await
    }

    /// The certificate that a new connection is served with.
    pub async fn certificate(&self) -> CertificateDer<'static> {
        let stream = self.connect().await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
    }

    /// Opens a connection by which reviews are sent.
    pub async fn open(&self) -> Result<Connection, Box<dyn std::error::Error + Send + Sync>> {
        let io = TokioIo::new(self.connect().await?);
        if self.protocols.is_empty() {
            let (sender, connection) = http1::handshake(io).await?;
            Ok(Connection::Http1(sender, tokio::spawn(connection).abort_handle()))
        } else {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
            Ok(Connection::Http2(sender, tokio::spawn(connection).abort_handle()))
        }
    }
}

impl Connection {
    /// Sends a review, and says what came back.
    pub async fn review(&mut self, body: impl Into<Bytes>) -> hyper::Result<(StatusCode, String)> {
        self.send(review_request(body)).await
    }

    /// Sends a request, and says what came back.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<(StatusCode, String)> {
        let response = match self {
            Self::Http1(sender, _) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Self::Http2(sender, _) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        whole(response).await
    }

    /// Whether no further request can be sent by it.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Http1(sender, _) => sender.is_closed(),
            Self::Http2(sender, _) => sender.is_closed(),
        }
    }

    /// Another sender on the same connection, which must be one of HTTP/2.
    pub fn beside(&self) -> Self {
        match self {
            Self::Http2(sender, connection) => Self::Http2(sender.clone(), connection.clone()),
            Self::Http1(..) => panic!("HTTP/1.1 has one request at a time"),
        }
    }

    /// Waits until the server has closed it.
    pub async fn closed(&self) {
        let (Self::Http1(_, connection) | Self::Http2(_, connection)) = self;
        soon(async {
            while !connection.is_finished() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

/// The request that the API server sends a review with.
pub fn review_request(body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let request = Request::builder().method("POST").uri("https://localhost/validate?timeout=10s");
    let request = request.header("host", "localhost").header("content-type", "application/json");
    request.body(Full::new(body.into())).unwrap()
}

async fn whole(response: hyper::Response<Incoming>) -> hyper::Result<(StatusCode, String)> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok((parts.status, String::from_utf8(body.to_vec()).unwrap()))
}

/// What a port without TLS answers, with its header.
pub async fn get(server: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await?;
    let mut text = String::new();
    soon(stream.read_to_string(&mut text)).await?;
    Ok(text)
}

/// The number behind a series of the metrics, by the words that its line begins with.
pub fn number(metrics: &str, series: &str) -> f64 {
    let line = metrics.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')));
    let line = line.unwrap_or_else(|| panic!("there is no {series} in\n{metrics}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}
