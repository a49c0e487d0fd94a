//! What the real program shows on /metrics right after its start.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
    sync::OnceLock,
};

use profile_sandbox::{binaries, certificates::Authority};
use serde_json::Value;

/// The text that Prometheus would read of a webhook that runs as it does in a pod: with a pair in files and a configuration.
pub(crate) fn scraped() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(scrape)
}

fn scrape() -> String {
    let dir = tempfile::tempdir().unwrap();
    let pair = Authority::create().unwrap().serving(&["localhost"]).unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let config = file("guard.yaml", "apiVersion: kubectl-profile.dev/v1alpha1\nkind: GuardConfiguration\n");
    let mut program = Command::new(binaries::profile_webhook().unwrap())
        .args(["--listen=127.0.0.1:0", "--health-listen=127.0.0.1:0"])
        .arg("--tls-cert-file")
        .arg(file("tls.crt", &pair.certificate))
        .arg("--tls-private-key-file")
        .arg(file("tls.key", &pair.key))
        .arg("--config")
        .arg(config)
        .env_remove("RUST_LOG")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stderr.take().unwrap()).lines();
    let serving =
        lines.map(|it| serde_json::from_str::<Value>(&it.unwrap()).unwrap()).find(|it| it["message"] == "serving");
    let serving = serving.unwrap_or_else(|| panic!("it ended"));
    let mut stream = TcpStream::connect(serving["health"].as_str().unwrap()).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    program.kill().unwrap();
    program.wait().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    body.to_owned()
}
