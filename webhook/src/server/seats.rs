//! Decides who stays when there are more connections than may be open at once.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::task::AbortHandle;

/// What a connection has shown of itself: nothing, or that it sends reviews.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing(Arc<AtomicBool>);

impl Standing {
    /// The connection sent a review that was decided.
    pub(super) fn prove(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it did.
    pub(super) fn is_proven(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The connections that have sent no review yet, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Strangers(VecDeque<(Standing, AbortHandle)>);

impl Strangers {
    /// Adds a connection that was just accepted.
    pub(super) fn add(&mut self, standing: Standing, connection: AbortHandle) {
        self.forget();
        self.0.push_back((standing, connection));
    }

    /// Whether there is one that could give way.
    pub(super) fn is_any_left(&mut self) -> bool {
        self.forget();
        !self.0.is_empty()
    }

    /// Ends the oldest one.
    pub(super) fn evict(&mut self) -> bool {
        self.forget();
        let Some((_, connection)) = self.0.pop_front() else { return false };
        connection.abort();
        true
    }

    /// Drops those at the front that ended or have proven themselves. Those behind are dropped in their turn: what is kept of
    /// one is small, and it is forgotten at the latest when it is too old to have sent nothing.
    fn forget(&mut self) {
        while self.0.front().is_some_and(|(standing, connection)| standing.is_proven() || connection.is_finished()) {
            self.0.pop_front();
        }
    }
}
