//! A webhook on real sockets.

use std::{net::SocketAddr, sync::Arc};

use profile_core::rules::Policy;
use profile_webhook::{
    certs::{Files, Watcher},
    clock::Clock,
    limits::Limits,
    metrics::Metrics,
    server::{Bound, Ending},
    service::Service,
    shutdown::Shutdown,
};
use rustls::SupportedProtocolVersion;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpStream,
    task::{AbortHandle, JoinHandle},
};
use tokio_rustls::client::TlsStream;

pub(crate) use profile_tests::webhook::soon;

use crate::{
    authority::Authority,
    client::{self, Client},
    volume::Volume,
};

/// A webhook that serves on loopback with a key made just now.
pub(crate) struct Running {
    pub(crate) tls: SocketAddr,
    pub(crate) health: SocketAddr,
    pub(crate) authority: Authority,
    pub(crate) volume: Volume,
    ending: JoinHandle<Ending>,
    watching: AbortHandle,
}

/// What a webhook is started with.
pub(crate) struct Start {
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    pub(crate) authority: Authority,
    pub(crate) volume: Volume,
    pub(crate) files: Files,
    pub(crate) service: Box<dyn FnOnce(Limits) -> Service>,
}

impl Start {
    /// What a webhook with these limits is started with.
    pub(crate) fn with(limits: Limits) -> Self {
        let authority = Authority::new();
        let volume = Volume::with(&authority.leaf());
        let files = Files::pair(volume.file("tls.crt"), volume.file("tls.key"));
        let service = Box::new(|limits| Service::new(Policy::default(), limits));
        Self { limits, clock: Clock::default(), authority, volume, files, service }
    }

    /// Starts one that ends by `shutdown`.
    pub(crate) async fn start(self, shutdown: Shutdown) -> Running {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let metrics = Arc::new(Metrics::new());
        let watcher = Watcher::load(self.files, self.clock.clone(), Arc::clone(&metrics)).unwrap();
        let watcher = Arc::new(watcher);
        let bound = Bound::bind(watcher.served(), any, Some(any)).await.unwrap();
        let (tls, health) = (bound.local_addr().unwrap(), bound.health_addr().unwrap());
        let (interval, watched) = (self.limits.reload, Arc::clone(&watcher));
        let watching = tokio::spawn(async move { watched.watch(interval).await }).abort_handle();
        let service =
            (self.service)(self.limits).with_clock(self.clock).with_metrics(metrics).with_certificates(watcher);
        let ending = tokio::spawn(bound.serve(Arc::new(service), shutdown));
        Running { tls, health, authority: self.authority, volume: self.volume, ending, watching }
    }
}

impl Running {
    /// Starts one that ends by `shutdown`.
    pub(crate) async fn start(limits: Limits, shutdown: Shutdown) -> Self {
        Start::with(limits).start(shutdown).await
    }

    /// A client that trusts the webhook's CA.
    pub(crate) fn client(&self) -> Client {
        Client::trusting(&self.authority, self.tls)
    }

    /// Opens a TLS connection that trusts the webhook's certificate.
    pub(crate) async fn connect(&self) -> TlsStream<TcpStream> {
        self.client().connect().await.unwrap()
    }

    /// Opens a TLS connection with these protocol versions only.
    pub(crate) async fn connect_with(&self, versions: &[&'static SupportedProtocolVersion]) -> TlsStream<TcpStream> {
        self.client().speaking(versions).connect().await.unwrap()
    }

    /// Waits for its end.
    pub(crate) async fn ending(self) -> Ending {
        self.watching.abort();
        soon(self.ending).await.unwrap()
    }

    /// Asks the health port until it answers so; what it answers before is of no interest.
    pub(crate) async fn wait_until_readyz_says(&self, status: &str) {
        soon(async { while !self.get("/readyz").await.starts_with(&format!("HTTP/1.1 {status}")) {} }).await;
    }

    /// What the health port answers.
    pub(crate) async fn get(&self, path: &str) -> String {
        client::get(self.health, path).await.unwrap()
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
