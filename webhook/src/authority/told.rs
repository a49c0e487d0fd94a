//! What readiness tells of the webhook's own certificate.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    certs::Served,
    clock::Clock,
    readiness::{Check, Finding},
};

/// What was found last. Clones see the same.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    newest: Arc<Mutex<Finding>>,
    served: Served,
    clock: Clock,
}

impl Told {
    pub(crate) fn new(served: Served, clock: Clock) -> Self {
        let newest = Finding::Fails("there is no certificate yet: the API server was not asked yet".to_owned());
        Self { newest: Arc::new(Mutex::new(newest)), served, clock }
    }

    /// Notes whether the newest one is served.
    pub(crate) fn newest(&self, finding: Finding) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = finding;
    }

    /// Whether the newest one is served.
    pub(crate) fn check_newest(&self) -> Check {
        let finding = self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Check { name: "certificate-newest", finding }
    }

    /// Whether the one that is served is valid. The clock is asked now, because time alone makes it invalid.
    pub(crate) fn check_valid(&self) -> Check {
        let validity = self.served.now().validity();
        let finding = validity.check(self.clock.now()).map_or_else(Finding::Fails, |()| Finding::Holds);
        Check { name: "certificate-valid", finding }
    }
}
