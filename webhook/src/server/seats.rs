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
#[derive(Debug)]
pub(super) struct Strangers {
    queue: VecDeque<(Standing, AbortHandle)>,
    longest: usize,
}

impl Strangers {
    /// The strangers among so many connections.
    pub(super) fn among(connections: usize) -> Self {
        Self { queue: VecDeque::new(), longest: 2 * connections + 64 }
    }

    /// Adds a connection that was just accepted.
    pub(super) fn add(&mut self, standing: Standing, connection: AbortHandle) {
        self.queue.push_back((standing, connection));
        // Those behind the first ones end, too, and what is kept of them keeps their memory. To look at all of them is worth it
        // only now and then.
        if self.queue.len() > self.longest {
            self.queue.retain(is_stranger);
        }
    }

    /// Whether there is one that could give way.
    pub(super) fn is_any_left(&mut self) -> bool {
        self.forget();
        !self.queue.is_empty()
    }

    /// Ends the oldest one.
    pub(super) fn evict(&mut self) -> bool {
        self.forget();
        let Some((_, connection)) = self.queue.pop_front() else { return false };
        connection.abort();
        true
    }

    /// Drops those at the front that ended or have proven themselves.
    fn forget(&mut self) {
        while self.queue.pop_front_if(|it| !is_stranger(it)).is_some() {}
    }
}

fn is_stranger((standing, connection): &(Standing, AbortHandle)) -> bool {
    !standing.is_proven() && !connection.is_finished()
}
