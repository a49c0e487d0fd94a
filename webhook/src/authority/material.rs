//! What is kept of the authority, as a Secret holds it.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::ca::{Ca, Leaf};

/// The keys of the Secret's data. The pair that is served has the names that Kubernetes gives it everywhere.
const SIGNER: [&str; 2] = ["ca.crt", "ca.key"];
const NEXT: [&str; 2] = ["next-ca.crt", "next-ca.key"];
const LEAF: [&str; 2] = ["tls.crt", "tls.key"];
const TRUSTED: &str = "trusted.crt";
const SIGNS_SINCE: &str = "signs-since";

/// All of these keys. What else somebody put into the Secret is left there.
pub(crate) const KEYS: [&str; 8] = [SIGNER[0], SIGNER[1], NEXT[0], NEXT[1], LEAF[0], LEAF[1], TRUSTED, SIGNS_SINCE];

/// What is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Material {
    /// The authority that signs.
    pub signer: Option<Ca>,
    /// Since when it does.
    pub signs_since: Option<SystemTime>,
    /// The one that will sign once it is trusted.
    pub next: Option<Ca>,
    /// The certificates of all authorities whose leaves may be served, the newest first.
    pub trusted: Vec<CertificateDer<'static>>,
    /// What is served.
    pub leaf: Option<Leaf>,
}

/// The data of a Secret.
pub type Data = BTreeMap<String, Vec<u8>>;

impl Material {
    /// Reads what a Secret holds. What cannot be read is as good as absent: it is made anew.
    pub fn of(data: &Data) -> Self {
        let text = |key: &str| String::from_utf8(data.get(key)?.clone()).ok();
        let parts = |[certificate, key]: [&str; 2]| Some((text(certificate)?, text(key)?));
        let ca = |keys| parts(keys).map(|(certificate, key)| Ca { certificate, key }).filter(Ca::is_whole);
        let leaf = parts(LEAF).map(|(certificate, key)| Leaf { certificate, key }).filter(Leaf::is_whole);
        let since = text(SIGNS_SINCE).and_then(|it| it.trim().parse().ok());
        let trusted = text(TRUSTED).unwrap_or_default();
        Self {
            signer: ca(SIGNER),
            signs_since: since.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)),
            next: ca(NEXT),
            // Those that can be read are trusted on, whatever became of the others.
            trusted: CertificateDer::pem_slice_iter(trusted.as_bytes()).filter_map(Result::ok).collect(),
            leaf,
        }
    }

    /// The same as the data of a Secret.
    pub fn data(&self) -> Data {
        let mut data = Data::new();
        let mut put = |keys: [&str; 2], certificate: &str, key: &str| {
            data.extend(keys.into_iter().zip([certificate, key]).map(|(name, text)| (name.to_owned(), text.into())));
        };
        if let Some(ca) = &self.signer {
            put(SIGNER, &ca.certificate, &ca.key);
        }
        if let Some(ca) = &self.next {
            put(NEXT, &ca.certificate, &ca.key);
        }
        if let Some(leaf) = &self.leaf {
            put(LEAF, &leaf.certificate, &leaf.key);
        }
        data.insert(TRUSTED.to_owned(), self.bundle().into());
        if let Some(since) = self.signs_since.and_then(|it| it.duration_since(SystemTime::UNIX_EPOCH).ok()) {
            data.insert(SIGNS_SINCE.to_owned(), since.as_secs().to_string().into());
        }
        data
    }

    /// The keys of a Secret whose text is there and cannot be used.
    pub fn spoiled(data: &Data) -> Vec<&'static str> {
        let read = Self::of(data);
        let is_there = |key: &str| data.get(key).is_some_and(|it| !it.is_empty());
        let parts = [
            (&SIGNER[..], read.signer.is_none()),
            (&NEXT, read.next.is_none()),
            (&LEAF, read.leaf.is_none()),
            (&[TRUSTED], read.trusted.is_empty()),
            (&[SIGNS_SINCE], read.signs_since.is_none()),
        ];
        let spoiled = parts.into_iter().filter(|(_, is_absent)| *is_absent).flat_map(|(keys, _)| keys.iter().copied());
        spoiled.filter(|key| is_there(key)).collect()
    }

    /// The PEM of all that is trusted: what belongs into `caBundle`.
    pub fn bundle(&self) -> String {
        bundle(&self.trusted)
    }
}

/// The PEM of certificates.
pub(crate) fn bundle(certificates: &[CertificateDer<'_>]) -> String {
    let tagged = |it: &CertificateDer<'_>| pem::Pem::new("CERTIFICATE", it.to_vec());
    pem::encode_many(&certificates.iter().map(tagged).collect::<Vec<_>>())
}
