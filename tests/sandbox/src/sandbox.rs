//! A running sandbox in the hands of a test: its kubeconfig, its kubectl, its client.

mod kubectl;
mod options;
mod supervised;
mod webhook;

use std::{
    fmt::Display,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use kube::{Api, Client, api::PostParams};
use serde_json::json;
use tokio::runtime::Runtime;

pub use options::Options;
pub use webhook::LocalWebhook;

use crate::{
    SandboxError, binaries,
    certificates::Authority,
    control_plane, files, kubeconfig,
    protocol::{Ready, Request},
    service_account, wait,
};
use supervised::Supervised;

/// A running control plane of one's own. Dropping it stops everything.
pub struct Sandbox {
    ready: Ready,
    client: Client,
    runtime: Runtime,
    plugin: PathBuf,
    supervised: Supervised,
}

impl Sandbox {
    /// Starts a sandbox; programs that are missing are built first, which can take minutes and is told on stderr.
    pub fn start(options: &Options) -> Result<Self, SandboxError> {
        let plugin = binaries::kubectl_profile()?.to_owned();
        let (supervised, ready) = Supervised::start(options)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(SandboxError::io("start the runtime"))?;
        let client = runtime.block_on(control_plane::client(&ready.kubeconfig))?;
        Ok(Self { ready, client, runtime, plugin, supervised })
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> &Path {
        &self.ready.kubeconfig
    }

    /// The kubectl of the control plane's version.
    pub fn kubectl(&self) -> &Path {
        &self.ready.kubectl
    }

    /// The freshly built plugin.
    pub fn plugin(&self) -> &Path {
        &self.plugin
    }

    /// The temporary directory of everything; a test may put files there.
    pub fn dir(&self) -> &Path {
        &self.ready.dir
    }

    /// The address of the API server.
    pub fn server(&self) -> &str {
        &self.ready.server
    }

    /// The process id of the supervisor.
    pub fn supervisor_id(&self) -> u32 {
        self.supervised.id()
    }

    /// Kills the API server, as a crash would. What it has said is kept by etcd.
    pub fn kill_api_server(&self) -> Result<(), SandboxError> {
        self.supervised.ask(Request::KillApiServer)
    }

    /// Starts the API server again at the same address, unless it runs, and waits until it is ready.
    pub fn start_api_server(&self) -> Result<(), SandboxError> {
        self.supervised.ask(Request::StartApiServer)
    }

    /// The administrator's client, for [`Self::block_on`] alone: a connection ends with the runtime that opened it, and a
    /// client lends its connections to whoever asks next.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// A client with connections of its own, for another runtime.
    pub async fn another_client(&self) -> Result<Client, SandboxError> {
        control_plane::client(&self.ready.kubeconfig).await
    }

    /// Runs a future to its end, for tests that are plain functions.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Writes a kubeconfig that acts as `user`, who has no rights until a role binding gives some.
    pub fn kubeconfig_for(&self, user: &str, group: Option<&str>) -> Result<PathBuf, SandboxError> {
        let authority = Authority::load(&self.ready.dir.join("pki"))?;
        let text = kubeconfig::text(self.server(), &authority, user, &authority.client(user, group)?)?;
        let name: String = user.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = self.ready.dir.join(format!("kubeconfig-of-{name}-{}", group.unwrap_or("no-group")));
        files::write(&path, &text)?;
        Ok(path)
    }

    /// Writes a kubeconfig that acts as a ServiceAccount, by a token that ends when the account goes.
    pub fn kubeconfig_of_account(&self, namespace: &str, account: &str) -> Result<PathBuf, SandboxError> {
        let authority = Authority::load(&self.ready.dir.join("pki"))?;
        let text = service_account::kubeconfig(self.kubectl_command(), self.server(), &authority, namespace, account)?;
        let path = self.ready.dir.join(format!("kubeconfig-of-account-{namespace}-{account}"));
        files::write(&path, &text)?;
        Ok(path)
    }

    /// Creates a namespace of a fresh name and waits until pods can be created in it.
    pub fn namespace(&self, prefix: &str) -> Result<String, SandboxError> {
        self.block_on(async {
            let namespace = json!({"metadata": {"generateName": format!("{prefix}-")}});
            let namespace = serde_json::from_value(namespace).map_err(SandboxError::document("namespace"))?;
            let api: Api<Namespace> = Api::all(self.client());
            let name = api.create(&PostParams::default(), &namespace).await?.metadata.name.unwrap_or_default();
            let accounts: Api<ServiceAccount> = Api::namespaced(self.client(), &name);
            let what = format!("the service account of namespace {name}");
            wait::until(&what, Duration::from_secs(60), || accounts.get("default")).await?;
            Ok(name)
        })
    }

    /// Asks until the answer is `Ok`, or gives up after `deadline` with the last `Err`.
    pub fn wait_until<T, E: Display>(
        &self,
        what: &str,
        deadline: Duration,
        mut probe: impl FnMut() -> Result<T, E>,
    ) -> Result<T, SandboxError> {
        let end = Instant::now() + deadline;
        loop {
            match probe() {
                Ok(value) => return Ok(value),
                Err(last) if Instant::now() >= end => {
                    let (what, last) = (what.to_owned(), last.to_string());
                    return Err(SandboxError::Deadline { what, seconds: deadline.as_secs(), last });
                }
                Err(_) => std::thread::sleep(wait::PAUSE),
            }
        }
    }
}
