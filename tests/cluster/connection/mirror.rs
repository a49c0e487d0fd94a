//! A server in front of the API server that remembers what it was asked, passes it on, and fails where a test says so.

use std::{
    convert::Infallible,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    header::HeaderMap,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use kube::Client;
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{gate, sandbox::shared};

/// What was asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
}

/// What is answered in place of the API server.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// This code, with headers.
    Answer(u16, &'static [(&'static str, &'static str)]),
    /// Nothing, ever.
    Silence,
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    /// For which requests, what, and how often.
    faults: Vec<(Method, &'static str, Fault, u32)>,
}

/// A server of one test.
pub(super) struct Mirror {
    state: Arc<Mutex<State>>,
    port: u16,
    _runtime: Runtime,
}

impl Mirror {
    /// Starts one. It asks the API server as the administrator.
    pub(super) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        let client = runtime.block_on(shared().another_client()).unwrap();
        let state = Arc::default();
        runtime.spawn(serve(listener, client, Arc::clone(&state)));
        Self { state, port, _runtime: runtime }
    }

    /// The kubeconfig that leads here.
    pub(super) fn kubeconfig(&self) -> Value {
        serde_json::from_str(&gate::kubeconfig_of(&format!("http://127.0.0.1:{}", self.port))).unwrap()
    }

    /// Fails so many of the next requests of a method whose path holds a text.
    pub(super) fn fail(&self, method: Method, path: &'static str, fault: Fault, times: u32) {
        self.state().faults.push((method, path, fault, times));
    }

    /// What was asked so far.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// How often a method was asked for on a path that holds a text.
    pub(super) fn count(&self, method: &Method, path: &str) -> usize {
        self.asked().iter().filter(|it| it.method == *method && it.path.contains(path)).count()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(listener: TcpListener, client: Client, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (client, state) = (client.clone(), Arc::clone(&state));
        let service = service_fn(move |request| {
            let (client, state) = (client.clone(), Arc::clone(&state));
            async move { Ok::<_, Infallible>(pass(client, state, request).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn pass(client: Client, state: Arc<Mutex<State>>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
    let fault = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let (method, headers) = (parts.method.clone(), parts.headers.clone());
        state.asked.push(Asked { method, path: path.clone(), headers });
        let meant = state.faults.iter_mut().find(|it| it.0 == parts.method && path.contains(it.1) && it.3 > 0);
        meant.map(|it| {
            it.3 -= 1;
            it.2.clone()
        })
    };
    match fault {
        Some(Fault::Silence) => std::future::pending().await,
        Some(Fault::Answer(code, headers)) => {
            let status = json!({
                "apiVersion": "v1", "kind": "Status", "status": "Failure", "code": code, "reason": "MadeUp",
                "message": "this is made up",
            });
            let answer =
                headers.iter().fold(Response::builder().status(code), |it, (name, value)| it.header(*name, *value));
            answer.body(Full::new(status.to_string().into())).unwrap()
        }
        None => {
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            let mut onward = Request::builder().method(&parts.method).uri(&path);
            for (name, value) in &parts.headers {
                if ["host", "content-length", "authorization"].iter().all(|it| name != it) {
                    onward = onward.header(name, value);
                }
            }
            let answer = client.send(onward.body(body.into()).unwrap()).await.unwrap();
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let mut answer = Response::builder().status(parts.status);
            for (name, value) in &parts.headers {
                if ["content-length", "transfer-encoding", "connection"].iter().all(|it| name != it) {
                    answer = answer.header(name, value);
                }
            }
            answer.body(Full::new(body)).unwrap()
        }
    }
}
