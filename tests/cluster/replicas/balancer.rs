//! A balancer of TCP connections on loopback, as a Service is one: a new connection goes to the next replica that is ready.
//!
//! It asks each replica's `/readyz` twenty times a second, where a cluster takes a second or more to learn of a change, and goes
//! on to the next replica where one cannot be connected to, as balancers do and a Service of kube-proxy does not.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use profile_tests::webhook::{client, program::Program};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    time::interval,
};

/// A balancer that lives as long as the runtime that opened it.
pub(super) struct Balancer {
    address: SocketAddr,
    replicas: Arc<Replicas>,
}

#[derive(Default)]
struct Replicas(Mutex<Vec<Replica>>);

struct Replica {
    tls: SocketAddr,
    health: SocketAddr,
    is_ready: bool,
}

impl Balancer {
    /// Opens one before no replica at all.
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (address, replicas) = (listener.local_addr().unwrap(), Arc::default());
        tokio::spawn(balance(listener, Arc::clone(&replicas)));
        tokio::spawn(probe(Arc::clone(&replicas)));
        Self { address, replicas }
    }

    /// Where it is.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds a replica that is ready.
    pub(super) fn add(&self, program: &Program) {
        let replica = Replica { tls: program.tls, health: program.health, is_ready: true };
        self.replicas.with(|it| it.push(replica));
    }
}

impl Replicas {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Replica>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn set_ready(&self, health: SocketAddr, is_ready: bool) {
        self.with(|it| it.iter_mut().filter(|it| it.health == health).for_each(|it| it.is_ready = is_ready));
    }

    /// The replicas that are ready, beginning with another one each time.
    fn ready(&self, turn: usize) -> Vec<(SocketAddr, SocketAddr)> {
        let ready =
            self.with(|it| it.iter().filter(|it| it.is_ready).map(|it| (it.tls, it.health)).collect::<Vec<_>>());
        (0..ready.len()).map(|index| ready[(turn + index) % ready.len()]).collect()
    }
}

async fn balance(listener: TcpListener, replicas: Arc<Replicas>) {
    for turn in 0.. {
        let (mut stream, _) = listener.accept().await.unwrap();
        let replicas = Arc::clone(&replicas);
        tokio::spawn(async move {
            for (tls, health) in replicas.ready(turn) {
                match TcpStream::connect(tls).await {
                    // One side that breaks off ends the other.
                    Ok(mut replica) => return drop(copy_bidirectional(&mut stream, &mut replica).await),
                    Err(_) => replicas.set_ready(health, false),
                }
            }
        });
    }
}

async fn probe(replicas: Arc<Replicas>) {
    let mut tick = interval(Duration::from_millis(50));
    loop {
        tick.tick().await;
        for health in replicas.with(|it| it.iter().map(|it| it.health).collect::<Vec<_>>()) {
            let answer = client::get(health, "/readyz").await;
            replicas.set_ready(health, answer.is_ok_and(|it| it.starts_with("HTTP/1.1 200")));
        }
    }
}
