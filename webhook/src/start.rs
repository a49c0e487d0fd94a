//! Starts the webhook: flags, log, certificate, sockets, signals.

use std::{ffi::OsString, io, process::ExitCode, sync::Arc};

use clap::Parser;
use jiff::Timestamp;
use thiserror::Error;
use tracing::{error, info};

use crate::{
    admission,
    args::Args,
    certs::{CertificateError, Files, Watcher},
    clock::Clock,
    descriptors,
    limits::Limits,
    log,
    metrics::Metrics,
    server::{BindError, Bound, Ending},
    service::Service,
    settings::SettingsError,
    shutdown::Shutdown,
};

#[derive(Debug, Error)]
enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("cannot listen to signals: {0}")]
    Signals(io::Error),
    #[error("cannot start the runtime: {0}")]
    Runtime(io::Error),
}

/// Runs the webhook with the words of its command line until a signal ends it.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(words) {
        Ok(args) => args,
        Err(usage) => {
            // When not even the usage can be printed, the exit code still tells.
            let _ = usage.print();
            return ExitCode::from(if usage.use_stderr() { 2 } else { 0 });
        }
    };
    let log = log::start();
    let code = match start(args) {
        Ok(Ending::Drained) => ExitCode::SUCCESS,
        Ok(Ending::Cut) => {
            error!("connections were cut off before their answer");
            ExitCode::FAILURE
        }
        Err(problem) => {
            error!("{problem}");
            ExitCode::FAILURE
        }
    };
    log.flush();
    code
}

fn start(args: Args) -> Result<Ending, StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(StartError::Runtime)?;
    let ending = runtime.block_on(serve(args));
    // A decision whose answer was given up may still run, and must not hold up the end.
    runtime.shutdown_background();
    ending
}

async fn serve(args: Args) -> Result<Ending, StartError> {
    let (clock, metrics, settings) = (Clock::default(), Arc::new(Metrics::new()), args.settings());
    let files = Files {
        client_ca: args.client_ca_file,
        client_names: args.client_allowed_name.into_iter().collect(),
        ..Files::pair(args.tls_cert_file, args.tls_private_key_file)
    };
    let certificates = Arc::new(Watcher::load(files, clock.clone(), Arc::clone(&metrics))?);
    let (current, reloader) = settings.open()?;
    metrics.config().starts_with(&current.status().hash);
    // Signals are listened to before the ports open, so that none is lost in between.
    let shutdown = Shutdown::on_signals().map_err(StartError::Signals)?;
    let bound = Bound::bind(certificates.served(), args.listen, args.health_listen).await?;
    if let Ok(address) = bound.local_addr() {
        info!(%address, health = bound.health_addr().map(|it| it.to_string()), version = env!("CARGO_PKG_VERSION"), "serving");
    }
    let limits = Limits::default();
    let limits = Limits {
        shutdown_delay: args.shutdown_delay,
        reload: args.reload_interval,
        connections: descriptors::fit(limits.connections),
        ..limits
    };
    let (watcher, interval) = (Arc::clone(&certificates), limits.reload);
    tokio::spawn(async move { watcher.watch(interval).await });
    if let Some(reloader) = reloader {
        tokio::spawn(reloader.run(interval, Arc::clone(&metrics)));
    }
    let (deciding, checked, now) = (current.clone(), current, clock.clone());
    let decide = move |body: &[u8]| {
        // A clock that stands outside of all years lets no exception count.
        let now = Timestamp::try_from(now.now()).unwrap_or(Timestamp::MAX);
        admission::decide(body, &deciding.settings(), now)
    };
    let service = Service::deciding(decide, limits).with_clock(clock).with_metrics(metrics);
    let service = service.with_certificates(certificates).with_check(move || checked.check());
    Ok(bound.serve(Arc::new(service), shutdown).await)
}
