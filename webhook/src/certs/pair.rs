//! Reads a certificate and its key from PEM, and proves that they can be served together.

use std::{fmt, path::Path, sync::Arc};

use rustls::{
    crypto::aws_lc_rs,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{Error as PemError, PemObject},
    },
    sign::CertifiedKey,
};

use super::{
    error::{CERT_FLAG, CertificateError, KEY_FLAG},
    validity::Validity,
};

/// A certificate and its key that can be served.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) key: Arc<CertifiedKey>,
    pub(crate) validity: Validity,
}

impl Pair {
    /// Reads the pair from what the two files hold.
    pub(crate) fn parse(cert: (&Path, &[u8]), key: (&Path, &[u8])) -> Result<Self, CertificateError> {
        let chain = certificates(CERT_FLAG, cert)?;
        let (key, key_pem) = key;
        let private_key = PrivateKeyDer::from_pem_slice(key_pem).map_err(|source| match source {
            PemError::NoItemsFound => {
                CertificateError::Missing { flag: KEY_FLAG, file: key.into(), what: "private key" }
            }
            source => CertificateError::NotPem { flag: KEY_FLAG, file: key.into(), source },
        })?;
        let (cert, _) = cert;
        // The leaf stands first: a list without any is an error above.
        let validity = Validity::of(&chain[0]).map_err(|reason| CertificateError::Unclear {
            flag: CERT_FLAG,
            file: cert.into(),
            reason,
        })?;
        let key = CertifiedKey::from_der(chain, private_key, &aws_lc_rs::default_provider())
            .map_err(|source| CertificateError::Mismatch { cert: cert.into(), key: key.into(), source })?;
        Ok(Self { key: Arc::new(key), validity })
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair").field("validity", &self.validity).finish_non_exhaustive()
    }
}

/// The certificates of a file, at least one.
pub(crate) fn certificates(
    flag: &'static str,
    (file, pem): (&Path, &[u8]),
) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| CertificateError::NotPem { flag, file: file.into(), source })?;
    if certificates.is_empty() {
        return Err(CertificateError::Missing { flag, file: file.into(), what: "certificate" });
    }
    Ok(certificates)
}
