//! The webhook as a program of its own: its log, its memory, and its limits.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use profile_sandbox::binaries;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit, setrlimit};
use serde_json::Value;

use super::{
    authority::Authority,
    client::{self, Client},
    log::Log,
    volume::Volume,
};

/// A program that serves with a certificate in a volume, and that ends with this.
pub struct Program {
    child: Child,
    /// Where it serves reviews.
    pub tls: SocketAddr,
    /// Where it tells how it goes.
    pub health: SocketAddr,
    /// Who signed its certificate.
    pub authority: Arc<Authority>,
    /// Where its certificate is.
    pub volume: Volume,
    flags: Vec<String>,
    /// What it says.
    pub log: Log,
}

impl Program {
    /// Starts it with further flags.
    pub fn start(flags: &[&str]) -> Self {
        Self::started_by(program(), flags, Arc::default())
    }

    /// Starts another one with further flags, whose certificate is of the same CA.
    pub fn start_beside(&self, flags: &[&str]) -> Self {
        Self::started_by(program(), flags, Arc::clone(&self.authority))
    }

    /// Starts it where no more than so many files may be open, and the program itself cannot change that.
    pub fn start_with_open_files(most: usize) -> Self {
        let mut shell = Command::new("sh");
        let script = format!("ulimit -n {most} && exec \"$0\" \"$@\"");
        shell.args(["-c", &script]).arg(program().get_program());
        Self::started_by(shell, &[], Arc::default())
    }

    /// How it ends, and what it says, where it does not even start.
    pub fn fails_to_start(flags: &[&str]) -> (Option<i32>, String) {
        let volume = Volume::with(&Authority::new().leaf());
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let output = with_flags(&mut program(), [any; 2], &volume, flags).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// Waits for its end, then starts it again where it was, with the files and flags that it had.
    pub fn start_again(mut self) -> Self {
        self.child.wait().unwrap();
        let flags: Vec<_> = self.flags.iter().map(String::as_str).collect();
        let serving = serve(with_flags(&mut program(), [self.tls, self.health], &self.volume, &flags));
        (self.child, self.log, ..) = serving;
        self
    }

    fn started_by(mut command: Command, flags: &[&str], authority: Arc<Authority>) -> Self {
        let volume = Volume::with(&authority.leaf());
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (child, log, [tls, health]) = serve(with_flags(&mut command, [any; 2], &volume, flags));
        let flags = flags.iter().map(|&it| it.to_owned()).collect();
        Self { child, tls, health, authority, volume, flags, log }
    }

    /// A client that trusts its certificate.
    pub fn client(&self) -> Client {
        Client::trusting(&self.authority, self.tls)
    }

    /// Sends a review over a connection of its own; the `response` that comes back.
    pub async fn ask(&self, review: &Value) -> Value {
        let (status, text) = self.client().open().await.unwrap().review(review.to_string()).await.unwrap();
        assert_eq!(status, 200, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()["response"].clone()
    }

    /// What the health port answers.
    pub async fn get(&self, path: &str) -> String {
        client::get(self.health, path).await.unwrap()
    }

    /// The lines of its log that say this.
    pub fn said(&self, message: &str) -> Vec<Value> {
        self.log.said(message)
    }

    /// Waits until its log says this, behind what was waited for before.
    pub async fn wait_until_it_says(&self, message: &str) -> Value {
        self.log.wait_for(message).await
    }

    /// Bytes of memory that it holds now, and held at most.
    pub fn memory(&self) -> (u64, u64) {
        (self.status("VmRSS:"), self.status("VmHWM:"))
    }

    /// Bytes of a line of what the system tells about it.
    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Files that it has open.
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// Sets how many files it may open.
    pub fn limit_open_files(&self, most: usize) {
        self.limit(Resource::Nofile, most as u64);
    }

    /// Lets it take so many more bytes of address space than it has.
    pub fn limit_memory(&self, more: u64) {
        self.limit(Resource::As, self.status("VmSize:") + more);
    }

    fn limit(&self, resource: Resource, most: u64) {
        let limit = Rlimit { current: Some(most), maximum: getrlimit(resource).maximum };
        prlimit(Some(self.pid()), resource, limit).unwrap();
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for its end.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Waits for its end while other things go on.
    pub async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
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

fn program() -> Command {
    Command::new(binaries::profile_webhook().unwrap())
}

/// Gives the command its addresses, the one for reviews first, its certificate, and further flags.
fn with_flags<'a>(
    command: &'a mut Command,
    [tls, health]: [SocketAddr; 2],
    volume: &Volume,
    flags: &[&str],
) -> &'a mut Command {
    command.args([format!("--listen={tls}"), format!("--health-listen={health}")]);
    command.arg("--tls-cert-file").arg(volume.file("tls.crt"));
    command.arg("--tls-private-key-file").arg(volume.file("tls.key"));
    command.args(flags).env_remove("RUST_LOG")
}

/// Starts the program and waits until it serves: itself, its log, and its addresses.
fn serve(command: &mut Command) -> (Child, Log, [SocketAddr; 2]) {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let (serving, log) = Log::until_it_serves(child.stderr.take().unwrap());
    let address = |name: &str| serving[name].as_str().unwrap_or_else(|| panic!("{serving}")).parse().unwrap();
    (child, log, [address("address"), address("health")])
}

/// Lets this process open as many files as a test needs at both ends.
pub fn allow_open_files(needed: u64) {
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
pub fn tell(figures: &str) {
    println!("{figures}");
}
