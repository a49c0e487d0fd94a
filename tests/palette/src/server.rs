//! Serves HTTPS on loopback from a thread of its own.

use std::{
    io,
    net::TcpListener,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    thread,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::{Body, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::{sync::oneshot, time::sleep};
use tokio_rustls::TlsAcceptor;

use crate::{
    call::Call,
    exchange::{Answer, Request, decoded},
    fault::End,
    state::State,
};

/// A running server. It stops when this is dropped.
pub(crate) struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(
        listener: TcpListener,
        tls: ServerConfig,
        state: Arc<Mutex<State>>,
        latency: Duration,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let accept = accept(listener, TlsAcceptor::from(Arc::new(tls)), state, latency);
        let thread = thread::Builder::new().name("fake-palette".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Neither can fail in a way that matters here: the thread is ending.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

async fn accept(listener: tokio::net::TcpListener, tls: TlsAcceptor, state: Arc<Mutex<State>>, latency: Duration) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        let (tls, state) = (tls.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(stream) = tls.accept(stream).await else { return };
            let service = service_fn(move |request| answer(request, Arc::clone(&state), latency));
            // An error here is a client that went away, or a connection that a fault closed.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// A fault closed the connection.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct Closed;

async fn answer(
    request: hyper::Request<Incoming>,
    state: Arc<Mutex<State>>,
    latency: Duration,
) -> Result<Response<Partly>, Closed> {
    let mut request = read(request).await?;
    let at = SystemTime::now();
    let (plan, call) = {
        let mut state = locked(&state);
        state.recognise(&mut request);
        let plan = state.faults.plan(&request);
        let call = state.record(Call { request: request.clone(), status: None, at, worked: Duration::ZERO });
        (plan, call)
    };
    sleep(latency + plan.delay).await;
    let began = Instant::now();
    let handle = || locked(&state).handle(&request, &plan);
    let answered = match &plan.end {
        End::Well => Ok((handle(), false)),
        End::Answer(answer) => Ok((answer.clone(), false)),
        End::Truncate => Ok((handle(), true)),
        End::CloseBefore => Err(Closed),
        End::CloseAfter => {
            handle();
            Err(Closed)
        }
        End::Hang(hang) => {
            sleep(*hang).await;
            Err(Closed)
        }
    };
    let worked = began.elapsed();
    let (answer, is_cut) = answered?;
    if let Some(call) = locked(&state).calls.get_mut(call) {
        call.status = Some(answer.status.as_u16());
        call.worked = worked;
    }
    Ok(response(answer, is_cut))
}

/// The state. A test that panicked while it held it must not hide why.
pub(crate) fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn read(request: hyper::Request<Incoming>) -> Result<Request, Closed> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let pairs = head.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let query = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(Request {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: query.map(|(name, value)| (decoded(name), decoded(value))).collect(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body,
        ..Request::default()
    })
}

fn response(answer: Answer, is_cut: bool) -> Response<Partly> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let whole = answer.body.len();
    let mut body = answer.body;
    if whole > 0 || answer.status.as_u16() != 204 {
        response = response.header("content-length", whole);
    }
    if is_cut {
        body.truncate(whole / 2);
    }
    // A header of a fault that is none is a mistake in a test, and an answer without a body shows it.
    response.body(Partly { data: Some(body), is_sent: false }).unwrap_or_default()
}

/// A body that does not say how long it is, so that it may be shorter than the header promises.
#[derive(Default)]
struct Partly {
    data: Option<Bytes>,
    is_sent: bool,
}

impl Body for Partly {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        if let Some(data) = self.data.take().filter(|data| !data.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        // What was written is sent while nothing else is there to do; an end that comes too early would drop it.
        if !std::mem::replace(&mut self.is_sent, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(None)
    }
}
