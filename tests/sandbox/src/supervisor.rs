//! The process that owns the control plane: stops it when its standard input closes, or on a signal.

mod agent;
mod webhook;

use std::{
    io::{self, BufRead as _, Write as _},
    process::ExitCode,
    thread,
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc::{self, UnboundedReceiver},
};

pub(crate) use self::agent::LABEL as AGENT_LABEL;
use self::webhook::Webhook;
use crate::{
    SandboxError,
    control_plane::ControlPlane,
    progress::say,
    protocol::{Answer, Ready, Request},
    sandbox::Options,
};

/// Runs a control plane until the standard input closes.
pub fn run(options: &Options) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&SandboxError::io("start the runtime")(error)),
    };
    match runtime.block_on(supervise(options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &SandboxError) -> ExitCode {
    tell(&Answer::Failed(error.to_string()));
    ExitCode::FAILURE
}

async fn supervise(options: &Options) -> Result<(), SandboxError> {
    let mut owner = Owner::new()?;
    let (mut plane, mut webhook) = tokio::select! {
        started = start(options) => started?,
        // Dropping the start stops what it has started so far.
        () = owner.gone() => return Ok(()),
    };
    tell(&Answer::Ready(Ready {
        dir: plane.dir().to_owned(),
        kubeconfig: plane.kubeconfig(),
        kubectl: plane.kubectl()?.to_owned(),
        server: plane.server().to_owned(),
        webhook: webhook.as_ref().map(Webhook::place),
    }));
    let agent = agent::play(plane.client(), options.agent_packs.as_deref());
    tokio::pin!(agent);
    let result = loop {
        tokio::select! {
            request = owner.request() => match request {
                Some(line) => tell(&answer(&mut plane, webhook.as_mut(), &line).await),
                None => break Ok(()),
            },
            error = plane.ended() => break Err(error),
            error = &mut agent => break Err(error),
        }
    };
    if let Err(error) = &result {
        say(&error.to_string());
    }
    // The webhook goes first, before the directory that its files are in.
    drop(webhook);
    plane.stop().await?;
    result
}

async fn start(options: &Options) -> Result<(ControlPlane, Option<Webhook>), SandboxError> {
    let plane = ControlPlane::start(options.nodes).await?;
    let webhook = match &options.webhook {
        Some(program) => Some(Webhook::start(program, &plane).await?),
        None => None,
    };
    Ok((plane, webhook))
}

async fn answer(plane: &mut ControlPlane, webhook: Option<&mut Webhook>, line: &str) -> Answer {
    let done = match (Request::parse(line), webhook) {
        (Err(problem), _) => return Answer::Failed(problem),
        (Ok(Request::KillApiServer), _) => {
            plane.kill_api_server().await;
            Ok(())
        }
        (Ok(Request::StartApiServer), _) => plane.start_api_server().await,
        (Ok(Request::Webhook(request)), Some(webhook)) => webhook.handle(request).await,
        (Ok(Request::Webhook(_)), None) => {
            return Answer::Failed("this sandbox was started without a webhook".into());
        }
    };
    done.map_or_else(|error| Answer::Failed(error.to_string()), |()| Answer::Done)
}

/// Whoever started the sandbox: a pipe that closes when they end, or the signals of a terminal.
struct Owner {
    lines: UnboundedReceiver<String>,
    terminate: Signal,
    interrupt: Signal,
}

impl Owner {
    fn new() -> Result<Self, SandboxError> {
        let (sender, lines) = mpsc::unbounded_channel();
        // A thread, because a blocked read of the standard input cannot be given up; it goes with the process.
        thread::spawn(move || {
            for line in io::stdin().lock().lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let listen = |kind| signal(kind).map_err(SandboxError::io("listen for signals"));
        Ok(Self { lines, terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// The next request; `None` when the owner is gone or wants an end.
    async fn request(&mut self) -> Option<String> {
        tokio::select! {
            line = self.lines.recv() => line,
            _ = self.terminate.recv() => None,
            _ = self.interrupt.recv() => None,
        }
    }

    /// Waits until the owner is gone; what it asks before the sandbox is ready is refused.
    async fn gone(&mut self) {
        while self.request().await.is_some() {
            tell(&Answer::Failed("the sandbox is not ready yet".into()));
        }
    }
}

/// Prints one answer. An owner that no longer reads it will close the standard input too.
fn tell(answer: &Answer) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{}", answer.line()).and_then(|()| stdout.flush());
}
