//! Bounds the reviews that are decided, that wait, and that one connection may send at once.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{self, Instant},
};

use crate::{
    alarm::{Alarm, Alarms},
    limits::Limits,
    metrics::Refusal,
};

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Load {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// The right to decide one review, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _turn: OwnedSemaphorePermit,
}

impl Load {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { turns: Arc::new(Semaphore::new(limits.reviews)), places: Arc::new(Semaphore::new(limits.waiting)) }
    }

    /// Waits for a turn, but not behind a full queue and not past `deadline`.
    pub(crate) async fn turn(&self, deadline: Instant) -> Result<Turn, Refusal> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(Turn { _turn: turn });
        }
        let _place = self.places.try_acquire().map_err(|_| Refusal::Queue)?;
        match time::timeout_at(deadline, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(Turn { _turn: turn }),
            _ => Err(Refusal::Turn),
        }
    }
}

/// Who is at the other end of a connection, and how much it may ask at once.
#[derive(Debug)]
pub(crate) struct Peer {
    reviews: Arc<Semaphore>,
    may_ask: bool,
    alarms: Alarms,
}

impl Peer {
    pub(crate) fn new(limits: &Limits, may_ask: bool) -> Self {
        let reviews = Arc::new(Semaphore::new(limits.reviews_per_connection));
        Self { reviews, may_ask, alarms: Alarms::default() }
    }

    /// Whether it may ask for a decision at all.
    pub(crate) fn may_ask(&self) -> bool {
        self.may_ask
    }

    /// One of the reviews that it may have in work at once, until it is dropped.
    pub(crate) fn begin(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.reviews).try_acquire_owned().map_err(|_| Refusal::Connection)
    }
    /// A timer for one of its reviews.
    pub(crate) fn alarm(&self, deadline: Instant) -> Alarm<'_> {
        self.alarms.at(deadline)
    }
}
