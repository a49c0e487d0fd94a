//! The supervisor process as its owner sees it: a pipe to hold, lines to read.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
};

use super::Options;
use crate::{
    SandboxError, binaries,
    protocol::{Answer, Ready, Request},
};

/// A running supervisor. Dropping it closes its standard input and waits until everything is stopped.
pub(super) struct Supervised {
    process: Child,
    pipes: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
}

impl Supervised {
    /// Starts a supervisor and waits until its control plane is ready.
    pub(super) fn start(options: &Options) -> Result<(Self, Ready), SandboxError> {
        let program = program()?;
        let mut process = Command::new(&program)
            .arg("supervise")
            .args(options.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C in a terminal is for the owner; the supervisor learns of it when the owner ends.
            .process_group(0)
            .spawn()
            .map_err(SandboxError::io(format!("start {}", program.display())))?;
        let pipes = process.stdin.take().zip(process.stdout.take().map(BufReader::new));
        let supervised = Self { process, pipes: Mutex::new(pipes) };
        match supervised.answer(None)? {
            Answer::Ready(ready) => Ok((supervised, ready)),
            answer => Err(unexpected(answer)),
        }
    }

    /// Tells the supervisor what to do and waits until it is done.
    pub(super) fn ask(&self, request: Request) -> Result<(), SandboxError> {
        match self.answer(Some(request))? {
            Answer::Done => Ok(()),
            answer => Err(unexpected(answer)),
        }
    }

    /// The supervisor's process id.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    fn answer(&self, request: Option<Request>) -> Result<Answer, SandboxError> {
        // A test that panicked while it held the lock left whole lines behind: the pipes are still good.
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let (stdin, stdout) = pipes.as_mut().ok_or_else(|| SandboxError::Supervisor("it is stopped".into()))?;
        if let Some(request) = request {
            writeln!(stdin, "{}", request.line()).map_err(SandboxError::io("write to the supervisor"))?;
        }
        let mut line = String::new();
        stdout.read_line(&mut line).map_err(SandboxError::io("read from the supervisor"))?;
        if line.is_empty() {
            return Err(SandboxError::Supervisor("it ended without an answer; its stderr says why".into()));
        }
        Answer::parse(&line).map_err(SandboxError::Supervisor)
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // Closing the pipe is the request to stop, so it comes before the wait.
        drop(self.pipes.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        let _ = self.process.wait();
    }
}

fn unexpected(answer: Answer) -> SandboxError {
    match answer {
        Answer::Failed(message) => SandboxError::Supervisor(message),
        answer => SandboxError::Supervisor(format!("unexpected answer {answer:?}")),
    }
}

/// The supervisor's program: this very one during the tour, else the freshly built one.
fn program() -> Result<PathBuf, SandboxError> {
    let this = std::env::current_exe().map_err(SandboxError::io("find this program"))?;
    if this.file_stem().is_some_and(|name| name == "profile-sandbox") {
        return Ok(this);
    }
    Ok(binaries::profile_sandbox()?.to_owned())
}
