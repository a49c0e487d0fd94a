//! Bad certificates and keys: each error names the flag and the file.

use std::{fs, path::PathBuf, sync::Arc};

use profile_webhook::{
    certs::{CertificateError, Files, Watcher},
    clock::Clock,
    metrics::Metrics,
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

/// A directory with a good pair in it.
struct Pair {
    folder: TempDir,
}

impl Pair {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let pair = Self { folder: TempDir::new().unwrap() };
        fs::write(pair.file("tls.crt"), cert.pem()).unwrap();
        fs::write(pair.file("tls.key"), signing_key.serialize_pem()).unwrap();
        pair
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self) -> Result<Watcher, CertificateError> {
        let files = Files::pair(self.file("tls.crt"), self.file("tls.key"));
        Watcher::load(files, Clock::default(), Arc::new(Metrics::new()))
    }

    fn problem(&self) -> String {
        self.load().unwrap_err().to_string()
    }
}

#[test]
fn a_good_pair_is_loaded() {
    let pair = Pair::new();
    let identity = pair.load().unwrap().served().now();
    assert_eq!(identity.config().alpn_protocols, [b"h2".as_slice(), b"http/1.1"]);
}

#[test]
fn a_missing_file_is_named_with_its_flag() {
    let pair = Pair::new();
    fs::remove_file(pair.file("tls.key")).unwrap();
    let problem = pair.problem();
    assert!(problem.starts_with("--tls-private-key-file ") && problem.contains("tls.key: cannot be read"), "{problem}");
    fs::remove_file(pair.file("tls.crt")).unwrap();
    let problem = pair.problem();
    assert!(problem.starts_with("--tls-cert-file ") && problem.contains("tls.crt: cannot be read"), "{problem}");
}

#[test]
fn a_file_without_what_it_should_hold_is_named() {
    let pair = Pair::new();
    fs::write(pair.file("tls.crt"), "").unwrap();
    assert!(pair.problem().ends_with("tls.crt: no certificate found in it"), "{}", pair.problem());
    let pair = Pair::new();
    fs::copy(pair.file("tls.crt"), pair.file("tls.key")).unwrap();
    assert!(pair.problem().ends_with("tls.key: no private key found in it"), "{}", pair.problem());
}

#[test]
fn a_file_that_is_cut_off_is_not_pem() {
    for name in ["tls.crt", "tls.key"] {
        let pair = Pair::new();
        let text = fs::read_to_string(pair.file(name)).unwrap();
        fs::write(pair.file(name), &text[..text.len() / 2]).unwrap();
        assert!(pair.problem().contains(&format!("{name}: is not valid PEM")), "{}", pair.problem());
    }
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let (pair, other) = (Pair::new(), Pair::new());
    fs::copy(other.file("tls.key"), pair.file("tls.key")).unwrap();
    let problem = pair.problem();
    assert!(problem.contains("--tls-cert-file") && problem.contains("--tls-private-key-file"), "{problem}");
}
