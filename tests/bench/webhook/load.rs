//! A client that sends reviews as fast as they are answered, over connections that it keeps.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, runtime::Runtime, task::JoinSet};
use tokio_rustls::TlsConnector;

use crate::{Failure, process::Server, review::Reviews, tls::Pair};

/// How long reviews are sent.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Seconds(f64),
    Reviews(usize),
}

/// A client.
pub(crate) struct Load {
    runtime: Runtime,
    connector: TlsConnector,
}

impl Load {
    pub(crate) fn new(pair: &Pair) -> Result<Self, Failure> {
        Ok(Self { runtime: Runtime::new()?, connector: pair.client()?.into() })
    }

    /// Sends reviews by so many connections; how many were answered a second, and how many in all. An answer that is none, or
    /// another than the review asks for, is an error.
    pub(crate) fn run(
        &self,
        server: &Server,
        connections: usize,
        until: Until,
        reviews: &Reviews,
    ) -> Result<(f64, usize), Failure> {
        self.runtime.block_on(async {
            let mut senders = Vec::new();
            for _ in 0..connections {
                senders.push(self.connect(server.address()).await?);
            }
            let sent = Arc::new(AtomicUsize::new(0));
            let start = Instant::now();
            let mut tasks = JoinSet::new();
            for sender in senders {
                // A server that decides nothing says yes to all.
                let says_yes = |(body, is_allowed)| (body, is_allowed || !server.decides());
                let bodies: Vec<_> = (0..8).map(|number| says_yes(reviews.nth(number))).collect();
                tasks.spawn(send(sender, bodies, until, Arc::clone(&sent)));
            }
            let mut answered = 0;
            while let Some(of_one) = tasks.join_next().await {
                answered += of_one?.map_err(|error| -> Failure { error.into() })?;
            }
            Ok((answered as f64 / start.elapsed().as_secs_f64(), answered))
        })
    }

    async fn connect(&self, address: SocketAddr) -> Result<http1::SendRequest<Full<Bytes>>, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let stream = self.connector.connect(ServerName::try_from("localhost")?, stream).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

async fn send(
    mut sender: http1::SendRequest<Full<Bytes>>,
    bodies: Vec<(Bytes, bool)>,
    until: Until,
    sent: Arc<AtomicUsize>,
) -> Result<usize, String> {
    let (start, mut answered) = (Instant::now(), 0);
    loop {
        let number = sent.fetch_add(1, Ordering::Relaxed);
        let is_over = match until {
            Until::Seconds(seconds) => start.elapsed() >= Duration::from_secs_f64(seconds),
            Until::Reviews(count) => number >= count,
        };
        if is_over {
            return Ok(answered);
        }
        let (body, is_allowed) = &bodies[number % bodies.len()];
        let request = Request::post("/validate?timeout=3s").header("host", "localhost");
        let request = request.header("content-type", "application/json").body(Full::new(body.clone()));
        let response = sender.send_request(request.map_err(|it| it.to_string())?).await.map_err(|it| it.to_string())?;
        let status = response.status();
        let answer = response.into_body().collect().await.map_err(|it| it.to_string())?.to_bytes();
        let text = String::from_utf8_lossy(&answer);
        if !status.is_success() || !text.contains(&format!("\"allowed\":{is_allowed}")) {
            return Err(format!("{status}: {text}"));
        }
        answered += 1;
    }
}
