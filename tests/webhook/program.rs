//! The webhook as a program of its own: its log, its memory, and its limits.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use profile_sandbox::binaries;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit, setrlimit};
use serde_json::Value;

use crate::{
    authority::Authority,
    client::{self, Client},
    volume::Volume,
};

/// A program that serves with a certificate in a volume, and that ends with this.
pub(crate) struct Program {
    child: Child,
    pub(crate) tls: SocketAddr,
    pub(crate) health: SocketAddr,
    pub(crate) authority: Authority,
    pub(crate) volume: Volume,
    log: Arc<Mutex<Vec<Value>>>,
}

impl Program {
    /// Starts it with further flags.
    pub(crate) fn start(flags: &[&str]) -> Self {
        Self::started_by(Command::new(binaries::profile_webhook().unwrap()).args(flags))
    }

    /// Starts it where no more than so many files may be open, and the program itself cannot change that.
    pub(crate) fn start_with_open_files(most: usize) -> Self {
        let mut shell = Command::new("sh");
        let script = format!("ulimit -n {most} && exec \"$0\" \"$@\"");
        Self::started_by(shell.args(["-c", &script]).arg(binaries::profile_webhook().unwrap()))
    }

    fn started_by(command: &mut Command) -> Self {
        let authority = Authority::new();
        let volume = Volume::with(&authority.leaf());
        let mut child = command
            .args(["--listen=127.0.0.1:0", "--health-listen=127.0.0.1:0"])
            .arg("--tls-cert-file")
            .arg(volume.file("tls.crt"))
            .arg("--tls-private-key-file")
            .arg(volume.file("tls.key"))
            .env_remove("RUST_LOG")
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
        let address = |name: &str| serving[name].as_str().unwrap_or_else(|| panic!("{serving}")).parse().unwrap();
        let (tls, health) = (address("address"), address("health"));
        let log = Arc::new(Mutex::new(first));
        let kept = Arc::clone(&log);
        // It is read to its end, or a full pipe would stop the program.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, tls, health, authority, volume, log }
    }

    pub(crate) fn client(&self) -> Client {
        Client::trusting(&self.authority, self.tls)
    }

    /// What the health port answers.
    pub(crate) async fn get(&self, path: &str) -> String {
        client::get(self.health, path).await.unwrap()
    }

    /// The lines of its log that say this.
    pub(crate) fn said(&self, message: &str) -> Vec<Value> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|line| line["message"].as_str().is_some_and(|it| it.contains(message))).cloned().collect()
    }

    /// Waits until its log says this.
    pub(crate) async fn wait_until_it_says(&self, message: &str) -> Value {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(line) = self.said(message).pop() {
                return line;
            }
            assert!(Instant::now() < end, "it did not say {message:?} but {:?}", self.log.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Bytes of memory that it holds now, and held at most.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
        };
        (field("VmRSS:"), field("VmHWM:"))
    }

    /// Files that it has open.
    pub(crate) fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// Sets how many files it may open.
    pub(crate) fn limit_open_files(&self, most: usize) {
        let limit = Rlimit { current: Some(most as u64), maximum: getrlimit(Resource::Nofile).maximum };
        prlimit(Some(self.pid()), Resource::Nofile, limit).unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets this process open as many files as a test needs at both ends.
pub(crate) fn allow_open_files(needed: u64) {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return;
    }
    let maximum = limit.maximum;
    assert!(
        maximum.is_none_or(|maximum| maximum >= needed),
        "this test needs {needed} open files, {limit:?} are allowed"
    );
    setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum }).unwrap();
}

/// Tells what a test saw; `--nocapture` shows it.
#[expect(clippy::print_stdout, reason = "figures are for whoever runs the test")]
pub(crate) fn tell(figures: &str) {
    println!("{figures}");
}
