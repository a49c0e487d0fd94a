//! Serves one connection from its handshake to its end.

use std::{fmt::Display, pin::pin, sync::Arc};

use hyper::{
    Version,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulConnection,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, BufReader},
    net::TcpStream,
    sync::watch,
    time::{self, Instant},
};
use tokio_rustls::TlsAcceptor;
use tracing::{debug, info};

use super::{
    activity::Next,
    seats::Standing,
    session::{Port, Session},
};
use crate::{certs::Identity, limits::LONGEST_RECORD, load::Peer, metrics::Handshake, service::Service};

/// Bytes that a request's header may have, and that are read from a connection at once.
const LONGEST_HEADER: u32 = 64 * 1024;

/// Bytes of all requests of one connection that a client of HTTP/2 may send before they are read. With the number of connections
/// this bounds the memory that is held beside the bodies which are counted.
const WINDOW: u32 = 256 * 1024;

/// Serves a connection on the TLS port until it ends, or until `closing` turns true and it has nothing left to answer.
pub(super) async fn serve_tls(
    stream: TcpStream,
    identity: Arc<Identity>,
    standing: Standing,
    service: Arc<Service>,
    closing: watch::Receiver<bool>,
) {
    let _open = service.metrics().connection();
    // Failing to set it costs latency and nothing else.
    let _ = stream.set_nodelay(true);
    let stream = BufReader::with_capacity(LONGEST_RECORD, stream);
    let tls = TlsAcceptor::from(Arc::clone(identity.config()));
    // A failed handshake is the client's affair, such as a CA that does not fit; it is told at a level that is seen,
    // because that is how a wrong caBundle looks from here.
    let (handshake, stream) = match time::timeout(service.limits().handshake, tls.accept(stream)).await {
        Ok(Ok(stream)) => (Handshake::Done, Ok(stream)),
        Ok(Err(problem)) => (Handshake::Failed, Err(format!("a TLS handshake failed: {problem}"))),
        Err(_) => (Handshake::TooSlow, Err("a TLS handshake took too long".to_owned())),
    };
    service.metrics().handshake(handshake);
    let stream = match stream {
        Ok(stream) => stream,
        Err(problem) => return info!("{problem}"),
    };
    let (_, session) = stream.get_ref();
    let is_http2 = session.alpn_protocol() == Some(b"h2");
    let peer = Peer::new(service.limits(), identity.admits(session.peer_certificates()));
    let session = Session::new(service, Port::Tls { peer, standing });
    if is_http2 {
        serve_http2(stream, session, closing).await;
    } else {
        serve_http1(stream, session, closing).await;
    }
}

/// Serves a connection on the health port.
pub(super) async fn serve_health(stream: TcpStream, service: Arc<Service>) {
    let (_open, closing) = watch::channel(false);
    serve_http1(stream, Session::new(service, Port::Health), closing).await;
}

async fn serve_http1<I>(io: I, session: Arc<Session>, closing: watch::Receiver<bool>)
where
    I: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let asked = Arc::clone(&session);
    let answer = service_fn(move |request| Arc::clone(&asked).answer(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // hyper would make a timer for each header. The first one has its limit below, and those behind it have to come in the
        // time that a connection may be idle.
        .header_read_timeout(None)
        // The default lets a header of 400 KB wait in each of many connections.
        .max_buf_size(LONGEST_HEADER as usize)
        .serve_connection(TokioIo::new(io), answer);
    drive(connection, &session, Version::HTTP_11, closing).await;
}

/// The API server asks a Service by HTTP/1.1 alone, and a URL on its own machine by HTTP/2 (apiserver:pkg/util/webhook/client.go); what
/// stands between them may ask for either.
async fn serve_http2<I>(io: I, session: Arc<Session>, closing: watch::Receiver<bool>)
where
    I: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let streams = u32::try_from(session.service.limits().reviews_per_connection).unwrap_or(u32::MAX);
    let asked = Arc::clone(&session);
    let answer = service_fn(move |request| Arc::clone(&asked).answer(request));
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(streams)
        .max_header_list_size(LONGEST_HEADER)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_send_buf_size(LONGEST_HEADER as usize)
        .serve_connection(TokioIo::new(io), answer);
    drive(connection, &session, Version::HTTP_2, closing).await;
}

/// Goes on with a connection until it ends by itself or has to.
async fn drive<C>(connection: C, session: &Session, version: Version, mut closing: watch::Receiver<bool>)
where
    C: GracefulConnection,
    C::Error: Display,
{
    let (limits, activity) = (session.service.limits(), &session.activity);
    let mut connection = pin!(connection);
    let mut first_header = pin!(time::sleep_until(activity.opened + limits.first_header));
    let mut look = pin!(time::sleep_until(activity.opened));
    let (mut waits_for_first, mut is_open, mut left) = (true, true, None);
    loop {
        tokio::select! {
            end = connection.as_mut() => {
                if let Err(problem) = end {
                    debug!("a connection broke: {problem}");
                }
                return;
            }
            () = first_header.as_mut(), if waits_for_first => {
                if !activity.has_asked() {
                    return debug!("a connection sent no request in time");
                }
                waits_for_first = false;
            }
            _ = closing.wait_for(|closing| *closing), if is_open => {
                connection.as_mut().graceful_shutdown();
                is_open = false;
            }
            () = activity.should_leave(), if left.is_none() => {
                connection.as_mut().graceful_shutdown();
                left = Some(Instant::now());
            }
            () = look.as_mut() => match activity.next(limits, version, left, Instant::now()) {
                Next::Look(at) => look.as_mut().reset(at),
                Next::Leave => activity.ask_to_leave(),
                Next::Drop => return debug!("a connection was given up"),
            }
        }
    }
}
