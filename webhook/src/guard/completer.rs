//! Completes the guard where somebody else makes the certificates: only the rules are added, and what is trusted stays theirs.

use std::{sync::Arc, time::Duration};

use tokio::time;

use super::{Fares, Guard, Trust, probe, report::Report};
use crate::{asking::AskingError, certs::Served, clock::Clock, metrics::Metrics};

/// Looks at the guard again and again.
pub(crate) struct Completer {
    guard: Guard,
    served: Served,
    clock: Clock,
    metrics: Arc<Metrics>,
    report: Report,
}

impl Completer {
    pub(crate) fn new(guard: Guard, served: Served, clock: Clock, metrics: Arc<Metrics>) -> Self {
        Self { guard, served, clock, report: Report::new(Arc::clone(&metrics)), metrics }
    }

    /// What it tells.
    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    /// Looks every `interval`, for ever. Replicas do so side by side: they write the same.
    pub(crate) async fn run(mut self, interval: Duration) {
        loop {
            let fares = self.look().await;
            self.metrics.authority().round(fares.is_ok());
            self.report.is(&fares);
            time::sleep(interval).await;
        }
    }

    async fn look(&mut self) -> Result<Option<Fares>, AskingError> {
        let Some(found) = self.guard.read().await? else { return Ok(None) };
        let served = self.served.now();
        if !found.bundle.is_empty()
            && let Err(why) = probe::takes(&found.bundle, served.chain(), &found.address.host, self.clock.now())
        {
            let why = format!("its caBundle does not vouch for the certificate of the files: {why}");
            return Ok(Some(Fares::Lacks(why)));
        }
        self.guard.complete(&found, Trust::Foreign).await.map(Some)
    }
}
