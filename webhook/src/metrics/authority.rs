//! What is counted of the webhook's own certificate authority and of the guard that it completes.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

use super::series;
use crate::{asking::AskingError, authority::Material};

/// What is counted of the webhook's own certificate authority and of the guard.
#[derive(Debug)]
pub struct AuthorityMetrics {
    rounds: [Counter; 2],
    /// By object, and by how it ended.
    writes: [[Counter; 3]; 2],
    lease_is_held: Gauge,
    not_after: Gauge,
    trusted: Gauge,
    guard_is_complete: Gauge,
}

/// What the webhook writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// The Secret that keeps the authority.
    Secret,
    /// The configuration of the guard.
    Configuration,
}

impl AuthorityMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let rounds = series::one_of(
            registry,
            "authority_rounds",
            "Looks at the Secret and at the guard that are the webhook's own",
            "result",
            ["success", "failure"],
        );
        let labels = ["secret", "configuration"];
        let labels = labels
            .map(|object| ["success", "conflict", "failure"].map(|result| [("object", object), ("result", result)]));
        let [secret, configuration] = labels;
        let all = [secret[0], secret[1], secret[2], configuration[0], configuration[1], configuration[2]];
        let help = "Writes of the Secret that keeps the authority, and of the guard's configuration";
        let [a, b, c, d, e, f] = series::family(registry, "authority_writes", help, all);
        let lease_is_held = series::gauge(registry, "lease_is_held", "1 while this replica renews the certificates");
        let not_after = series::gauge(
            registry,
            "authority_not_after_timestamp_seconds",
            "The last second in which the webhook's own CA is valid; 0 where it has none",
        );
        let trusted = series::gauge(registry, "authority_trusted", "CAs of which certificates may still be served");
        let guard_is_complete = series::gauge(
            registry,
            "guard_is_complete",
            "1 while the API server asks about every update of a cluster and trusts the webhook's CA; as far as it was seen",
        );
        Self { rounds, writes: [[a, b, c], [d, e, f]], lease_is_held, not_after, trusted, guard_is_complete }
    }

    /// Counts a look.
    pub(crate) fn round(&self, is_success: bool) {
        self.rounds[usize::from(!is_success)].inc();
    }

    /// Counts a write.
    pub(crate) fn wrote<T>(&self, object: Object, result: &Result<T, AskingError>) {
        let result = match result {
            Ok(_) => 0,
            Err(AskingError::Outrun { .. } | AskingError::Owned { .. }) => 1,
            Err(_) => 2,
        };
        self.writes[object as usize][result].inc();
    }

    /// Notes whether this replica holds the Lease.
    pub(crate) fn lease_is_held(&self, is_held: bool) {
        self.lease_is_held.set(i64::from(is_held));
    }

    /// Notes what is kept.
    pub(crate) fn keeps(&self, material: &Material) {
        let validity = material.signer.as_ref().and_then(|it| it.validity());
        self.not_after.set(validity.map_or(0, |it| it.not_after()));
        self.trusted.set(i64::try_from(material.trusted.len()).unwrap_or(i64::MAX));
    }

    /// Notes whether the guard guards.
    pub(crate) fn guard_is_complete(&self, is_complete: bool) {
        self.guard_is_complete.set(i64::from(is_complete));
    }
}
