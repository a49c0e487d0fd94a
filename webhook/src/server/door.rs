//! Accepts connections, and waits where the system can hand over none.

use std::{fs::File, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    time,
};
use tracing::warn;

use super::BindError;
use crate::metrics::Metrics;

/// The first pause after an error that lasts, such as too many open files; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// The longest pause: what comes back within it is a short wait for a client.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// A port that is open.
#[derive(Debug)]
pub(super) struct Door {
    listener: TcpListener,
    /// Descriptors that are kept for the time when no others are left, and how many there should be.
    spare: Vec<File>,
    spares: usize,
}

impl Door {
    /// Opens a port. It keeps `spares` descriptors for the time when no others are left.
    pub(super) async fn open(flag: &'static str, address: SocketAddr, spares: usize) -> Result<Self, BindError> {
        let bind = |source| BindError { flag, address, source };
        let listener = TcpListener::bind(address).await.map_err(bind)?;
        let mut door = Self { listener, spare: Vec::new(), spares };
        door.refill();
        Ok(door)
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Waits for the next connection.
    pub(super) async fn accept(&mut self, metrics: &Arc<Metrics>) -> TcpStream {
        // Not in the loop: there it would take the descriptor back that was given up for the connection.
        self.refill();
        let mut pause = FIRST_PAUSE;
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return stream,
                // The client went away while it waited: the next one is not its affair.
                Err(problem) if is_of_one_client(&problem) => metrics.accept_error(),
                Err(problem) => {
                    metrics.accept_error();
                    if self.spare.pop().is_some() {
                        continue;
                    }
                    warn!("cannot accept a connection: {problem}");
                    time::sleep(pause).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                }
            }
        }
    }

    fn refill(&mut self) {
        while self.spare.len() < self.spares {
            // Where there is none now, there may be one when the next connection comes.
            let Ok(file) = File::open("/dev/null") else { return };
            self.spare.push(file);
        }
    }
}

fn is_of_one_client(problem: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(problem.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}
