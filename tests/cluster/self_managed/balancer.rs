//! The address of a Service: connections go to one of the replicas that answer, in turns.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

/// A balancer of one test. Dropping it closes every connection.
pub(super) struct Balancer {
    address: SocketAddr,
    backends: Arc<Mutex<Vec<SocketAddr>>>,
    _runtime: Runtime,
}

impl Balancer {
    pub(super) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let backends = Arc::default();
        runtime.spawn(serve(listener, Arc::clone(&backends)));
        Self { address, backends, _runtime: runtime }
    }

    /// The URL that takes reviews.
    pub(super) fn url(&self) -> String {
        format!("https://{}/validate", self.address)
    }

    /// Sends new connections to these.
    pub(super) fn lead_to(&self, backends: &[SocketAddr]) {
        *self.backends.lock().unwrap_or_else(PoisonError::into_inner) = backends.to_vec();
    }
}

async fn serve(listener: TcpListener, backends: Arc<Mutex<Vec<SocketAddr>>>) {
    let turn = Arc::new(AtomicUsize::new(0));
    while let Ok((mut client, _)) = listener.accept().await {
        let (backends, turn) = (Arc::clone(&backends), Arc::clone(&turn));
        tokio::spawn(async move {
            let backends = backends.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let first = turn.fetch_add(1, Ordering::Relaxed);
            for index in 0..backends.len() {
                if let Ok(mut backend) = TcpStream::connect(backends[(first + index) % backends.len()]).await {
                    let _ = copy_bidirectional(&mut client, &mut backend).await;
                    return;
                }
            }
        });
    }
}
