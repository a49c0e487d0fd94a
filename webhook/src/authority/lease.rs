//! The Lease by which replicas agree who renews. It saves work and is not what keeps them from harm: the Secret is written
//! only where nobody wrote it meanwhile, and each step leaves a state from which any replica may go on.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{Api, Client, api::PostParams};
use tracing::info;

use crate::asking::{AskingError, MANAGER, ask};

/// How long others wait for a holder that is silent.
const DURATION: Duration = Duration::from_secs(15);
/// Time between two renewals.
pub(crate) const RENEWAL: Duration = Duration::from_secs(5);
/// How long the holder believes that it still is, when no renewal succeeds: less than others wait.
const BELIEF: Duration = Duration::from_secs(10);

/// The Lease on the API server, and what is known of it.
pub(crate) struct Holding {
    api: Api<Lease>,
    name: String,
    what: String,
    view: View,
    renewed: Option<Instant>,
}

/// What a replica makes of a Lease.
struct View {
    /// Who this replica is: its pod, and something that no other process has.
    identity: String,
    pod: String,
    /// The last change of it, and when it was noticed. Clocks of two machines are never compared.
    seen: Option<(LeaseSpec, Instant)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It is this replica's already.
    Renew,
    /// It is nobody's, or that of one who is gone.
    Take,
    /// It is another replica's.
    Leave,
}

impl Holding {
    /// The Lease for a replica that runs in `pod`. `random` tells it from the process before it in the same pod.
    pub(crate) fn new(client: Client, namespace: &str, name: String, pod: &str, random: &str) -> Self {
        let what = format!("Lease {namespace}/{name}");
        let view = View { identity: format!("{pod}_{random}"), pod: pod.to_owned(), seen: None };
        Self { api: Api::namespaced(client, namespace), name, what, view, renewed: None }
    }

    /// Whether this replica may write. Both of two may believe so for a moment, which harms nothing.
    pub(crate) fn is_held(&self, now: Instant) -> bool {
        self.renewed.is_some_and(|it| now.saturating_duration_since(it) < BELIEF)
    }

    /// Renews it, takes it, or leaves it to its holder.
    pub(crate) async fn step(&mut self, now: Instant, wall: Timestamp) -> Result<(), AskingError> {
        let mut lease = ask(&self.what, "get", self.api.get(&self.name)).await?;
        let spec = lease.spec.take().unwrap_or_default();
        let turn = self.view.turn(&spec, now);
        if turn == Turn::Leave {
            self.lost();
            return Ok(());
        }
        lease.spec = Some(self.view.held(&spec, turn, wall));
        match ask(&self.what, "update", self.api.replace(&self.name, &params(), &lease)).await {
            Ok(_) => {
                if !self.is_held(now) {
                    info!(lease = self.name, "this replica renews the certificates from now on");
                }
                self.renewed = Some(now);
                Ok(())
            }
            // Another one was faster; the next look tells who.
            Err(AskingError::Outrun { .. }) => {
                self.lost();
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Gives it up, so that nobody has to wait for its end.
    pub(crate) async fn release(&mut self) -> Result<(), AskingError> {
        if self.renewed.take().is_none() {
            return Ok(());
        }
        let mut lease = ask(&self.what, "get", self.api.get(&self.name)).await?;
        let Some(spec) = lease.spec.as_mut().filter(|it| it.holder_identity.as_ref() == Some(&self.view.identity))
        else {
            return Ok(());
        };
        spec.holder_identity = None;
        ask(&self.what, "update", self.api.replace(&self.name, &params(), &lease)).await.map(drop)
    }

    fn lost(&mut self) {
        if self.renewed.take().is_some() {
            info!(lease = self.name, "another replica renews the certificates from now on");
        }
    }
}

impl View {
    fn turn(&mut self, spec: &LeaseSpec, now: Instant) -> Turn {
        let since = match &self.seen {
            Some((seen, since)) if seen == spec => *since,
            _ => {
                self.seen = Some((spec.clone(), now));
                now
            }
        };
        let Some(holder) = spec.holder_identity.as_deref().filter(|it| !it.is_empty()) else { return Turn::Take };
        if holder == self.identity {
            return Turn::Renew;
        }
        // A pod runs one process: the one before this is gone.
        if holder.rsplit_once('_').is_some_and(|(pod, _)| pod == self.pod) {
            return Turn::Take;
        }
        let patience = spec.lease_duration_seconds.and_then(|it| u64::try_from(it).ok()).map(Duration::from_secs);
        let is_over = now.saturating_duration_since(since) > patience.unwrap_or(DURATION);
        if is_over { Turn::Take } else { Turn::Leave }
    }

    /// The Lease as this replica holds it.
    fn held(&self, spec: &LeaseSpec, turn: Turn, wall: Timestamp) -> LeaseSpec {
        let is_taken = turn == Turn::Take;
        let transitions = spec.lease_transitions.unwrap_or_default();
        LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
            acquire_time: if is_taken { Some(MicroTime(wall)) } else { spec.acquire_time.clone() },
            renew_time: Some(MicroTime(wall)),
            lease_transitions: Some(if is_taken { transitions.saturating_add(1) } else { transitions }),
            ..spec.clone()
        }
    }
}

fn params() -> PostParams {
    PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(identity: &str) -> View {
        let pod = identity.split('_').next().unwrap().to_owned();
        View { identity: identity.to_owned(), pod, seen: None }
    }

    fn wall(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn one_that_nobody_holds_is_taken_and_then_renewed() {
        let (mut view, now) = (view("a_1"), Instant::now());
        let empty = LeaseSpec::default();
        assert_eq!(view.turn(&empty, now), Turn::Take);
        let held = view.held(&empty, Turn::Take, wall(100));
        assert_eq!((held.lease_transitions, held.lease_duration_seconds), (Some(1), Some(15)));
        assert_eq!(view.turn(&held, now), Turn::Renew);
        let renewed = view.held(&held, Turn::Renew, wall(105));
        assert_eq!((renewed.lease_transitions, &renewed.acquire_time), (Some(1), &held.acquire_time));
        assert_ne!(renewed.renew_time, held.renew_time);
    }

    #[test]
    fn one_of_another_is_taken_when_nothing_was_seen_of_it_for_long_whatever_its_clock_says() {
        let (mut mine, other, now) = (view("a_1"), view("b_2"), Instant::now());
        // The other one's clock stands in the year 1970, and then in 2100.
        let held = other.held(&LeaseSpec::default(), Turn::Take, wall(0));
        assert_eq!(mine.turn(&held, now), Turn::Leave);
        assert_eq!(mine.turn(&held, now + SECOND * 15), Turn::Leave);
        let renewed = other.held(&held, Turn::Renew, wall(4_102_444_800));
        assert_eq!(mine.turn(&renewed, now + SECOND * 15), Turn::Leave);
        assert_eq!(mine.turn(&renewed, now + SECOND * 30), Turn::Leave);
        assert_eq!(mine.turn(&renewed, now + SECOND * 31), Turn::Take);
    }

    #[test]
    fn one_of_the_process_before_in_the_same_pod_is_taken_at_once() {
        let held = view("a-b_1").held(&LeaseSpec::default(), Turn::Take, wall(0));
        assert_eq!(view("a-b_2").turn(&held, Instant::now()), Turn::Take);
        assert_eq!(view("a_2").turn(&held, Instant::now()), Turn::Leave);
    }
}
