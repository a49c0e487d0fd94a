//! Owns the sockets: binds them, accepts, and drains.

use std::{fmt, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use rustls::ServerConfig;
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time,
};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use crate::{service::Service, shutdown::Shutdown};

mod connection;

/// Connections at once on the health port: the kubelet needs one.
const HEALTH_CONNECTIONS: usize = 16;

/// A server whose ports are open and that answers nobody yet.
pub struct Bound {
    tls: TlsAcceptor,
    listener: TcpListener,
    health: Option<TcpListener>,
}

/// Why a port could not be opened.
#[derive(Debug, Error)]
#[error("{flag} {address}: cannot listen there: {source}")]
pub struct BindError {
    flag: &'static str,
    address: SocketAddr,
    source: io::Error,
}

/// How the server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every request in flight was answered.
    Drained,
    /// Connections were cut off: the time was up, or a second signal came.
    Cut,
}

impl Bound {
    /// Opens the TLS port and, if asked for, the health port.
    ///
    /// # Errors
    ///
    /// When a port cannot be opened.
    pub async fn bind(
        tls: Arc<ServerConfig>,
        listen: SocketAddr,
        health_listen: Option<SocketAddr>,
    ) -> Result<Self, BindError> {
        let listener = open("--listen", listen).await?;
        let health = match health_listen {
            Some(address) => Some(open("--health-listen", address).await?),
            None => None,
        };
        Ok(Self { tls: tls.into(), listener, health })
    }

    /// The address of the TLS port, with the port that was picked when 0 was asked for.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The address of the health port, if there is one.
    pub fn health_addr(&self) -> Option<SocketAddr> {
        self.health.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Serves until `shutdown` asks for the end and the requests in flight are answered.
    pub async fn serve(self, service: Arc<Service>, shutdown: Shutdown) -> Ending {
        let Self { tls, listener, health } = self;
        let mut background = JoinSet::new();
        if let Some(health) = health {
            // It is served to the very end, so that the kubelet hears "draining" and not silence.
            background.spawn(serve_health(health, Arc::clone(&service)));
        }
        let (closing, closed) = watch::channel(false);
        let mut connections = JoinSet::new();
        let (mut asked, mut aborted) = (shutdown.clone(), shutdown);
        {
            let mut stop = pin!(async {
                asked.draining().await;
                service.start_draining();
                time::sleep(service.limits().shutdown_delay).await;
            });
            loop {
                tokio::select! {
                    biased;
                    () = &mut stop => break,
                    () = aborted.aborted() => break,
                    Some(_) = connections.join_next() => {}
                    stream = accept(&listener), if connections.len() < service.limits().connections => {
                        connections.spawn(connection::serve_tls(stream, tls.clone(), Arc::clone(&service), closed.clone()));
                    }
                }
            }
        }
        drop(listener);
        info!(connections = connections.len(), "draining");
        closing.send_replace(true);
        let drained = async { while connections.join_next().await.is_some() {} };
        tokio::select! {
            biased;
            () = drained => Ending::Drained,
            () = aborted.aborted() => Ending::Cut,
            () = time::sleep(service.limits().drain) => Ending::Cut,
        }
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("listener", &self.listener).field("health", &self.health).finish_non_exhaustive()
    }
}

async fn open(flag: &'static str, address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| BindError { flag, address, source })
}

async fn serve_health(listener: TcpListener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            stream = accept(&listener), if connections.len() < HEALTH_CONNECTIONS => {
                connections.spawn(connection::serve_health(stream, Arc::clone(&service)));
            }
        }
    }
}

/// Waits for the next connection. An error such as too many open files lasts, so it waits before it tries again.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(problem) => {
                warn!("cannot accept a connection: {problem}");
                time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}
