//! A server as a process of its own: started, looked at from outside, and ended.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use profile_benches::served;

use crate::{
    Failure,
    reference::{self, Kind},
    tls::{self, Pair},
};

/// The clock ticks of a second that the kernel counts processor time in, on every Linux there is.
const TICKS: f64 = 100.0;
const PATIENCE: Duration = Duration::from_secs(30);

/// What the webhook's image is built by.
const DOCKERFILE: &str = include_str!("../../../webhook/Dockerfile");

/// A running server.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    decides: bool,
    milliseconds_to_ready: f64,
}

impl Server {
    /// The webhook as its image starts it.
    pub(crate) fn webhook(pair: &Pair) -> Result<Self, Failure> {
        let [address, health] = [free()?, free()?];
        let [certificate, key] = tls::files(pair.directory());
        let mut command = Command::new(served::webhook()?);
        command.arg(format!("--listen={address}")).arg(format!("--health-listen={health}"));
        command.arg("--tls-cert-file").arg(certificate).arg("--tls-private-key-file").arg(key);
        command.envs(environment());
        // Whether the binary is fresh is found out before.
        let start = Instant::now();
        let child = command.env("RUST_LOG", "off").stderr(Stdio::null()).spawn()?;
        let mut server = Self { child, address, decides: true, milliseconds_to_ready: 0.0 };
        server.wait(|| is_ready(health))?;
        server.milliseconds_to_ready = start.elapsed().as_secs_f64() * 1000.0;
        Ok(server)
    }

    /// A server that decides nothing.
    pub(crate) fn reference(kind: Kind, pair: &Pair) -> Result<Self, Failure> {
        let port = pair.directory().join(kind.word()).with_extension(reference::PORT);
        let mut command = Command::new(std::env::current_exe()?);
        let child = command.args([reference::WORD, kind.word()]).arg(pair.directory()).spawn()?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { child, address, decides: false, milliseconds_to_ready: 0.0 };
        server.wait(|| port.exists())?;
        server.address = fs::read_to_string(port)?.parse()?;
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it decides: then its answers must be right.
    pub(crate) fn decides(&self) -> bool {
        self.decides
    }

    /// How long it took from its start until it said that it is ready.
    pub(crate) fn milliseconds_to_ready(&self) -> f64 {
        self.milliseconds_to_ready
    }

    /// The seconds of processor time that it has taken.
    pub(crate) fn processor_time(&self) -> Result<f64, Failure> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name of the program, in brackets, may hold spaces.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: Vec<f64> = fields.skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        Ok(ticks.iter().sum::<f64>() / TICKS)
    }

    /// The memory that it holds, in units of 1,048,576 bytes.
    pub(crate) fn megabytes(&self) -> Result<f64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes / 1024.0)
    }

    fn wait(&mut self, is_there: impl Fn() -> bool) -> Result<(), Failure> {
        let start = Instant::now();
        while !is_there() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("a server ended before it was ready: {status}").into());
            }
            if start.elapsed() > PATIENCE {
                return Err("a server did not become ready".into());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The environment that the webhook's image gives it.
fn environment() -> impl Iterator<Item = (&'static str, &'static str)> {
    DOCKERFILE.lines().filter_map(|line| line.strip_prefix("ENV ")?.split_once('='))
}

fn is_ready(health: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(health)?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|it| it.starts_with("HTTP/1.1 200"))
}

fn free() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
