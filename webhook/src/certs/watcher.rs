//! Looks at the files again and again, and serves what they hold when it is good.

use std::{
    fmt,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::server::danger::ClientCertVerifier;
use tokio::{sync::Mutex, task, time};
use tracing::{error, info};

use super::{
    clients,
    error::CertificateError,
    files::{Content, Files, Snapshot},
    pair::Pair,
    part::{Change, Part},
    served::{Identity, Serve, Served},
};
use crate::{
    clock::Clock,
    metrics::Metrics,
    readiness::{Check, Finding},
};

/// Time that readiness gives the files to be read; a probe gives up after it.
const PATIENCE: Duration = Duration::from_millis(500);

/// Looks at the files by their content. Neither names nor times of files are asked: the kubelet swaps a link above them,
/// and a watch on a file ends at the first swap.
pub struct Watcher {
    files: Files,
    clock: Clock,
    metrics: Arc<Metrics>,
    serve: Serve,
    served: Served,
    parts: Mutex<Parts>,
}

struct Parts {
    pair: Part<Pair, [Content; 2]>,
    client_ca: Option<Part<Arc<dyn ClientCertVerifier>, Content>>,
}

impl Watcher {
    /// Reads the files for the first time.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, does not hold what it should, or the key is not the certificate's.
    pub fn load(files: Files, clock: Clock, metrics: Arc<Metrics>) -> Result<Self, CertificateError> {
        let Snapshot { pair: content, client_ca } = files.read();
        let pair = Part::new(parse_pair(&files, &content)?, content);
        let client_ca = match (&files.client_ca, client_ca) {
            (Some(file), Some(content)) => Some(Part::new(parse_client_ca(file, &content)?, content)),
            _ => None,
        };
        let parts = Parts { pair, client_ca };
        let (serve, served) = Served::with(identity(&files, &parts)?);
        metrics.certificate(served.now().validity());
        Ok(Self { files, clock, metrics, serve, served, parts: Mutex::new(parts) })
    }

    /// What new connections are served with.
    pub fn served(&self) -> Served {
        self.served.clone()
    }

    /// Looks at the files every `interval`, for ever.
    pub async fn watch(&self, interval: Duration) {
        loop {
            time::sleep(interval).await;
            self.look().await;
        }
    }

    /// Looks at the files now. Says what is wrong with them when what they hold is not what is served.
    pub async fn look(&self) -> Vec<String> {
        let mut parts = self.parts.lock().await;
        let files = self.files.clone();
        // Only a panic could make it fail, and reading has none.
        let Ok(Snapshot { pair, client_ca }) = task::spawn_blocking(move || files.read()).await else {
            return vec!["the files could not be read".to_owned()];
        };
        let pair = parts.pair.look(pair, |served, content| self.parse(served, content));
        self.metrics.certificate_reload(pair);
        let ca = match (&mut parts.client_ca, client_ca, &self.files.client_ca) {
            (Some(part), Some(content), Some(file)) => {
                let change = part.look(content, |_, content| parse_client_ca(file, content));
                self.metrics.client_ca_reload(change);
                change
            }
            _ => Change::None,
        };
        if [pair, ca].contains(&Change::Taken) {
            self.serve(&parts);
        }
        let problems: Vec<_> = parts.problems().map(str::to_owned).collect();
        if [pair, ca].contains(&Change::Refused) {
            error!("{}; what was served before is served on", problems.join("; "));
        }
        self.metrics.certificate_is_current(problems.is_empty());
        problems
    }

    /// What readiness asks of the certificate. The files are looked at first, so that what is told is no older than the answer.
    ///
    /// A bad pair in the files does not make it unready: it comes to all replicas at once, and without a ready one every
    /// write would be refused while the pair that is served is still good.
    pub(crate) async fn checks(&self, now: SystemTime) -> [Check; 2] {
        let newest = match time::timeout(PATIENCE, self.look()).await {
            Ok(problems) if problems.is_empty() => Finding::Holds,
            Ok(problems) => {
                Finding::HoldsBut(format!("the newest good one is served, because {}", problems.join("; ")))
            }
            Err(_) => Finding::Fails("the certificate files could not be read in time".to_owned()),
        };
        let valid = self.served.now().validity().check(now).map_or_else(Finding::Fails, |()| Finding::Holds);
        [Check { name: "certificate-newest", finding: newest }, Check { name: "certificate-valid", finding: valid }]
    }

    /// Reads a pair that is to replace another one: not by one that is not valid now while the other one is.
    fn parse(&self, served: &Pair, content: &[Content; 2]) -> Result<Pair, CertificateError> {
        let pair = parse_pair(&self.files, content)?;
        let now = self.clock.now();
        match pair.validity.check(now) {
            Err(reason) if served.validity.check(now).is_ok() => {
                Err(CertificateError::Untimely { file: self.files.cert.clone(), reason })
            }
            _ => Ok(pair),
        }
    }

    fn serve(&self, parts: &Parts) {
        match identity(&self.files, parts) {
            Ok(identity) => {
                let validity = identity.validity();
                self.serve.replace(identity);
                self.metrics.certificate(validity);
                info!(not_after = validity.until(), "serving what the certificate files hold now");
            }
            // Both parts are good, so this is the TLS library's affair.
            Err(problem) => error!("{problem}; what was served before is served on"),
        }
    }
}

impl Parts {
    fn problems(&self) -> impl Iterator<Item = &str> {
        self.pair.problem().into_iter().chain(self.client_ca.iter().filter_map(Part::problem))
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher").field("files", &self.files).finish_non_exhaustive()
    }
}

fn parse_pair(files: &Files, content: &[Content; 2]) -> Result<Pair, CertificateError> {
    let [cert, key] = files.pair_bytes(content)?;
    Pair::parse((&files.cert, cert), (&files.key, key))
}

fn parse_client_ca(file: &Path, content: &Content) -> Result<Arc<dyn ClientCertVerifier>, CertificateError> {
    clients::verifier(file, content.ca_bytes(file)?)
}

fn identity(files: &Files, parts: &Parts) -> Result<Identity, CertificateError> {
    let client_ca = parts.client_ca.as_ref().map(Part::good);
    Identity::new(parts.pair.good(), client_ca, &files.client_names).map_err(|source| CertificateError::Mismatch {
        cert: files.cert.clone(),
        key: files.key.clone(),
        source,
    })
}
