//! Serves one connection from its handshake to its end.

use std::{
    convert::Infallible,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use hyper::{
    Request, StatusCode,
    body::Incoming,
    header::{CONNECTION, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
    time::{self, Instant},
};
use tokio_rustls::TlsAcceptor;
use tracing::{debug, info};

use crate::service::Service;

/// Bytes that a request's header may have, and that are read from a connection at once.
const LONGEST_HEADER: usize = 64 * 1024;

/// Serves a connection on the TLS port until it ends, or until `closing` turns true and it has nothing left to answer.
pub(super) async fn serve_tls(
    stream: TcpStream,
    tls: TlsAcceptor,
    service: Arc<Service>,
    closing: watch::Receiver<bool>,
) {
    // Failing to set it costs latency and nothing else.
    let _ = stream.set_nodelay(true);
    // A failed handshake is the client's affair, such as a CA that does not fit; it is told at a level that is seen,
    // because that is how a wrong caBundle looks from here.
    let stream = match time::timeout(service.limits().handshake, tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(problem)) => return info!("a TLS handshake failed: {problem}"),
        Err(_) => return info!("a TLS handshake took too long"),
    };
    serve(stream, service, closing, Port::Tls).await;
}

/// Serves a connection on the health port.
pub(super) async fn serve_health(stream: TcpStream, service: Arc<Service>) {
    let (_open, closing) = watch::channel(false);
    serve(stream, service, closing, Port::Health).await;
}

/// Which port a connection came in by, and so what it may ask.
#[derive(Clone, Copy)]
enum Port {
    Tls,
    Health,
}

async fn serve<I>(io: I, service: Arc<Service>, mut closing: watch::Receiver<bool>, port: Port)
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let limits = service.limits().clone();
    let opened = Instant::now();
    let asked = AtomicBool::new(false);
    let answer = service_fn(|request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        let service = Arc::clone(&service);
        let is_review = request.uri().path() == "/validate";
        async move {
            let mut response = match port {
                Port::Tls => service.answer(request).await,
                Port::Health => service.probe(&request),
            };
            // The connection ends behind an answer and never between two: the API server repeats no review that was on
            // its way when the connection closed.
            // Only the API server has a next review to send, so that any other answer is the last one.
            let is_last = !is_review || response.status() != StatusCode::OK;
            if is_last || service.is_draining() || opened.elapsed() >= limits.connection_age {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            // hyper counts the time between two requests as time to read the header, so this is the idle time. The
            // first header has its own, shorter limit below.
            .header_read_timeout(limits.idle)
            // The default lets a header of 400 KB wait in each of many connections.
            .max_buf_size(LONGEST_HEADER)
            .serve_connection(TokioIo::new(io), answer)
    );
    let mut first_header = pin!(time::sleep_until(opened + limits.first_header));
    let (mut waits_for_first, mut is_open) = (true, true);
    loop {
        tokio::select! {
            end = connection.as_mut() => {
                if let Err(problem) = end {
                    debug!("a connection broke: {problem}");
                }
                return;
            }
            () = first_header.as_mut(), if waits_for_first => {
                if !asked.load(Ordering::Relaxed) {
                    return debug!("a connection sent no request in time");
                }
                waits_for_first = false;
            }
            _ = closing.wait_for(|closing| *closing), if is_open => {
                connection.as_mut().graceful_shutdown();
                is_open = false;
            }
        }
    }
}
