//! Loads the certificate and the key that the webhook serves.
//!
//! They are read once, before anything listens, so that a bad pair is an error at start and not at the first review.

use std::{io, path::Path, path::PathBuf, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{Error as PemError, PemObject},
    },
};
use thiserror::Error;

/// Why a pair cannot be served; each names the flag and the file.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// The file cannot be read.
    #[error("{flag} {}: cannot be read: {source}", file.display())]
    Unreadable {
        /// The flag that named the file.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not PEM.
    #[error("{flag} {}: is not valid PEM: {source}", file.display())]
    NotPem {
        /// The flag that named the file.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// What the parser said.
        source: PemError,
    },
    /// The file holds something else.
    #[error("{flag} {}: no {what} found in it", file.display())]
    Missing {
        /// The flag that named the file.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// The two cannot be served together.
    #[error("{CERT_FLAG} {} and {KEY_FLAG} {}: cannot be served together: {source}", cert.display(), key.display())]
    Mismatch {
        /// The file with the certificate.
        cert: PathBuf,
        /// The file with the key.
        key: PathBuf,
        /// What the TLS library said.
        source: rustls::Error,
    },
}

const CERT_FLAG: &str = "--tls-cert-file";
const KEY_FLAG: &str = "--tls-private-key-file";

/// Loads the pair and makes the TLS settings of it: TLS 1.2 and up, HTTP/1.1.
///
/// # Errors
///
/// When a file cannot be read, does not hold what it should, or the key is not the certificate's.
pub fn load(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, CertificateError> {
    let chain = CertificateDer::pem_slice_iter(&read(CERT_FLAG, cert)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| CertificateError::NotPem { flag: CERT_FLAG, file: cert.into(), source })?;
    if chain.is_empty() {
        return Err(CertificateError::Missing { flag: CERT_FLAG, file: cert.into(), what: "certificate" });
    }
    let private_key = PrivateKeyDer::from_pem_slice(&read(KEY_FLAG, key)?).map_err(|source| match source {
        PemError::NoItemsFound => CertificateError::Missing { flag: KEY_FLAG, file: key.into(), what: "private key" },
        source => CertificateError::NotPem { flag: KEY_FLAG, file: key.into(), source },
    })?;
    let mismatch = |source| CertificateError::Mismatch { cert: cert.into(), key: key.into(), source };
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(mismatch)?
        .with_no_client_auth()
        .with_single_cert(chain, private_key)
        .map_err(mismatch)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn read(flag: &'static str, file: &Path) -> Result<Vec<u8>, CertificateError> {
    std::fs::read(file).map_err(|source| CertificateError::Unreadable { flag, file: file.into(), source })
}
