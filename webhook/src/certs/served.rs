//! What new connections are served with, and how it is replaced while old ones go on.

use std::{collections::BTreeSet, fmt, sync::Arc};

use rustls::{
    ServerConfig, crypto::aws_lc_rs, pki_types::CertificateDer, server::danger::ClientCertVerifier,
    sign::SingleCertAndKey,
};
use tokio::sync::watch;

use super::{clients, pair::Pair, validity::Validity};

/// What a connection is served with from its handshake to its end.
///
/// It is replaced as a whole. With it go the sessions that could be resumed, or a client of a CA that is trusted no longer
/// could go on without being verified again.
pub struct Identity {
    config: Arc<ServerConfig>,
    chain: Vec<CertificateDer<'static>>,
    validity: Validity,
    allowed_names: BTreeSet<String>,
}

impl Identity {
    /// An identity of a pair, and of what clients have to show, if they have to show anything: TLS 1.2 and up, and
    /// HTTP/2 for clients that ask for it.
    pub(crate) fn new(
        pair: &Pair,
        verifier: Option<&Arc<dyn ClientCertVerifier>>,
        allowed_names: &BTreeSet<String>,
    ) -> Result<Self, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?;
        let builder = match verifier {
            Some(verifier) => builder.with_client_cert_verifier(Arc::clone(verifier)),
            None => builder.with_no_client_auth(),
        };
        let key = SingleCertAndKey::from(Arc::clone(&pair.key));
        let mut config = builder.with_cert_resolver(Arc::new(key));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let (chain, allowed_names) = (pair.key.cert.clone(), allowed_names.clone());
        Ok(Self { config: Arc::new(config), chain, validity: pair.validity, allowed_names })
    }

    /// The TLS settings.
    pub fn config(&self) -> &Arc<ServerConfig> {
        &self.config
    }

    /// Its certificates, the leaf first.
    pub(crate) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// From when until when its certificate is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Whether a client may ask for a decision, by the certificates that it showed and that were verified.
    pub(crate) fn admits(&self, verified: Option<&[CertificateDer<'_>]>) -> bool {
        clients::admits(&self.allowed_names, verified)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("validity", &self.validity).finish_non_exhaustive()
    }
}

/// The identity that new connections are served with.
#[derive(Clone, Debug)]
pub struct Served(watch::Receiver<Arc<Identity>>);

/// The other end: replaces the identity.
#[derive(Debug)]
pub struct Serve(watch::Sender<Arc<Identity>>);

impl Served {
    /// The identity, and the end by which it is replaced.
    pub fn with(identity: Identity) -> (Serve, Self) {
        let (sender, receiver) = watch::channel(Arc::new(identity));
        (Serve(sender), Self(receiver))
    }

    /// What a connection that begins now is served with.
    pub fn now(&self) -> Arc<Identity> {
        Arc::clone(&self.0.borrow())
    }
}

impl Serve {
    /// Serves new connections with `identity`; those that are open keep theirs.
    pub fn replace(&self, identity: Identity) {
        self.0.send_replace(Arc::new(identity));
    }
}
