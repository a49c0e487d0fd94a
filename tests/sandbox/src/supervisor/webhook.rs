//! The real webhook program on loopback, as the ServiceAccount and with the flags of the shipped Deployment.

use std::{
    ffi::OsStr,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Command,
    task,
    time::timeout,
};

use crate::{
    Run, SandboxError,
    certificates::Authority,
    child::Child,
    control_plane::ControlPlane,
    files, ports,
    protocol::{WebhookPlace, WebhookRequest},
    service_account,
    shipped::{ACCOUNT, NAMESPACE, Shipped},
    wait,
};

/// Every rule is enforced, and one group may break the glass.
const CONFIGURATION: &str = "\
apiVersion: kubectl-profile.dev/v1alpha1
kind: GuardConfiguration
breakGlass:
  groups: [break-glass]
";

const DEADLINE: Duration = Duration::from_secs(30);

/// How often a first start is tried when another process takes a port between finding and using it.
const ATTEMPTS: usize = 3;

/// The webhook of a sandbox, running or not. It keeps its ports, so the API server finds it again.
pub(super) struct Webhook {
    program: PathBuf,
    dir: PathBuf,
    flags: Vec<String>,
    port: u16,
    health_port: u16,
    running: Option<Child>,
}

impl Webhook {
    /// Applies what it has to find, and starts the program in the sandbox's directory.
    pub(super) async fn start(program: &Path, plane: &ControlPlane) -> Result<Self, SandboxError> {
        let dir = plane.dir().join("webhook");
        let (kubectl, admin, server, pki) =
            (plane.kubectl()?.to_owned(), plane.kubeconfig(), plane.server().to_owned(), plane.dir().join("pki"));
        let prepared = task::spawn_blocking(move || prepare(&kubectl, &admin, &server, &pki)).await;
        let (kubeconfig, flags) = prepared.map_err(|error| SandboxError::Supervisor(error.to_string()))??;
        files::write(&dir.join("kubeconfig"), &kubeconfig)?;
        files::write(&dir.join("guard.yaml"), CONFIGURATION)?;
        let mut attempt = 1;
        loop {
            let [port, health_port] = ports::free()?;
            let (program, dir, flags) = (program.to_owned(), dir.clone(), flags.clone());
            let mut webhook = Self { program, dir, flags, port, health_port, running: None };
            match webhook.run().await {
                Err(SandboxError::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
                result => return result.map(|()| webhook),
            }
        }
    }

    /// Where the API server finds it.
    pub(super) fn place(&self) -> WebhookPlace {
        WebhookPlace { url: format!("https://127.0.0.1:{}/validate", self.port) }
    }

    /// Does what the owner asks.
    pub(super) async fn handle(&mut self, request: WebhookRequest) -> Result<(), SandboxError> {
        match request {
            WebhookRequest::Start => self.run().await,
            WebhookRequest::Kill => {
                if let Some(child) = self.running.take() {
                    child.stop().await;
                }
                Ok(())
            }
            WebhookRequest::Stop => self.terminate().await,
        }
    }

    async fn run(&mut self) -> Result<(), SandboxError> {
        if self.running.is_some() {
            return Ok(());
        }
        let own = [
            format!("--listen=127.0.0.1:{}", self.port),
            format!("--health-listen=127.0.0.1:{}", self.health_port),
            format!("--config={}", self.dir.join("guard.yaml").display()),
            // Tests wait for what it does next.
            "--reload-interval=1".to_owned(),
        ];
        let arguments: Vec<_> = own.into_iter().chain(self.flags.iter().cloned()).collect();
        let kubeconfig = self.dir.join("kubeconfig");
        // It is the same pod each time, whose process was started again.
        let environment = [("KUBECONFIG", kubeconfig.as_os_str()), ("HOSTNAME", OsStr::new("sandbox"))];
        let mut child = Child::start_with(&self.dir, &self.program, &arguments, &environment)?;
        let port = self.health_port;
        tokio::select! {
            ready = wait::until("the webhook to be ready", DEADLINE, || is_ready(port)) => ready?,
            error = child.ended() => return Err(error),
        }
        self.running = Some(child);
        Ok(())
    }

    /// Sends SIGTERM and waits for the drain to end.
    async fn terminate(&mut self) -> Result<(), SandboxError> {
        let Some(mut child) = self.running.take() else { return Ok(()) };
        if let Some(id) = child.id() {
            // The standard library sends no signal but SIGKILL.
            let sent = Command::new("kill").arg("-TERM").arg(id.to_string()).status().await;
            sent.map_err(SandboxError::io("run kill"))?;
        }
        // How it ended is for the webhook's own tests to say; here it only has to be gone.
        if timeout(DEADLINE, child.ended()).await.is_err() {
            child.stop().await;
        }
        Ok(())
    }
}

/// Applies what the webhook has to find; the kubeconfig of its ServiceAccount and its flags.
fn prepare(kubectl: &Path, admin: &Path, server: &str, pki: &Path) -> Result<(String, Vec<String>), SandboxError> {
    let command = || {
        let mut command = std::process::Command::new(kubectl);
        command.env_clear().env("HOME", pki).env("KUBECONFIG", admin);
        command
    };
    let shipped = Shipped::render(command())?;
    let apply = &["apply", "--server-side", "-f", "-"];
    Run::with_input(command().args(apply), &shipped.needed())?.success("kubectl apply")?;
    let kubeconfig = service_account::kubeconfig(command(), server, &Authority::load(pki)?, NAMESPACE, ACCOUNT)?;
    Ok((kubeconfig, shipped.flags()?))
}

/// Asks the plain HTTP probe.
async fn is_ready(port: u16) -> Result<(), String> {
    let answer = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = answer.await.map_err(|error| error.to_string())?;
    let status = answer.lines().next().unwrap_or_default();
    if status.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(status.to_owned()) }
}
