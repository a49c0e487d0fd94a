//! Keeps the authority: looks again and again at the Secret, at the Lease and at the guard, and does what comes next.
//!
//! Every replica serves what the Secret holds; the one that holds the Lease renews it and completes the guard. What the API
//! server does not answer changes nothing: what is served is served on.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::time;
use tracing::{info, warn};

use super::{
    AuthorityError, Lifetimes,
    lease::{Holding, RENEWAL},
    material::Material,
    plan::{self, Step},
    serving::Serving,
    settled::Settled,
    store::{Kept, Store},
    told::Told,
};
use crate::{
    asking::AskingError,
    clock::Clock,
    guard::{Fares, Found, Guard, Trust, probe, report::Report},
    metrics::{Metrics, Object},
    readiness::Finding,
    shutdown::Shutdown,
    trouble::Trouble,
};

/// The first pause after what did not work, or while something is waited for; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause while the guard waits for the webhook to answer at its address.
const COMPLETING: Duration = Duration::from_secs(1);
/// The most certificates that are taken over from what the API server trusts.
const ADOPTED: usize = 8;

/// What a keeper works with.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) holding: Holding,
    pub(crate) guard: Guard,
    pub(crate) serving: Serving,
    pub(crate) lifetimes: Lifetimes,
    /// What the certificate is for while no guard says so.
    pub(crate) host: String,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
}

/// Keeps the authority.
pub(crate) struct Keeper {
    parts: Parts,
    settled: Settled,
    told: Told,
    report: Report,
    kept: Trouble,
    held: Trouble,
    spoiled: BTreeSet<&'static str>,
    /// The host that the API server asks, as it was seen last.
    asked: Option<String>,
    /// When the Lease was looked at last.
    held_at: Option<Instant>,
}

/// Why a round came to nothing.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Asking(#[from] AskingError),
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

/// How soon to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// All is well.
    Steady,
    /// The guard waits for the webhook to answer.
    Completing,
    /// It failed, or there is nothing to serve yet.
    Waiting,
}

impl Keeper {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            told: Told::new(parts.serving.served(), parts.clock.clone()),
            report: Report::new(Arc::clone(&parts.metrics)),
            settled: Settled::default(),
            kept: Trouble::of("the webhook's own certificate"),
            held: Trouble::of("the lease"),
            spoiled: BTreeSet::new(),
            asked: None,
            held_at: None,
            parts,
        }
    }

    /// What readiness tells of the certificate.
    pub(crate) fn told(&self) -> Told {
        self.told.clone()
    }

    /// What is told of the guard.
    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    /// Looks every `interval` until the end begins, and then gives up the Lease.
    pub(crate) async fn run(mut self, interval: Duration, mut shutdown: Shutdown) {
        tokio::select! {
            biased;
            () = shutdown.draining() => {}
            () = self.keep(interval) => {}
        }
        if let Err(error) = self.parts.holding.release().await {
            warn!("the lease is not given up, so that others wait for its end: {error}");
        }
    }

    async fn keep(&mut self, interval: Duration) {
        let (mut pause, mut looked) = (FIRST_PAUSE, None);
        loop {
            if self.held_at.is_none_or(|at| at.elapsed() >= RENEWAL) {
                self.hold().await;
            }
            let is_due = looked.is_none_or(|(at, wait): (Instant, Duration)| at.elapsed() >= wait);
            if is_due {
                let wait = match self.look().await {
                    Pace::Steady => interval,
                    Pace::Completing => interval.min(COMPLETING),
                    Pace::Waiting => {
                        pause = interval.min(pause * 2);
                        pause
                    }
                };
                if wait == interval {
                    pause = FIRST_PAUSE;
                }
                looked = Some((Instant::now(), wait));
            }
            let wait = looked.map_or(interval, |(at, wait)| wait.saturating_sub(at.elapsed()));
            // The Lease is renewed at its own pace, however seldom all else is looked at.
            time::sleep(wait.min(RENEWAL)).await;
        }
    }

    /// Renews the Lease or takes it, where that is due.
    async fn hold(&mut self) {
        let wall = Timestamp::try_from(self.parts.clock.now()).unwrap_or(Timestamp::UNIX_EPOCH);
        let step = self.parts.holding.step(Instant::now(), wall).await;
        // What failed is tried again as soon as anything is.
        self.held_at = step.is_ok().then(Instant::now);
        self.held.is(step.err().map(|error| error.to_string()));
        self.parts.metrics.authority().lease_is_held(self.parts.holding.is_held(Instant::now()));
    }

    /// Looks at everything once.
    async fn look(&mut self) -> Pace {
        let now = self.parts.clock.now();
        let clients = self.parts.serving.look_at_clients();
        let found = self.parts.guard.read().await;
        if let Ok(found) = &found {
            let bundle = found.as_ref().map(|it| it.bundle.as_slice()).unwrap_or_default();
            self.settled.saw(bundle, Instant::now());
            self.asked = found.as_ref().map(|it| it.address.host.clone());
        }
        let round = self.round(found.as_ref().ok().and_then(Option::as_ref), now).await;
        self.parts.metrics.authority().round(round.is_ok() && found.is_ok());
        // What is served comes first: the guard is completed where it answers.
        self.serve_and_tell(&round, clients, now);
        let fares = match (found, &round) {
            (Err(error), _) => Err(error),
            (Ok(None), _) => Ok(None),
            (Ok(Some(found)), Ok(material)) => self.complete(&found, material).await.map(Some),
            (Ok(Some(found)), Err(_)) => Ok(Some(Guard::fares(&found, Trust::Foreign))),
        };
        self.report.is(&fares);
        match (&round, &fares) {
            (Err(_), _) => Pace::Waiting,
            _ if self.parts.serving.leaf().is_none() => Pace::Waiting,
            (_, Ok(Some(Fares::Lacks(_)))) => Pace::Completing,
            _ => Pace::Steady,
        }
    }

    /// Looks at the Secret, does what comes next where this replica is the one, and serves what is kept.
    async fn round(&mut self, found: Option<&Found>, now: SystemTime) -> Result<Material, RoundError> {
        let mut kept = self.parts.store.read().await?;
        self.tell_spoiled(&kept);
        if self.parts.holding.is_held(Instant::now()) {
            kept = self.advance(kept, found, now).await?;
        }
        self.parts.metrics.authority().keeps(&kept.material);
        Ok(kept.material)
    }

    async fn advance(&mut self, kept: Kept, found: Option<&Found>, now: SystemTime) -> Result<Kept, RoundError> {
        let lifetimes = self.parts.lifetimes;
        let from = self.adopt(&kept.material);
        let names = self.names(&kept.material, found);
        let trusted = self.settled.since(lifetimes.settling(), Instant::now());
        let Step::Write(material) = plan::next(&from, &trusted, &names, now, &lifetimes)? else { return Ok(kept) };
        let changes = changes(&kept.material, &material);
        let written = self.parts.store.write(kept, &material).await;
        self.parts.metrics.authority().wrote(Object::Secret, &written);
        let written = written?;
        info!(secret = self.parts.store.what(), trusted = material.trusted.len(), "{changes}");
        Ok(written)
    }

    /// What is kept; where the authority is lost, with what the API server trusts: certificates of the lost one may still be
    /// served, and so may those of files that were served before.
    fn adopt(&self, kept: &Material) -> Material {
        let mut material = kept.clone();
        if material.signer.is_none() || material.trusted.is_empty() {
            for certificate in self.settled.since(Duration::ZERO, Instant::now()).into_iter().take(ADOPTED) {
                if !material.trusted.contains(&certificate) {
                    material.trusted.push(certificate);
                }
            }
        }
        material
    }

    /// What the certificate is to be for: the host that the API server asks. Without a guard it stays as it is.
    fn names(&self, kept: &Material, found: Option<&Found>) -> Vec<String> {
        let before = || kept.leaf.as_ref().map(|leaf| leaf.names()).filter(|it| !it.is_empty());
        let found = found.map(|it| vec![it.address.host.clone()]);
        found.or_else(before).unwrap_or_else(|| vec![self.parts.host.clone()])
    }

    async fn complete(&mut self, found: &Found, material: &Material) -> Result<Fares, AskingError> {
        let trust = Trust::Own(&material.trusted);
        if self.parts.holding.is_held(Instant::now()) {
            self.parts.guard.complete(found, trust).await
        } else {
            Ok(Guard::fares(found, trust))
        }
    }

    /// Serves what is kept, if it is new; but not what the API server would refuse while it takes what is served.
    fn serve(&mut self, material: &Material, now: SystemTime) -> Finding {
        let Some(leaf) = &material.leaf else {
            let what = self.parts.store.what();
            return match self.parts.serving.leaf() {
                Some(_) => Finding::HoldsBut(format!("{what} holds none, and what was served before is served on")),
                None => {
                    Finding::Fails(format!("there is no certificate yet: the holder of the Lease makes it in {what}"))
                }
            };
        };
        if self.parts.serving.leaf() == Some(leaf) {
            return Finding::Holds;
        }
        if self.has_to_wait(material, now) {
            return Finding::HoldsBut("a newer one waits until the API server trusts its CA".to_owned());
        }
        match self.parts.serving.take(leaf, now) {
            Ok(()) => Finding::Holds,
            Err(why) if self.parts.serving.leaf().is_some() => {
                Finding::HoldsBut(format!("the newest good one is served, because the newest cannot be: {why}"))
            }
            Err(why) => Finding::Fails(format!("the only certificate cannot be served: {why}")),
        }
    }

    fn has_to_wait(&self, material: &Material, now: SystemTime) -> bool {
        let Some(served) = self.parts.serving.good(now) else { return false };
        let Some(host) = &self.asked else { return false };
        let Some(signer) = material.signer.as_ref().and_then(|it| super::ca::der(&it.certificate)) else {
            return false;
        };
        let at = Instant::now();
        let is_taken = |trusted: &[CertificateDer<'_>]| probe::takes(trusted, served, host, now).is_ok();
        is_taken(&self.settled.since(Duration::ZERO, at))
            && !self.settled.since(self.parts.lifetimes.settling(), at).contains(&signer)
    }

    fn tell_spoiled(&mut self, kept: &Kept) {
        let spoiled: BTreeSet<_> = kept.spoiled.iter().copied().collect();
        if !spoiled.is_empty() && spoiled != self.spoiled {
            let keys = kept.spoiled.join(", ");
            warn!(secret = self.parts.store.what(), keys, "what stands there cannot be used, and is made anew");
        }
        self.spoiled = spoiled;
    }

    /// Serves what came of a round, and tells how that is.
    fn serve_and_tell(&mut self, round: &Result<Material, RoundError>, clients: Option<String>, now: SystemTime) {
        let finding = match round {
            Ok(material) => self.serve(material, now),
            Err(error) if self.parts.serving.leaf().is_some() => {
                Finding::HoldsBut(format!("what was served before is served on, because {error}"))
            }
            Err(error) => Finding::Fails(format!("there is no certificate yet: {error}")),
        };
        let finding = match (finding, clients) {
            (Finding::Holds, Some(problem)) => Finding::HoldsBut(problem),
            (finding, _) => finding,
        };
        self.parts.metrics.certificate_is_current(finding == Finding::Holds);
        self.told.newest(finding);
        // Somebody who was faster is no trouble.
        let error = round.as_ref().err().filter(|it| !matches!(it, RoundError::Asking(AskingError::Outrun { .. })));
        self.kept.is(error.map(ToString::to_string));
    }
}

/// What a step does, in words.
fn changes(before: &Material, after: &Material) -> String {
    let mut parts = Vec::new();
    if before.signer != after.signer {
        parts.push(if before.signer.is_none() { "a CA of its own is made" } else { "the next CA signs from now on" });
    }
    if after.next.is_some() && before.next != after.next {
        parts.push("the next CA is made and to be trusted");
    }
    if before.leaf != after.leaf {
        parts.push("a certificate is signed");
    }
    if after.trusted.len() < before.trusted.len() {
        parts.push("a CA is trusted no more");
    }
    if parts.is_empty() { "what is kept is set right".to_owned() } else { parts.join("; ") }
}
