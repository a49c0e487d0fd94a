//! A proxy in front of the API server that can hold a request before or after it is passed on.
//!
//! The plugin is given a kubeconfig that names the gate; what passes is sent on with the administrator's certificate.

use std::{
    io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
};

use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, Response, Uri, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use kube::Client;
use profile_sandbox::Sandbox;
use serde_json::json;
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot};

use crate::world::{DEADLINE, World};

/// A request that can be told apart from the others of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// The first request of most commands: the clusters are listed.
    ListClusters,
    /// The revision is created, as pending.
    CreateRevision,
    /// The cluster is read.
    ReadCluster,
    /// The cluster is written.
    WriteCluster,
    /// A revision is settled.
    SettleRevision,
    /// An object is patched, or a subresource of it: how its path ends.
    Patch(&'static str),
}

impl Point {
    fn is(self, method: &Method, uri: &Uri) -> bool {
        let (path, query) = (uri.path(), uri.query().unwrap_or_default());
        match self {
            Self::ListClusters => method == Method::GET && path.ends_with("/spectroclusters"),
            Self::CreateRevision => method == Method::POST && path.ends_with("/secrets"),
            Self::ReadCluster => method == Method::GET && path.contains("/spectroclusters/"),
            Self::WriteCluster => {
                method == Method::PATCH && path.contains("/spectroclusters/") && !query.contains("dryRun")
            }
            Self::SettleRevision => method == Method::PATCH && path.contains("/secrets/"),
            Self::Patch(end) => method == Method::PATCH && path.ends_with(end) && !query.contains("dryRun"),
        }
    }
}

/// On which side of the API server a request is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The API server has not seen it.
    Before,
    /// The API server has done it, and the plugin does not know yet.
    After,
}

/// A held request in the hands of a test. Dropping it closes the connection; a request held before is never sent then.
pub(crate) struct Held {
    reached: mpsc::Receiver<()>,
    go: oneshot::Sender<()>,
    code: mpsc::Receiver<u16>,
}

impl Held {
    /// Waits until the request is here.
    pub(crate) fn reached(&self) {
        self.reached.recv_timeout(DEADLINE).expect("the request does not come");
    }

    /// Lets it go on, also when nobody waits for the answer any more, and tells the code that the API server answers.
    pub(crate) fn pass(self) -> u16 {
        self.go.send(()).expect("the request is gone");
        self.code.recv_timeout(DEADLINE).expect("the API server does not answer")
    }
}

/// The gate's end of a held request.
struct Hold {
    point: Point,
    side: Side,
    reached: mpsc::Sender<()>,
    go: oneshot::Receiver<()>,
    code: mpsc::Sender<u16>,
}

#[derive(Default)]
struct Plan {
    holds: Vec<Hold>,
    lies: Vec<(String, String)>,
    /// How many of the next requests are too many.
    refusals: u32,
}

/// A gate of one test. Dropping it closes every connection.
pub(crate) struct Gate {
    plan: Arc<Mutex<Plan>>,
    kubeconfig: PathBuf,
    _runtime: Runtime,
}

impl Gate {
    /// Opens a gate to the control plane of a world.
    pub(crate) fn open(world: &World) -> Self {
        Self::before(world.sandbox, &world.namespace)
    }

    /// Opens a gate to a control plane, for a test that is known by its namespace.
    pub(crate) fn before(sandbox: &'static Sandbox, namespace: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        let client = runtime.block_on(sandbox.another_client()).unwrap();
        let plan = Arc::default();
        runtime.spawn(serve(listener, client, Arc::clone(&plan)));
        let kubeconfig = sandbox.dir().join(format!("gate-of-{namespace}"));
        std::fs::write(&kubeconfig, kubeconfig_of(&server)).unwrap();
        Self { plan, kubeconfig, _runtime: runtime }
    }

    /// The kubeconfig that leads through the gate.
    pub(crate) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Holds the next request of a kind; when called again for the same kind, the one after it.
    pub(crate) fn hold(&self, point: Point, side: Side) -> Held {
        let (reached_sender, reached) = mpsc::channel();
        let (go, go_receiver) = oneshot::channel();
        let (code_sender, code) = mpsc::channel();
        let hold = Hold { point, side, reached: reached_sender, go: go_receiver, code: code_sender };
        self.plan().holds.push(hold);
        Held { reached, go, code }
    }

    /// Shows the plugin other text than the API server's in what it reads.
    pub(crate) fn lie(&self, truth: &str, lie: &str) {
        self.plan().lies.push((truth.to_owned(), lie.to_owned()));
    }

    /// Answers that so many of the next requests are too many at once.
    pub(crate) fn refuse(&self, requests: u32) {
        self.plan().refusals = requests;
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A kubeconfig without credentials; YAML reads JSON.
pub(crate) fn kubeconfig_of(server: &str) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "gate",
        "clusters": [{"name": "gate", "cluster": {"server": server}}],
        "users": [{"name": "gate", "user": {}}],
        "contexts": [{"name": "gate", "context": {"cluster": "gate", "user": "gate"}}],
    })
    .to_string()
}

async fn serve(listener: TcpListener, client: Client, plan: Arc<Mutex<Plan>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (client, plan) = (client.clone(), Arc::clone(&plan));
        let service = service_fn(move |request| {
            // A task of its own, because what was passed on goes on when the plugin is killed.
            let passing = tokio::spawn(pass(client.clone(), Arc::clone(&plan), request));
            async { passing.await.map_err(io::Error::other)? }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn pass(client: Client, plan: Arc<Mutex<Plan>>, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let hold = {
        let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
        if plan.refusals > 0 {
            plan.refusals -= 1;
            return too_many();
        }
        let holds = &mut plan.holds;
        let found = holds.iter().position(|hold| hold.point.is(&parts.method, &parts.uri));
        found.map(|index| holds.remove(index))
    };
    let (side, reached, go, code) =
        hold.map_or((None, None, None, None), |it| (Some(it.side), Some(it.reached), Some(it.go), Some(it.code)));
    let hold = async {
        if let (Some(reached), Some(go)) = (reached, go) {
            let _ = reached.send(());
            return go.await.map_err(io::Error::other);
        }
        Ok(())
    };
    let path = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    let mut onward = Request::builder().method(&parts.method).uri(path);
    for name in ["accept", "content-type"] {
        if let Some(value) = parts.headers.get(name) {
            onward = onward.header(name, value);
        }
    }
    let onward = onward.body(body.to_vec().into()).map_err(io::Error::other)?;
    let send = async {
        let answer = client.send(onward).await.map_err(io::Error::other)?;
        let code = answer.status();
        let body = answer.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
        Ok::<_, io::Error>((code, body))
    };
    let (status, body) = match side {
        Some(Side::After) => {
            let answer = send.await?;
            hold.await?;
            answer
        }
        Some(Side::Before) | None => {
            hold.await?;
            send.await?
        }
    };
    if let Some(code) = code {
        let _ = code.send(status.as_u16());
    }
    let body = if parts.method == Method::GET { lied(&plan, body) } else { body };
    let answer = Response::builder().status(status).header("content-type", "application/json");
    answer.body(Full::new(body)).map_err(io::Error::other)
}

fn too_many() -> io::Result<Response<Full<Bytes>>> {
    let status = json!({
        "apiVersion": "v1", "kind": "Status", "status": "Failure", "code": 429, "reason": "TooManyRequests",
        "message": "try again later", "details": {"retryAfterSeconds": 1},
    });
    let answer = Response::builder().status(429).header("content-type", "application/json");
    answer.body(Full::new(status.to_string().into())).map_err(io::Error::other)
}

fn lied(plan: &Mutex<Plan>, body: Bytes) -> Bytes {
    let lies = &plan.lock().unwrap_or_else(PoisonError::into_inner).lies;
    if lies.is_empty() {
        return body;
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    lies.iter().fold(text, |text, (truth, lie)| text.replace(truth, lie)).into()
}
