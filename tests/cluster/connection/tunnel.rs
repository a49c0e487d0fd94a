//! A proxy that opens tunnels (CONNECT, or SOCKS 5) to the API server, whatever host is asked for, and remembers them.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

use crate::sandbox::shared;

/// A tunnel: where it leads, and what the proxy was told of who asks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opened {
    pub(super) target: String,
    pub(super) authorization: Option<String>,
}

/// A proxy of one test.
pub(super) struct Tunnel {
    opened: Arc<Mutex<Vec<Opened>>>,
    pub(super) port: u16,
    _runtime: Runtime,
}

impl Tunnel {
    /// Starts one. With `password` it refuses who does not know it.
    pub(super) fn start(password: Option<&'static str>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        let opened = Arc::default();
        let kept = Arc::clone(&opened);
        let server: u16 = shared().server().rsplit(':').next().unwrap().parse().unwrap();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, server, password, Arc::clone(&kept)));
            }
        });
        Self { opened, port, _runtime: runtime }
    }

    /// The tunnels that were opened so far, those that are alike once: two requests at a time have one each.
    pub(super) fn opened(&self) -> Vec<Opened> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone();
        opened.dedup();
        opened
    }

    /// Forgets them.
    pub(super) fn forget(&self) {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

async fn serve(
    mut stream: TcpStream,
    server: u16,
    password: Option<&str>,
    opened: Arc<Mutex<Vec<Opened>>>,
) -> std::io::Result<()> {
    let mut first = [0];
    stream.read_exact(&mut first).await?;
    let (target, authorization) =
        if first[0] == 5 { socks(&mut stream).await? } else { connect(&mut stream, first[0]).await? };
    let is_let = password.is_none_or(|it| authorization.as_deref() == Some(it));
    opened.lock().unwrap_or_else(PoisonError::into_inner).push(Opened { target, authorization });
    if !is_let {
        return stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n").await;
    }
    let mut onward = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await?;
    let done: &[u8] =
        if first[0] == 5 { &[5, 0, 0, 1, 127, 0, 0, 1, 0, 0] } else { b"HTTP/1.1 200 Connection established\r\n\r\n" };
    stream.write_all(done).await?;
    tokio::io::copy_bidirectional(&mut stream, &mut onward).await.map(|_| ())
}

/// The head of a request, up to its empty line.
async fn connect(stream: &mut TcpStream, first: u8) -> std::io::Result<(String, Option<String>)> {
    let mut head = vec![first];
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.strip_prefix("CONNECT ").and_then(|it| it.split(' ').next()).unwrap_or("no CONNECT");
    let authorization = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("proxy-authorization").then(|| value.to_owned())
    });
    Ok((target.to_owned(), authorization))
}

/// RFC 1928, without logging in.
async fn socks(stream: &mut TcpStream) -> std::io::Result<(String, Option<String>)> {
    let count = stream.read_u8().await?;
    stream.read_exact(&mut vec![0; count.into()]).await?;
    stream.write_all(&[5, 0]).await?;
    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    let host = match request[3] {
        1 => {
            let mut address = [0; 4];
            stream.read_exact(&mut address).await?;
            Ipv4Addr::from(address).to_string()
        }
        _ => {
            let mut name = vec![0; stream.read_u8().await?.into()];
            stream.read_exact(&mut name).await?;
            String::from_utf8_lossy(&name).into_owned()
        }
    };
    Ok((format!("{host}:{}", stream.read_u16().await?), None))
}
