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

/// So many that are strangers no more may stand in the queue, beside as many as there are strangers. What is kept of a connection
/// keeps all of its memory, about 9 KB, also when it has ended.
const FORGOTTEN_LATE: usize = 16;

/// The connections that have sent no review yet, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    queue: VecDeque<(Standing, AbortHandle)>,
    /// How many were left when all of them were looked at.
    left: usize,
}

impl Strangers {
    /// Adds a connection that was just accepted.
    pub(super) fn add(&mut self, standing: Standing, connection: AbortHandle) {
        self.queue.push_back((standing, connection));
        // Those behind the first ones end, too. All are looked at each time that their number has doubled, so that under a flood a
        // connection costs no more than a few looks.
        if self.queue.len() > 2 * self.left + FORGOTTEN_LATE {
            self.queue.retain(is_stranger);
            self.left = self.queue.len();
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

#[cfg(test)]
mod tests {
    use std::future;

    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test]
    async fn the_oldest_that_sent_nothing_gives_way() {
        let (mut connections, mut strangers) = (JoinSet::new(), Strangers::default());
        let standings = [Standing::default(), Standing::default(), Standing::default()];
        for standing in &standings {
            strangers.add(standing.clone(), connections.spawn(future::pending::<()>()));
        }
        standings[0].prove();
        assert!(strangers.evict() && strangers.evict() && !strangers.evict());
        for _ in 0..2 {
            assert!(connections.join_next().await.unwrap().unwrap_err().is_cancelled());
        }
        assert_eq!(connections.len(), 1, "the one that sent a review stays");
    }

    #[tokio::test]
    async fn those_that_ended_are_forgotten_also_behind_one_that_stays() {
        let (mut connections, mut strangers) = (JoinSet::new(), Strangers::default());
        strangers.add(Standing::default(), connections.spawn(future::pending::<()>()));
        for _ in 0..1000 {
            strangers.add(Standing::default(), connections.spawn(async {}));
            connections.join_next().await.unwrap().unwrap();
        }
        assert!(strangers.queue.len() <= 2 + FORGOTTEN_LATE, "{}", strangers.queue.len());
        assert!(strangers.evict());
    }
}
