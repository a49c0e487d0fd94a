//! The process of Prism.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use super::PrismError;

/// Lets Node.js end when the pipe to it closes, which the operating system does however this process ends.
const END_WITH_PARENT: &str = "data:text/javascript,process.stdin.on('end',()=>process.exit()).resume()";

/// What Prism says when it is ready, before its address.
const LISTENS: &str = "Prism is listening on http://";

/// A running Prism.
pub(super) struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    pub(super) fn start(program: &Path, description: &Path, patience: Duration) -> Result<Self, PrismError> {
        let mut child = Command::new("node")
            .args(["--import", END_WITH_PARENT])
            .arg(program)
            .args(["mock", "--errors", "--multiprocess", "false", "--host", "127.0.0.1", "--port", "0"])
            .arg(description)
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| PrismError::NoNode { program: "node", source })?;
        let (lines, said) = mpsc::channel();
        // Both are read to their ends: a process that writes into a full pipe stands still.
        drop(child.stdout.take().map(|pipe| read(pipe, lines.clone())));
        drop(child.stderr.take().map(|pipe| read(pipe, lines)));
        // From here on, dropping it ends it.
        let mut process = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let end = Instant::now() + patience;
        let mut last = String::new();
        loop {
            match said.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    let address = line.split_once(LISTENS).and_then(|(_, address)| address.trim().parse().ok());
                    if let Some(address) = address {
                        process.address = address;
                        return Ok(process);
                    }
                    last = line;
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(PrismError::Start(format!("{last} (waited {} s)", patience.as_secs())));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(PrismError::Start(last)),
            }
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The only error is that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(pipe: impl Read + Send + 'static, lines: Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody listens once it has started.
            let _ = lines.send(line);
        }
    })
}
