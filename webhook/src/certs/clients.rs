//! Who may ask for a decision, when clients must show a certificate.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use rustls::{
    RootCertStore,
    crypto::aws_lc_rs,
    pki_types::CertificateDer,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use x509_parser::{extensions::GeneralName, parse_x509_certificate};

use super::{
    error::{CLIENT_CA_FLAG, CertificateError},
    pair::certificates,
};

/// Verifies clients by the CA that a file holds.
///
/// A client without a certificate of this CA is refused in the handshake already, before it can send a byte of HTTP: what
/// a stranger can keep busy ends there.
pub(crate) fn verifier(file: &Path, pem: &[u8]) -> Result<Arc<dyn ClientCertVerifier>, CertificateError> {
    let untrustworthy = |reason| CertificateError::Untrustworthy { file: file.into(), reason };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(CLIENT_CA_FLAG, (file, pem))? {
        roots.add(certificate).map_err(|error| untrustworthy(error.to_string()))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(aws_lc_rs::default_provider()))
        .build()
        .map_err(|error| untrustworthy(error.to_string()))
}

/// Whether a client whose certificates were verified bears one of these names; without names every one does.
pub(crate) fn admits(allowed: &BTreeSet<String>, verified: Option<&[CertificateDer<'_>]>) -> bool {
    allowed.is_empty()
        || verified
            .and_then(|chain| chain.first())
            .is_some_and(|leaf| names(leaf).iter().any(|it| allowed.contains(it)))
}

/// The names that a certificate gives its owner: the common name and the alternative names that are text.
fn names(certificate: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = parse_x509_certificate(certificate) else { return Vec::new() };
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    let mut names: Vec<_> = common.map(str::to_owned).collect();
    if let Ok(Some(alternatives)) = certificate.subject_alternative_name() {
        names.extend(alternatives.value.general_names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) | GeneralName::URI(name) | GeneralName::RFC822Name(name) => {
                Some((*name).to_owned())
            }
            _ => None,
        }));
    }
    names
}
