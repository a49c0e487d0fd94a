//! Starts a control plane in a temporary directory: the API server first, then what works through it.

mod api_server;
mod controllers;
mod nodes;

use std::path::{Path, PathBuf};

use futures_util::future::select_all;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use tempfile::TempDir;

use self::api_server::ApiServer;
use crate::{
    SandboxError,
    assets::{Assets, Places, Program},
    certificates::Authority,
    child::Child,
    files, kubeconfig,
};

/// How often a start is tried when another process takes a port between finding and using it.
const ATTEMPTS: usize = 3;

/// A running control plane.
pub(crate) struct ControlPlane {
    // The order of fields is the order of dropping: first the processes, then their directory.
    children: Vec<Child>,
    assets: Assets,
    client: Client,
    server: ApiServer,
    dir: TempDir,
}

impl ControlPlane {
    /// Starts etcd, the API server and the controllers; with `nodes` also the scheduler and two nodes played by kwok.
    pub(crate) async fn start(nodes: bool) -> Result<Self, SandboxError> {
        let mut programs =
            vec![Program::Etcd, Program::KubeApiserver, Program::KubeControllerManager, Program::Kubectl];
        if nodes {
            programs.extend([Program::KubeScheduler, Program::Kwok]);
        }
        let assets = Places::from_environment().find(&programs).await?;
        let mut attempt = 1;
        loop {
            match Self::start_once(&assets, nodes).await {
                Err(error) if attempt < ATTEMPTS && error.to_string().contains("address already in use") => {
                    attempt += 1
                }
                result => return result,
            }
        }
    }

    async fn start_once(assets: &Assets, nodes: bool) -> Result<Self, SandboxError> {
        let dir = tempfile::Builder::new().prefix("profile-sandbox-").tempdir();
        let dir = dir.map_err(SandboxError::io("create a temporary directory"))?;
        let pki = dir.path().join("pki");
        let authority = Authority::create()?;
        authority.save(&pki)?;
        let mut children = Vec::new();
        let server = api_server::start(dir.path(), assets, &authority, &mut children).await?;

        let admin = authority.client("sandbox-admin", Some("system:masters"))?;
        let kubeconfig = dir.path().join("kubeconfig");
        files::write(&kubeconfig, &kubeconfig::text(&server.address, &authority, "sandbox-admin", &admin)?)?;
        let client = client(&kubeconfig).await?;

        let mut plane = Self { children, assets: assets.clone(), client, server, dir };
        let ready = api_server::wait_until_ready(plane.client.clone());
        plane.unless_a_process_ends(ready).await?;
        plane.children.extend(controllers::start(plane.dir.path(), &kubeconfig, assets, nodes)?);
        let ready = nodes::create(plane.client.clone(), nodes);
        plane.unless_a_process_ends(ready).await?;
        Ok(plane)
    }

    /// Waits until any process ends by itself.
    pub(crate) async fn ended(&mut self) -> SandboxError {
        let all = self.children.iter_mut().chain(self.server.child());
        select_all(all.map(|child| Box::pin(child.ended()))).await.0
    }

    async fn unless_a_process_ends<T>(
        &mut self,
        work: impl Future<Output = Result<T, SandboxError>>,
    ) -> Result<T, SandboxError> {
        tokio::select! {
            result = work => result,
            error = self.ended() => Err(error),
        }
    }

    /// Kills the API server, which then is away until it is started again.
    pub(crate) async fn kill_api_server(&mut self) {
        self.server.kill().await;
    }

    /// Starts the API server, unless it runs, and waits until it is ready.
    pub(crate) async fn start_api_server(&mut self) -> Result<(), SandboxError> {
        self.server.run(self.dir.path())?;
        let ready = api_server::wait_until_ready(self.client.clone());
        self.unless_a_process_ends(ready).await
    }

    /// Stops every process and removes the directory.
    pub(crate) async fn stop(mut self) -> Result<(), SandboxError> {
        self.server.kill().await;
        for child in self.children {
            child.stop().await;
        }
        self.dir.close().map_err(SandboxError::io("remove the sandbox's directory"))
    }

    /// The directory of everything.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.dir.path().join("kubeconfig")
    }

    /// The address of the API server.
    pub(crate) fn server(&self) -> &str {
        &self.server.address
    }

    /// The administrator's client.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// The kubectl of the same version.
    pub(crate) fn kubectl(&self) -> Result<&Path, SandboxError> {
        self.assets.path(Program::Kubectl)
    }
}

/// A client of the API server that a kubeconfig names.
pub(crate) async fn client(kubeconfig: &Path) -> Result<Client, SandboxError> {
    let read = Kubeconfig::read_from(kubeconfig).map_err(SandboxError::document(kubeconfig.display().to_string()))?;
    let config = Config::from_custom_kubeconfig(read, &KubeConfigOptions::default()).await;
    Ok(Client::try_from(config.map_err(SandboxError::document(kubeconfig.display().to_string()))?)?)
}
