//! The webhook's own program on loopback, and what it says on stderr.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use profile_sandbox::binaries;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use tokio_rustls::TlsConnector;

use crate::server::{head, read_to_end};

/// A process that serves, and that ends with this value.
pub(crate) struct Process {
    child: Child,
    address: SocketAddr,
    lines: Receiver<Value>,
    ca: CertificateDer<'static>,
    _pair: TempDir,
}

impl Process {
    /// Starts it with these arguments beside its certificate, and waits until it serves.
    pub(crate) fn start(arguments: &[String]) -> Self {
        let (mut command, ca, pair) = command();
        let mut child = command.args(arguments).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // Whoever waits is gone when the test is over.
                let _ = sender.send(serde_json::from_str(&line).unwrap_or(Value::String(line)));
            }
        });
        let mut process = Self { child, address: ([127, 0, 0, 1], 0).into(), lines, ca, _pair: pair };
        process.address = process.wait_for_line("serving")["address"].as_str().unwrap().parse().unwrap();
        process
    }

    /// What it says and how it ends where it does not even start.
    pub(crate) fn fails_to_start(arguments: &[String]) -> (Option<i32>, String) {
        let (mut command, _, _pair) = command();
        let output = command.args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// The next line of its log with this in its message.
    pub(crate) fn wait_for_line(&self, words: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60));
            let line = line.unwrap_or_else(|_| panic!("the webhook does not say {words:?}"));
            if line["message"].as_str().is_some_and(|message| message.contains(words)) {
                return line;
            }
        }
    }

    /// The lines that it said since it was last waited for one.
    pub(crate) fn lines_so_far(&self) -> Vec<Value> {
        self.lines.try_iter().collect()
    }

    /// Sends a review over a connection of its own; the `response` that comes back.
    pub(crate) async fn ask(&self, review: &Value) -> Value {
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        let review = review.to_string();
        stream.write_all(format!("{}{review}", head(review.len(), "connection: close\r\n")).as_bytes()).await.unwrap();
        let answer = read_to_end(&mut stream).await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str::<Value>(body).unwrap()["response"].clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with a key made just now.
fn command() -> (Command, CertificateDer<'static>, TempDir) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let pair = TempDir::new().unwrap();
    let write = |name: &str, text: String| {
        let file = pair.path().join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let (cert_file, key_file) = (write("tls.crt", cert.pem()), write("tls.key", signing_key.serialize_pem()));
    let flag = |name: &str, file: &Path| format!("--{name}={}", file.display());
    let mut command = Command::new(binaries::profile_webhook().unwrap());
    command.args([
        "--listen=127.0.0.1:0".to_owned(),
        flag("tls-cert-file", &cert_file),
        flag("tls-private-key-file", &key_file),
    ]);
    (command, cert.der().clone(), pair)
}
