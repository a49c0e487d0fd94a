//! The real webhook program on loopback, with a certificate made on the spot.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Command,
    time::timeout,
};

use crate::{
    SandboxError,
    certificates::Authority,
    child::Child,
    files, ports,
    protocol::{WebhookPlace, WebhookRequest},
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
    port: u16,
    health_port: u16,
    running: Option<Child>,
}

impl Webhook {
    /// Makes a certificate and starts the program in the sandbox's directory.
    pub(super) async fn start(program: &Path, sandbox: &Path) -> Result<Self, SandboxError> {
        let dir = sandbox.join("webhook");
        let authority = Authority::create()?;
        authority.save(&dir)?;
        let serving = authority.serving(&["127.0.0.1", "localhost"])?;
        files::write(&dir.join("tls.crt"), &serving.certificate)?;
        files::write(&dir.join("tls.key"), &serving.key)?;
        files::write(&dir.join("guard.yaml"), CONFIGURATION)?;
        let mut attempt = 1;
        loop {
            let [port, health_port] = ports::free()?;
            let mut webhook = Self { program: program.to_owned(), dir: dir.clone(), port, health_port, running: None };
            match webhook.run().await {
                Err(SandboxError::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
                result => return result.map(|()| webhook),
            }
        }
    }

    /// Where the API server finds it and whom it has to trust.
    pub(super) fn place(&self) -> WebhookPlace {
        WebhookPlace { url: format!("https://127.0.0.1:{}/validate", self.port), authority: self.dir.join("ca.crt") }
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
        let arguments = [
            format!("--listen=127.0.0.1:{}", self.port),
            format!("--health-listen=127.0.0.1:{}", self.health_port),
            format!("--tls-cert-file={}", self.dir.join("tls.crt").display()),
            format!("--tls-private-key-file={}", self.dir.join("tls.key").display()),
            format!("--config={}", self.dir.join("guard.yaml").display()),
        ];
        let mut child = Child::start(&self.dir, &self.program, &arguments)?;
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
