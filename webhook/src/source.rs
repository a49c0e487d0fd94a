//! Where the certificate comes from: files that somebody else keeps, or the webhook's own authority.

use std::{
    collections::BTreeSet,
    env,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use kube::{Client, Config};
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::{
    args::Args,
    authority::{
        keeper::{Keeper, Parts},
        lease::Holding,
        serving::{Clients, Serving},
        store::Store,
    },
    certs::{CertificateError, Files, Served, Watcher},
    clock::Clock,
    guard::{Completer, Guard, service_host},
    metrics::Metrics,
    service::Service,
    shutdown::Shutdown,
};

/// The name of the webhook's Service, for which the certificate is while no guard names another one.
const SERVICE: &str = "profile-webhook";

/// Why no certificate can come from there.
#[derive(Debug, Error)]
pub(crate) enum SourceError {
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("{0}")]
    Lifetimes(String),
    #[error("the API server cannot be found, which --certificate-secret and --configuration need: {0}")]
    Config(String),
    #[error("the API server cannot be asked: {0}")]
    Client(#[from] kube::Error),
    #[error("no certificate can be made: {0}")]
    StandIn(String),
}

/// Where the certificate comes from.
pub(crate) enum Source {
    /// Files, and the guard's rules beside them where a guard is named.
    Files(Arc<Watcher>, Option<Box<Completer>>),
    /// The webhook's own authority.
    Own(Box<Keeper>, Served),
}

impl Source {
    /// Reads the files for the first time, or finds the API server. It is not asked yet: while it does not answer the webhook is
    /// up and not ready, which whoever looks at the pod can read.
    pub(crate) async fn open(args: &Args, clock: Clock, metrics: Arc<Metrics>) -> Result<Self, SourceError> {
        let names: BTreeSet<_> = args.client_allowed_name.iter().cloned().collect();
        let client_ca = args.client_ca_file.clone();
        if let (Some(cert), Some(key)) = (&args.tls_cert_file, &args.tls_private_key_file) {
            let asks_clients = client_ca.is_some();
            let files = Files { client_ca, client_names: names, ..Files::pair(cert, key) };
            let watcher = Arc::new(Watcher::load(files, clock.clone(), Arc::clone(&metrics))?);
            let completer = match &args.configuration {
                Some(name) => {
                    let (client, _) = client().await?;
                    let guard = Guard::new(client, name.clone(), asks_clients, Arc::clone(&metrics));
                    Some(Box::new(Completer::new(guard, watcher.served(), clock, metrics)))
                }
                None => None,
            };
            return Ok(Self::Files(watcher, completer));
        }
        own(args, client_ca, names, clock, metrics).await
    }

    /// What new connections are served with.
    pub(crate) fn served(&self) -> Served {
        match self {
            Self::Files(watcher, _) => watcher.served(),
            Self::Own(_, served) => served.clone(),
        }
    }

    /// Starts to look after it, and gives the service its checks. What is returned ends after `shutdown` has begun.
    pub(crate) fn start(
        self,
        service: Service,
        interval: Duration,
        shutdown: &Shutdown,
    ) -> (Service, Option<JoinHandle<()>>) {
        match self {
            Self::Files(watcher, completer) => {
                let mut service = service.with_certificates(Arc::clone(&watcher));
                tokio::spawn(async move { watcher.watch(interval).await });
                if let Some(completer) = completer {
                    let note = completer.report().note();
                    service = service.with_check(move || note.check());
                    tokio::spawn(completer.run(interval));
                }
                (service, None)
            }
            Self::Own(keeper, _) => {
                let (newest, valid, note) = (keeper.told(), keeper.told(), keeper.report().note());
                let service = service.with_check(move || newest.check_newest());
                let service = service.with_check(move || valid.check_valid()).with_check(move || note.check());
                (service, Some(tokio::spawn(keeper.run(interval, shutdown.clone()))))
            }
        }
    }
}

async fn own(
    args: &Args,
    client_ca: Option<PathBuf>,
    names: BTreeSet<String>,
    clock: Clock,
    metrics: Arc<Metrics>,
) -> Result<Source, SourceError> {
    let lifetimes = args.lifetimes().map_err(SourceError::Lifetimes)?;
    let clients = Clients::open(client_ca, names)?;
    let (client, namespace) = client().await?;
    let namespace = args.namespace.clone().unwrap_or(namespace);
    // The flags require each other.
    let name = |flag: &Option<String>| flag.clone().unwrap_or_default();
    let asks_clients = clients.are_asked();
    let serving = Serving::stand_in(clients, Arc::clone(&metrics)).map_err(SourceError::StandIn)?;
    let served = serving.served();
    let (pod, random) = identity();
    let keeper = Keeper::new(Parts {
        store: Store::new(client.clone(), &namespace, name(&args.certificate_secret)),
        holding: Holding::new(client.clone(), &namespace, name(&args.lease), &pod, &random),
        guard: Guard::new(client, name(&args.configuration), asks_clients, Arc::clone(&metrics)),
        serving,
        lifetimes,
        host: service_host(SERVICE, &namespace),
        clock,
        metrics,
    });
    Ok(Source::Own(Box::new(keeper), served))
}

/// A client, and the namespace that is meant where none is named.
async fn client() -> Result<(Client, String), SourceError> {
    let mut config = Config::infer().await.map_err(|error| SourceError::Config(error.to_string()))?;
    // Each request has a time of its own, and each is made again with the next look.
    config.default_retry = false;
    let namespace = config.default_namespace.trim().to_owned();
    Ok((Client::try_from(config)?, namespace))
}

/// The pod that this runs in, and something that no other process has.
fn identity() -> (String, String) {
    let pod = env::var("POD_NAME").or_else(|_| env::var("HOSTNAME")).ok().filter(|it| !it.is_empty());
    // The standard library seeds it from the operating system.
    let random = RandomState::new().build_hasher().finish();
    (pod.unwrap_or_else(|| format!("{random:016x}")), format!("{random:016x}"))
}
