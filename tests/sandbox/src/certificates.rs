//! Certificates of a sandbox: an authority, server certificates and client certificates, made on the spot.

use std::path::Path;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SignatureAlgorithm,
};

use crate::{SandboxError, files};

const CERTIFICATE: &str = "ca.crt";
const KEY: &str = "ca.key";

/// A certificate authority of our own.
pub struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its private key, both in PEM.
#[derive(Clone)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The private key (PKCS #8).
    pub key: String,
}

impl Authority {
    /// Makes a new authority.
    pub fn create() -> Result<Self, SandboxError> {
        let key = KeyPair::generate()?;
        let certificate = authority_params().self_signed(&key)?.pem();
        Ok(Self { certificate, issuer: Issuer::new(authority_params(), key) })
    }

    /// Writes certificate and key into a directory, for [`Authority::load`].
    pub fn save(&self, dir: &Path) -> Result<(), SandboxError> {
        files::write(&dir.join(CERTIFICATE), &self.certificate)?;
        files::write(&dir.join(KEY), &self.issuer.key().serialize_pem())
    }

    /// Reads an authority that [`Authority::save`] wrote.
    pub fn load(dir: &Path) -> Result<Self, SandboxError> {
        let certificate = files::read(&dir.join(CERTIFICATE))?;
        let key = KeyPair::from_pem(&files::read(&dir.join(KEY))?)?;
        Ok(Self { certificate, issuer: Issuer::new(authority_params(), key) })
    }

    /// The authority's own certificate in PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Signs a server certificate for host names and addresses.
    pub fn serving(&self, hosts: &[&str]) -> Result<Pair, SandboxError> {
        let mut params = CertificateParams::new(hosts.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        params.distinguished_name.push(DnType::CommonName, hosts.first().copied().unwrap_or("localhost"));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(params, &PKCS_ECDSA_P256_SHA256)
    }

    /// Signs a client certificate: Kubernetes takes the common name as the user and the organization as the group.
    ///
    /// One group at most, because the certificate builder holds one organization.
    pub fn client(&self, user: &str, group: Option<&str>) -> Result<Pair, SandboxError> {
        self.client_with(user, group, &PKCS_ECDSA_P256_SHA256)
    }

    /// The same with a key of another kind.
    pub fn client_with(
        &self,
        user: &str,
        group: Option<&str>,
        kind: &'static SignatureAlgorithm,
    ) -> Result<Pair, SandboxError> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, user);
        if let Some(group) = group {
            params.distinguished_name.push(DnType::OrganizationName, group);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params, kind)
    }

    fn sign(&self, mut params: CertificateParams, kind: &'static SignatureAlgorithm) -> Result<Pair, SandboxError> {
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate_for(kind)?;
        let certificate: Certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Pair { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

/// Makes a key pair in PEM, for service account tokens: the private key signs them, the public one verifies them.
pub(crate) fn token_keys() -> Result<(String, String), SandboxError> {
    let key = KeyPair::generate()?;
    Ok((key.serialize_pem(), key.public_key_pem()))
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "profile-sandbox");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params
}
