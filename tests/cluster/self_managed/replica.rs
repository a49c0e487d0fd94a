//! The webhook's program as a pod of the shipped Deployment would run it, and what it says.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use profile_sandbox::{Sandbox, binaries};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::world::DEADLINE;

/// A process that ends with this.
pub(super) struct Replica {
    child: Child,
    sandbox: &'static Sandbox,
    pub(super) address: SocketAddr,
    health: SocketAddr,
    log: Arc<Mutex<Vec<Value>>>,
}

impl Replica {
    /// Starts it with its own authority in a pod of this name, and waits until it listens.
    pub(super) fn start(sandbox: &'static Sandbox, kubeconfig: &Path, pod: &str, flags: &[&str]) -> Self {
        let own = ["--certificate-secret=profile-webhook-certificates"];
        Self::run(sandbox, kubeconfig, pod, &[&own, flags].concat())
    }

    /// Starts it with these flags, which say where its certificate comes from.
    pub(super) fn run(sandbox: &'static Sandbox, kubeconfig: &Path, pod: &str, flags: &[&str]) -> Self {
        let mut child = Command::new(binaries::profile_webhook().unwrap())
            .args(["--listen=127.0.0.1:0", "--health-listen=127.0.0.1:0", "--reload-interval=1"])
            .arg("--configuration=kubectl-profile-guard")
            .args(flags)
            .env_clear()
            .env("KUBECONFIG", kubeconfig)
            .env("HOSTNAME", pod)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut first: Vec<Value> = Vec::new();
        while first.last().is_none_or(|line| line["message"] != "serving") {
            let line = lines.next().unwrap_or_else(|| panic!("it ended: {first:?}")).unwrap();
            first.push(serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}")));
        }
        let serving = first.last().unwrap();
        let address = |name: &str| serving[name].as_str().unwrap().parse().unwrap();
        let (address, health) = (address("address"), address("health"));
        let log = Arc::new(Mutex::new(first));
        let kept = Arc::clone(&log);
        // It is read to its end, or a full pipe would stop the program.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Self { child, sandbox, address, health, log }
    }

    /// Waits until it is ready.
    pub(super) fn ready(self) -> Self {
        self.wait_for("it to be ready", |it| it.get("/readyz").starts_with("HTTP/1.1 200"));
        self
    }

    /// What the health port answers.
    pub(super) fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.health).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The value of a series.
    pub(super) fn metric(&self, series: &str) -> i64 {
        let text = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("profile_webhook_{series} ")));
        line.and_then(|value| value.trim().parse().ok()).unwrap_or_else(|| panic!("no {series} in {text}"))
    }

    /// The looks at the Secret and the guard that it has finished.
    pub(super) fn rounds(&self) -> i64 {
        ["success", "failure"].map(|it| self.metric(&format!("authority_rounds_total{{result=\"{it}\"}}"))).iter().sum()
    }

    /// Waits until so many more looks are finished.
    pub(super) fn looks(&self, more: i64) {
        let before = self.rounds();
        self.wait_for("more looks", |it| it.rounds() >= before + more);
    }

    pub(super) fn holds_the_lease(&self) -> bool {
        self.metric("lease_is_held") == 1
    }

    /// Whether the guard is complete, as far as it sees.
    pub(super) fn guards(&self) -> bool {
        self.metric("guard_is_complete") == 1
    }

    #[track_caller]
    pub(super) fn wait_for(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let come = self.sandbox.wait_until(what, DEADLINE, || {
            if is_so(self) { Ok(()) } else { Err(format!("{}\n{:?}", self.get("/readyz?verbose"), self.lines())) }
        });
        come.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Waits until its log says this.
    #[track_caller]
    pub(super) fn says(&self, words: &str) {
        self.wait_for(&format!("the words {words:?}"), |it| !it.said(words).is_empty());
    }

    /// The lines of its log in which these words stand.
    pub(super) fn said(&self, words: &str) -> Vec<String> {
        self.lines().iter().map(Value::to_string).filter(|line| line.contains(words)).collect()
    }

    pub(super) fn lines(&self) -> Vec<Value> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end.
    pub(super) fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
