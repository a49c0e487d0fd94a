//! What is served of what is kept, and how a newer one takes its place.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::danger::ClientCertVerifier,
    sign::CertifiedKey,
};
use tracing::{error, info};

use super::ca::Leaf;
use crate::{
    certs::{CertificateError, Change, Content, Identity, Pair, Part, Serve, Served, Validity, verifier},
    metrics::Metrics,
};

/// Whom the webhook asks for a certificate, as the files say.
pub(crate) struct Clients {
    file: Option<PathBuf>,
    verifier: Option<Part<Arc<dyn ClientCertVerifier>, Content>>,
    names: BTreeSet<String>,
}

/// What new connections are served with.
pub(crate) struct Serving {
    serve: Serve,
    served: Served,
    pair: Pair,
    /// What is served; nothing but a stand-in, which nobody trusts, while there is none.
    leaf: Option<Leaf>,
    clients: Clients,
    metrics: Arc<Metrics>,
}

impl Clients {
    /// Reads the file with the CA of clients, if there is one.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or nobody can be verified by it.
    pub(crate) fn open(file: Option<PathBuf>, names: BTreeSet<String>) -> Result<Self, CertificateError> {
        let verifier = match &file {
            Some(file) => {
                let content = Content::of(file);
                Some(Part::new(verifier(file, content.ca_bytes(file)?)?, content))
            }
            None => None,
        };
        Ok(Self { file, verifier, names })
    }

    /// Whether a client has to show a certificate.
    pub(crate) fn are_asked(&self) -> bool {
        self.file.is_some()
    }

    /// Looks at the file again, and says whether it holds something new that is good, and what is wrong with it.
    fn look(&mut self) -> (Change, Option<String>) {
        let (Some(part), Some(file)) = (&mut self.verifier, &self.file) else { return (Change::None, None) };
        let change = part.look(Content::of(file), |_, content| verifier(file, content.ca_bytes(file)?));
        (change, part.problem().map(str::to_owned))
    }

    fn identity(&self, pair: &Pair) -> Result<Identity, String> {
        let verifier = self.verifier.as_ref().map(Part::good);
        Identity::new(pair, verifier, &self.names).map_err(|error| error.to_string())
    }
}

impl Serving {
    /// Serves a stand-in for now: TLS has to begin with some certificate, and readiness says that this one is none.
    ///
    /// # Errors
    ///
    /// When no certificate can be made at all.
    pub(crate) fn stand_in(clients: Clients, metrics: Arc<Metrics>) -> Result<Self, String> {
        let pair = stand_in()?;
        let (serve, served) = Served::with(clients.identity(&pair)?);
        Ok(Self { serve, served, pair, leaf: None, clients, metrics })
    }

    /// What new connections are served with.
    pub(crate) fn served(&self) -> Served {
        self.served.clone()
    }

    /// The leaf that is served.
    pub(crate) fn leaf(&self) -> Option<&Leaf> {
        self.leaf.as_ref()
    }

    /// The certificates of what is served, if that is one that can be taken now.
    pub(crate) fn good(&self, now: SystemTime) -> Option<&[CertificateDer<'static>]> {
        let is_good = self.leaf.is_some() && self.pair.validity.check(now).is_ok();
        is_good.then_some(self.pair.key.cert.as_slice())
    }

    /// Serves another leaf from now on.
    ///
    /// # Errors
    ///
    /// When it cannot be served, or is not valid now while the one that is served is.
    pub(crate) fn take(&mut self, leaf: &Leaf, now: SystemTime) -> Result<(), String> {
        let taken = self.try_take(leaf, now);
        let change = if taken.is_ok() { Change::Taken } else { Change::Refused };
        self.metrics.certificate_reload(change);
        taken
    }

    fn try_take(&mut self, leaf: &Leaf, now: SystemTime) -> Result<(), String> {
        let pair = pair(&leaf.certificate, &leaf.key)?;
        if self.good(now).is_some() {
            pair.validity.check(now)?;
        }
        self.serve.replace(self.clients.identity(&pair)?);
        self.metrics.certificate(pair.validity);
        info!(
            not_after = pair.validity.until(),
            names = leaf.names().join(", "),
            "serving a certificate of its own CA"
        );
        self.pair = pair;
        self.leaf = Some(leaf.clone());
        Ok(())
    }

    /// Looks at the file with the CA of clients, and says what is wrong with it.
    pub(crate) fn look_at_clients(&mut self) -> Option<String> {
        let (change, problem) = self.clients.look();
        self.metrics.client_ca_reload(change);
        match (change, &problem) {
            (Change::Taken, _) => match self.clients.identity(&self.pair) {
                Ok(identity) => self.serve.replace(identity),
                Err(problem) => error!("{problem}; what was served before is served on"),
            },
            (Change::Refused, Some(problem)) => error!("{problem}; what was served before is served on"),
            _ => {}
        }
        problem
    }
}

fn pair(certificate: &str, key: &str) -> Result<Pair, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
    let chain = chain.map_err(|error| error.to_string())?;
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|error| error.to_string())?;
    let validity = Validity::of(chain.first().ok_or("there is no certificate")?)?;
    let key = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider()).map_err(|error| error.to_string())?;
    Ok(Pair { key: Arc::new(key), validity })
}

/// A certificate that ran out long ago, for nobody.
fn stand_in() -> Result<Pair, String> {
    let mut params = CertificateParams::new(["no-certificate-yet.invalid".to_owned()]).map_err(|it| it.to_string())?;
    params.not_before = SystemTime::UNIX_EPOCH.into();
    params.not_after = (SystemTime::UNIX_EPOCH + Duration::from_secs(1)).into();
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|it| it.to_string())?;
    let certificate = params.self_signed(&key).map_err(|it| it.to_string())?;
    pair(&certificate.pem(), &key.serialize_pem())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::{Lifetimes, ca::Ca};

    fn serving() -> Serving {
        let clients = Clients::open(None, BTreeSet::new()).unwrap();
        Serving::stand_in(clients, Arc::default()).unwrap()
    }

    fn leaf(now: SystemTime) -> Leaf {
        let lifetimes = Lifetimes::default();
        Ca::create(now, &lifetimes).unwrap().sign(&["a.svc".to_owned()], now, &lifetimes).unwrap()
    }

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[test]
    fn the_stand_in_is_good_at_no_time() {
        let serving = serving();
        let now = SystemTime::now();
        assert!(
            serving.leaf().is_none() && serving.good(now).is_none() && serving.good(SystemTime::UNIX_EPOCH).is_none()
        );
        assert!(serving.served().now().validity().check(now).is_err());
    }

    #[test]
    fn one_that_is_not_valid_yet_does_not_replace_one_that_is_and_is_better_than_none() {
        let (mut serving, now) = (serving(), SystemTime::now());
        let (first, early) = (leaf(now), leaf(now + DAY * 2));
        serving.take(&first, now).unwrap();
        let why = serving.take(&early, now).unwrap_err();
        assert!(why.contains("is not valid before"), "{why}");
        assert_eq!((serving.leaf(), serving.good(now).is_some()), (Some(&first), true));
        // The clock was set back by a month: neither is valid, and the newest is as good as the one before.
        serving.take(&early, now - DAY * 30).unwrap();
        assert_eq!(serving.leaf(), Some(&early));
    }

    #[test]
    fn one_that_cannot_be_read_changes_nothing() {
        let (mut serving, now) = (serving(), SystemTime::now());
        let first = leaf(now);
        serving.take(&first, now).unwrap();
        assert!(serving.take(&Leaf { key: "x".to_owned(), ..leaf(now) }, now).is_err());
        assert_eq!(serving.leaf(), Some(&first));
    }

    #[test]
    fn clients_are_asked_by_a_file_that_is_read_again() {
        let folder = std::env::temp_dir().join(format!("clients-of-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("ca.crt");
        let ca = || Ca::create(SystemTime::now(), &Lifetimes::default()).unwrap().certificate;
        std::fs::write(&file, ca()).unwrap();
        let clients = Clients::open(Some(file.clone()), BTreeSet::new()).unwrap();
        assert!(clients.are_asked());
        let mut serving = Serving::stand_in(clients, Arc::default()).unwrap();
        let first = serving.served().now();
        assert_eq!(serving.look_at_clients(), None);
        assert!(Arc::ptr_eq(&serving.served().now(), &first));
        std::fs::write(&file, ca()).unwrap();
        assert_eq!(serving.look_at_clients(), None);
        let second = serving.served().now();
        assert!(!Arc::ptr_eq(&second, &first));
        std::fs::write(&file, "x").unwrap();
        assert!(serving.look_at_clients().unwrap().contains("ca.crt"));
        assert!(Arc::ptr_eq(&serving.served().now(), &second));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(Clients::open(Some(file), BTreeSet::new()).is_err());
    }
}
