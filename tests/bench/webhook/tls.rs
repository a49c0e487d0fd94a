//! The certificate of all servers of a run, and a client that trusts it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    CipherSuite, ClientConfig, RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tempfile::TempDir;

use crate::Failure;

/// A certificate and its key in files.
pub(crate) struct Pair {
    directory: TempDir,
    certificate: CertificateDer<'static>,
}

impl Pair {
    /// A new one for localhost.
    pub(crate) fn make() -> Result<Self, Failure> {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()])?;
        let directory = TempDir::new()?;
        fs::write(directory.path().join("tls.crt"), cert.pem())?;
        fs::write(directory.path().join("tls.key"), signing_key.serialize_pem())?;
        Ok(Self { directory, certificate: cert.der().clone() })
    }

    /// Where `tls.crt` and `tls.key` are.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What a client needs. Like the API server's, it would rather have AES with 128 bits (Go's crypto/tls, where AES is in hardware).
    pub(crate) fn client(&self) -> Result<Arc<ClientConfig>, Failure> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone())?;
        let mut provider = aws_lc_rs::default_provider();
        provider.cipher_suites.sort_by_key(|it| it.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

/// The files in a directory.
pub(crate) fn files(directory: &Path) -> [PathBuf; 2] {
    ["tls.crt", "tls.key"].map(|name| directory.join(name))
}

/// What a server needs, with the webhook's own choices.
pub(crate) fn server(directory: &Path) -> Result<Arc<ServerConfig>, Failure> {
    let [certificate, key] = files(directory);
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
