//! Why a certificate cannot be served or trusted; each error names the flag and the file.

use std::path::PathBuf;

use rustls::pki_types::pem::Error as PemError;
use thiserror::Error;

/// The flag of the certificate's file.
pub(crate) const CERT_FLAG: &str = "--tls-cert-file";
/// The flag of the key's file.
pub(crate) const KEY_FLAG: &str = "--tls-private-key-file";
/// The flag of the file with the CA of clients.
pub(crate) const CLIENT_CA_FLAG: &str = "--client-ca-file";

/// Why a pair cannot be served; each names the flag and the file.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// The file cannot be read.
    #[error("{flag} {}: cannot be read: {reason}", file.display())]
    Unreadable {
        /// The flag that named the file.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system said.
        reason: String,
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
    /// The certificate says nothing readable about when it is valid.
    #[error("{flag} {}: is no certificate that can be read: {reason}", file.display())]
    Unclear {
        /// The flag that named the file.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// What the parser said.
        reason: String,
    },
    /// No client can be verified by what the file holds.
    #[error("{CLIENT_CA_FLAG} {}: cannot verify clients: {reason}", file.display())]
    Untrustworthy {
        /// The file.
        file: PathBuf,
        /// What the TLS library said.
        reason: String,
    },
    /// The certificate is not valid now, and the one that is served is.
    #[error("{CERT_FLAG} {}: {reason}", file.display())]
    Untimely {
        /// The file.
        file: PathBuf,
        /// From when, or until when, it is valid.
        reason: String,
    },
}
