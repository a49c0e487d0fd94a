//! Owns the sockets: binds them, accepts, and drains.

use std::{io, net::SocketAddr, pin::pin, sync::Arc};

use thiserror::Error;
use tokio::{sync::watch, task::JoinSet, time};
use tracing::info;

use crate::{certs::Served, service::Service, shutdown::Shutdown};

use door::Door;
use seats::{Standing, Strangers};

mod activity;
mod connection;
mod door;
mod seats;
mod session;

/// Connections that gave way to others and have not ended yet, at most.
const ENDING: usize = 16;

/// Connections at once on the health port: the kubelet needs one, and Prometheus another.
const HEALTH_CONNECTIONS: usize = 16;

/// Descriptors that the health port keeps: liveness must not end with the last free one, or the kubelet would restart what
/// is about to recover.
const HEALTH_SPARES: usize = 4;

/// A server whose ports are open and that answers nobody yet.
#[derive(Debug)]
pub struct Bound {
    served: Served,
    door: Door,
    health: Option<Door>,
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
        served: Served,
        listen: SocketAddr,
        health_listen: Option<SocketAddr>,
    ) -> Result<Self, BindError> {
        let door = Door::open("--listen", listen, 0).await?;
        let health = match health_listen {
            Some(address) => Some(Door::open("--health-listen", address, HEALTH_SPARES).await?),
            None => None,
        };
        Ok(Self { served, door, health })
    }

    /// The address of the TLS port, with the port that was picked when 0 was asked for.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.door.local_addr()
    }

    /// The address of the health port, if there is one.
    pub fn health_addr(&self) -> Option<SocketAddr> {
        self.health.as_ref().and_then(|door| door.local_addr().ok())
    }

    /// Serves until `shutdown` asks for the end and the requests in flight are answered.
    pub async fn serve(self, service: Arc<Service>, shutdown: Shutdown) -> Ending {
        let Self { served, mut door, health } = self;
        let mut background = JoinSet::new();
        if let Some(health) = health {
            // It is served to the very end, so that the kubelet hears "draining" and not silence.
            background.spawn(serve_health(health, Arc::clone(&service)));
        }
        let (closing, closed) = watch::channel(false);
        let mut connections = JoinSet::new();
        let most = service.limits().connections;
        let mut strangers = Strangers::default();
        let (mut asked, mut aborted) = (shutdown.clone(), shutdown);
        {
            let mut stop = pin!(async {
                asked.draining().await;
                service.start_draining();
                time::sleep(service.limits().shutdown_delay).await;
            });
            let mut accepted = None;
            loop {
                if let Some(stream) = accepted.take_if(|_| connections.len() < most || strangers.is_any_left()) {
                    if connections.len() >= most && strangers.evict() {
                        service.metrics().evicted();
                    }
                    let (service, standing) = (Arc::clone(&service), Standing::default());
                    let connection =
                        connection::serve_tls(stream, served.now(), standing.clone(), service, closed.clone());
                    strangers.add(standing, connections.spawn(connection));
                }
                // One that gave way still counts until its end was seen, so that a flood cannot outrun the ends.
                let has_room = accepted.is_none() && connections.len() < most + ENDING;
                tokio::select! {
                    biased;
                    () = &mut stop => break,
                    () = aborted.aborted() => break,
                    Some(_) = connections.join_next() => {}
                    stream = door.accept(service.metrics()), if has_room => accepted = Some(stream),
                }
            }
        }
        drop(door);
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

/// Serves the health port. There, too, the oldest connection gives way: the kubelet restarts what it cannot ask.
async fn serve_health(mut door: Door, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    let mut strangers = Strangers::default();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            stream = door.accept(service.metrics()), if connections.len() < HEALTH_CONNECTIONS + ENDING => {
                if connections.len() >= HEALTH_CONNECTIONS {
                    strangers.evict();
                }
                let connection = connections.spawn(connection::serve_health(stream, Arc::clone(&service)));
                strangers.add(Standing::default(), connection);
            }
        }
    }
}
