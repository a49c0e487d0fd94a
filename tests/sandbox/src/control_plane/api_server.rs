//! Starts etcd and the API server.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use kube::Client;
use tokio::net::TcpStream;

use crate::{
    SandboxError,
    assets::{Assets, Program},
    certificates::{self, Authority},
    child::Child,
    files, ports, wait,
};

/// How long a start may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// An API server, running or not. It keeps its port and its etcd, so that everybody finds it again with all that it knew.
pub(super) struct ApiServer {
    program: PathBuf,
    arguments: Vec<String>,
    running: Option<Child>,
    /// The address that it serves at.
    pub(super) address: String,
}

impl ApiServer {
    /// Starts it in `dir`, unless it runs. It does not serve yet then.
    pub(super) fn run(&mut self, dir: &Path) -> Result<(), SandboxError> {
        if self.running.is_none() {
            self.running = Some(Child::start(dir, &self.program, &self.arguments)?);
        }
        Ok(())
    }

    /// Kills it, if it runs.
    pub(super) async fn kill(&mut self) {
        if let Some(child) = self.running.take() {
            child.stop().await;
        }
    }

    /// Its process, where it runs.
    pub(super) fn child(&mut self) -> Option<&mut Child> {
        self.running.as_mut()
    }
}

/// Starts etcd, which is added to `children`, and the API server, which does not serve yet.
pub(super) async fn start(
    dir: &Path,
    assets: &Assets,
    authority: &Authority,
    children: &mut Vec<Child>,
) -> Result<ApiServer, SandboxError> {
    let [etcd, etcd_peer, secure] = ports::free()?;
    let mut child = Child::start(dir, assets.path(Program::Etcd)?, &etcd_arguments(etcd, etcd_peer))?;
    let listening = wait::until("etcd to listen", DEADLINE, || TcpStream::connect((Ipv4Addr::LOCALHOST, etcd)));
    tokio::select! {
        result = listening => drop(result?),
        error = child.ended() => return Err(error),
    }
    children.push(child);

    let serving = authority.serving(&["127.0.0.1", "localhost", "kubernetes.default.svc"])?;
    files::write(&dir.join("pki/apiserver.crt"), &serving.certificate)?;
    files::write(&dir.join("pki/apiserver.key"), &serving.key)?;
    let (private, public) = certificates::token_keys()?;
    files::write(&dir.join("pki/service-account.key"), &private)?;
    files::write(&dir.join("pki/service-account.pub"), &public)?;
    let mut server = ApiServer {
        program: assets.path(Program::KubeApiserver)?.to_owned(),
        arguments: api_server_arguments(etcd, secure),
        running: None,
        address: format!("https://127.0.0.1:{secure}"),
    };
    server.run(dir)?;
    Ok(server)
}

/// Waits until the API server says that it is ready.
pub(super) async fn wait_until_ready(client: Client) -> Result<(), SandboxError> {
    wait::until("the API server to be ready", DEADLINE, || async {
        let request = hyper::Request::get("/readyz").body(Vec::new()).map_err(|error| error.to_string())?;
        client.request_text(request).await.map_err(|error| error.to_string())
    })
    .await?;
    Ok(())
}

fn etcd_arguments(client: u16, peer: u16) -> Vec<String> {
    let client = format!("http://127.0.0.1:{client}");
    let peer = format!("http://127.0.0.1:{peer}");
    vec![
        "--name=sandbox".into(),
        "--data-dir=etcd".into(),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=sandbox={peer}"),
        // Nothing here has to survive a crash of the machine.
        "--unsafe-no-fsync".into(),
        "--log-level=warn".into(),
    ]
}

fn api_server_arguments(etcd: u16, secure: u16) -> Vec<String> {
    vec![
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        "--bind-address=127.0.0.1".into(),
        "--advertise-address=127.0.0.1".into(),
        format!("--secure-port={secure}"),
        // A loopback address may not stand in an EndpointSlice, so the `kubernetes` Service has none.
        "--endpoint-reconciler-type=none".into(),
        "--service-cluster-ip-range=10.96.0.0/16".into(),
        "--authorization-mode=RBAC".into(),
        "--client-ca-file=pki/ca.crt".into(),
        "--tls-cert-file=pki/apiserver.crt".into(),
        "--tls-private-key-file=pki/apiserver.key".into(),
        "--service-account-issuer=https://kubernetes.default.svc".into(),
        "--service-account-key-file=pki/service-account.pub".into(),
        "--service-account-signing-key-file=pki/service-account.key".into(),
        "--allow-privileged=true".into(),
        "--profiling=false".into(),
    ]
}
