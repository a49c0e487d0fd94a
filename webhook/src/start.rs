//! Starts the webhook: flags, log, certificate, sockets, signals.

use std::{
    ffi::OsString,
    io,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Parser;
use jiff::Timestamp;
use thiserror::Error;
use tokio::time;
use tracing::{error, info};

use crate::{
    admission,
    args::Args,
    clock::Clock,
    descriptors,
    limits::Limits,
    log,
    metrics::Metrics,
    server::{BindError, Bound, Ending},
    service::Service,
    settings::SettingsError,
    shutdown::Shutdown,
    source::{Source, SourceError},
};

/// Time to give up the Lease when everything else has ended.
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Debug, Error)]
enum StartError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Source(#[from] SourceError),
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
    panic::set_hook(Box::new(log::panicked));
    let code = code_of(|| start(args));
    log.flush();
    code
}

/// How the program ends by how its work did. A panic ends it, too, but not before its line is written.
fn code_of(work: impl FnOnce() -> Result<Ending, StartError>) -> ExitCode {
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(Ending::Drained)) => ExitCode::SUCCESS,
        Ok(Ok(Ending::Cut)) => {
            error!("connections were cut off before their answer");
            ExitCode::FAILURE
        }
        Ok(Err(problem)) => {
            error!("{problem}");
            ExitCode::FAILURE
        }
        Err(_) => ExitCode::FAILURE,
    }
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
    let source = Source::open(&args, clock.clone(), Arc::clone(&metrics)).await?;
    let (current, reloader) = settings.open()?;
    metrics.config().starts_with(&current.status().hash);
    // Signals are listened to before the ports open, so that none is lost in between.
    let shutdown = Shutdown::on_signals().map_err(StartError::Signals)?;
    let bound = Bound::bind(source.served(), args.listen, args.health_listen).await?;
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
    let interval = limits.reload;
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
    let (service, keeping) = source.start(service, interval, &shutdown);
    let service = service.with_check(move || checked.check());
    let ending = bound.serve(Arc::new(service), shutdown).await;
    if let Some(keeping) = keeping {
        // It has a Lease to give up, for which nobody has to wait long.
        let _ = time::timeout(FAREWELL, keeping).await;
    }
    Ok(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_comes_back_as_a_failure_so_that_the_log_is_written() {
        assert_eq!(code_of(|| panic!("a bug that this test made")), ExitCode::FAILURE);
        assert_eq!(code_of(|| Ok(Ending::Drained)), ExitCode::SUCCESS);
        assert_eq!(code_of(|| Ok(Ending::Cut)), ExitCode::FAILURE);
    }
}
