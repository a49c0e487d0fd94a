//! A way to the API server that takes its time, as one to another continent does.

use std::{io, net::Ipv4Addr, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};

/// How long what is sent is under way, there and back.
pub(crate) const ROUND_TRIP: Duration = Duration::from_millis(50);

/// A proxy on loopback that delivers everything late, and as much of it as is sent.
pub(crate) struct Distance {
    address: SocketAddr,
    _runtime: Runtime,
}

impl Distance {
    /// Opens a way to `server`.
    pub(crate) fn to(server: SocketAddr) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connect(stream, server));
            }
        });
        Ok(Self { address, _runtime: runtime })
    }

    /// Where it begins.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A connection that ends early ends the request of the plugin, which the benchmark sees.
async fn connect(near: TcpStream, server: SocketAddr) -> io::Result<()> {
    // On loopback a connection stands at once; over a distance that, too, is a round trip.
    sleep(ROUND_TRIP).await;
    let far = TcpStream::connect(server).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (from_near, to_near) = near.into_split();
    let (from_far, to_far) = far.into_split();
    tokio::join!(carry(from_near, to_far), carry(from_far, to_near));
    Ok(())
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let (sender, mut under_way) = mpsc::unbounded_channel();
    let send = async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let arrival = Instant::now() + ROUND_TRIP / 2;
            if sender.send((arrival, buffer[..length].to_vec())).is_err() {
                break;
            }
        }
    };
    let deliver = async move {
        while let Some((arrival, bytes)) = under_way.recv().await {
            sleep_until(arrival).await;
            if to.write_all(&bytes).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(send, deliver);
}
