//! One authority: its certificate, its key, and the leaves that it signs.

use std::{
    fmt,
    net::IpAddr,
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use x509_parser::extensions::GeneralName;

use super::{AuthorityError, Lifetimes};
use crate::certs::Validity;

/// An authority that can sign.
#[derive(Clone, PartialEq, Eq)]
pub struct Ca {
    /// Its certificate in PEM.
    pub certificate: String,
    /// Its key in PEM.
    pub key: String,
}

/// A certificate that is served, with its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The certificate in PEM.
    pub certificate: String,
    /// Its key in PEM.
    pub key: String,
}

impl Ca {
    /// A new one. Its name holds the time at which it was made, so that people tell two apart.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn create(now: SystemTime, lifetimes: &Lifetimes) -> Result<Self, AuthorityError> {
        let mut params = begun(now, lifetimes, lifetimes.ca);
        params.distinguished_name.push(DnType::CommonName, format!("kubectl-profile webhook CA {}", seconds(now)));
        // It signs leaves and nothing that could sign in turn.
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        Ok(Self { certificate: params.self_signed(&key)?.pem(), key: key.serialize_pem() })
    }

    /// A certificate for these names of the webhook's Service, with a key of its own.
    ///
    /// # Errors
    ///
    /// When it cannot be made, or a name cannot stand in it.
    pub fn sign(&self, names: &[String], now: SystemTime, lifetimes: &Lifetimes) -> Result<Leaf, AuthorityError> {
        let named = CertificateParams::new(names)
            .map_err(|error| AuthorityError::Name { name: names.join(", "), reason: error.to_string() })?;
        let mut params = begun(now, lifetimes, lifetimes.leaf);
        params.subject_alt_names = named.subject_alt_names;
        params.distinguished_name.push(DnType::CommonName, "kubectl-profile webhook");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let issuer = Issuer::from_ca_cert_pem(&self.certificate, KeyPair::from_pem(&self.key)?)?;
        Ok(Leaf { certificate: params.signed_by(&key, &issuer)?.pem(), key: key.serialize_pem() })
    }

    /// Whether it can sign: both parts can be read, and belong together.
    pub(crate) fn is_whole(&self) -> bool {
        let Ok(key) = KeyPair::from_pem(&self.key) else { return false };
        der(&self.certificate)
            .is_some_and(|certificate| public_key(&certificate).as_deref() == Some(key.public_key_raw()))
    }

    /// From when until when it is valid.
    pub(crate) fn validity(&self) -> Option<Validity> {
        Validity::of(&der(&self.certificate)?).ok()
    }
}

impl Leaf {
    /// From when until when it is valid.
    pub(crate) fn validity(&self) -> Option<Validity> {
        Validity::of(&der(&self.certificate)?).ok()
    }

    /// Whether it can be served: both parts can be read, and belong together.
    pub(crate) fn is_whole(&self) -> bool {
        Ca { certificate: self.certificate.clone(), key: self.key.clone() }.is_whole()
    }

    /// Whether an authority signed it, for exactly these names.
    pub(crate) fn is_of(&self, ca: &Ca, names: &[String]) -> bool {
        let (Some(own), Some(signer)) = (der(&self.certificate), der(&ca.certificate)) else { return false };
        let (Ok((_, own)), Ok((_, signer))) =
            (x509_parser::parse_x509_certificate(&own), x509_parser::parse_x509_certificate(&signer))
        else {
            return false;
        };
        // A name holds the time at which an authority was made. Whether the signature holds is told by whoever connects.
        let is_signed = own.issuer() == signer.subject();
        let (mut found, mut wanted) = (self.names(), names.to_vec());
        found.sort();
        wanted.sort();
        is_signed && found == wanted
    }

    /// The names and addresses that it is for.
    pub(crate) fn names(&self) -> Vec<String> {
        let Some(own) = der(&self.certificate) else { return Vec::new() };
        let Ok((_, own)) = x509_parser::parse_x509_certificate(&own) else { return Vec::new() };
        let Ok(Some(names)) = own.subject_alternative_name() else { return Vec::new() };
        let text = |name: &GeneralName<'_>| match name {
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress(bytes) => address(bytes).unwrap_or_default(),
            other => other.to_string(),
        };
        names.value.general_names.iter().map(text).collect()
    }
}

/// An IP address as a certificate holds it.
fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok().map(|it| it.to_string())
}

impl fmt::Debug for Ca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ca").field("validity", &self.validity()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaf").field("validity", &self.validity()).finish_non_exhaustive()
    }
}

/// The first certificate of a PEM text.
pub(crate) fn der(pem: &str) -> Option<CertificateDer<'static>> {
    CertificateDer::from_pem_slice(pem.as_bytes()).ok()
}

fn public_key(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Some(certificate.public_key().subject_public_key.data.to_vec())
}

fn begun(now: SystemTime, lifetimes: &Lifetimes, lifetime: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.not_before = (now - lifetimes.skew).into();
    params.not_after = (now + lifetime).into();
    params
}

fn seconds(now: SystemTime) -> u64 {
    now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs())
}
