//! Makes certificates: for the webhook, and for clients of it.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType, date_time_ymd,
};
use rustls::pki_types::CertificateDer;

/// A CA made just now.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// A certificate and its key, in PEM.
#[derive(Clone)]
pub struct Pair {
    /// The certificate.
    pub cert: String,
    /// The key.
    pub key: String,
}

/// A day: year, month, day of the month.
pub type Day = (i32, u8, u8);

const LONG_AGO: Day = (2020, 1, 1);
const FAR_AWAY: Day = (2120, 1, 1);

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

impl Authority {
    /// Makes another one.
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "a CA of a test");
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// Its own certificate.
    pub fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    /// Its own certificate, in PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A certificate for the webhook that is valid now.
    pub fn leaf(&self) -> Pair {
        self.leaf_between(LONG_AGO, FAR_AWAY)
    }

    /// A certificate for the webhook that is valid from the first day until the last one begins.
    pub fn leaf_between(&self, first: Day, last: Day) -> Pair {
        let mut params = CertificateParams::new(["localhost", "127.0.0.1", "0.0.0.0"].map(str::to_owned)).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(params, first, last)
    }

    /// A certificate for a client with a common name and alternative names.
    pub fn client(&self, common: &str, alternatives: &[SanType]) -> Pair {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, common);
        params.subject_alt_names = alternatives.to_vec();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params, LONG_AGO, FAR_AWAY)
    }

    fn sign(&self, mut params: CertificateParams, first: Day, last: Day) -> Pair {
        params.not_before = date_time_ymd(first.0, first.1, first.2);
        params.not_after = date_time_ymd(last.0, last.1, last.2);
        let key = KeyPair::generate().unwrap();
        let cert = params.signed_by(&key, &self.issuer).unwrap();
        Pair { cert: cert.pem(), key: key.serialize_pem() }
    }
}
