//! The files with the certificate, its key and the CA of clients, and what they hold at one moment.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::error::{CERT_FLAG, CLIENT_CA_FLAG, CertificateError, KEY_FLAG};

/// How often files are read anew that change while they are read.
const ATTEMPTS: usize = 5;

/// The files that the flags name.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate chain, the leaf first.
    pub cert: PathBuf,
    /// The key of the leaf.
    pub key: PathBuf,
    /// The CA whose clients may ask; without one anybody may.
    pub client_ca: Option<PathBuf>,
    /// Names of which a client must bear one; without any, each client of the CA may ask.
    pub client_names: BTreeSet<String>,
}

/// What a file held, or why it could not be read.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    Unreadable(String),
}

/// What the files held at one moment.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) pair: [Content; 2],
    pub(crate) client_ca: Option<Content>,
}

impl Files {
    /// Files of a pair alone: anybody may ask.
    pub fn pair(cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self { cert: cert.into(), key: key.into(), client_ca: None, client_names: BTreeSet::new() }
    }

    /// Reads the files.
    ///
    /// The kubelet swaps all files of a volume at once, but nobody can read them at once: they are read until they were the
    /// same twice, or a certificate would meet the key of another one.
    pub(crate) fn read(&self) -> Snapshot {
        let mut last = self.read_once();
        for _ in 0..ATTEMPTS {
            let again = self.read_once();
            if again == last {
                break;
            }
            last = again;
        }
        last
    }

    fn read_once(&self) -> Snapshot {
        Snapshot {
            pair: [Content::of(&self.cert), Content::of(&self.key)],
            client_ca: self.client_ca.as_deref().map(Content::of),
        }
    }

    /// What was read of the certificate and of the key.
    pub(crate) fn pair_bytes<'a>(&self, pair: &'a [Content; 2]) -> Result<[&'a [u8]; 2], CertificateError> {
        Ok([pair[0].bytes(CERT_FLAG, &self.cert)?, pair[1].bytes(KEY_FLAG, &self.key)?])
    }
}

impl Content {
    pub(crate) fn of(file: &Path) -> Self {
        match std::fs::read(file) {
            Ok(bytes) => Self::Bytes(bytes),
            Err(error) => Self::Unreadable(error.to_string()),
        }
    }

    fn bytes(&self, flag: &'static str, file: &Path) -> Result<&[u8], CertificateError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Unreadable(reason) => {
                Err(CertificateError::Unreadable { flag, file: file.into(), reason: reason.clone() })
            }
        }
    }

    /// What was read of the CA of clients.
    pub(crate) fn ca_bytes(&self, file: &Path) -> Result<&[u8], CertificateError> {
        self.bytes(CLIENT_CA_FLAG, file)
    }
}
