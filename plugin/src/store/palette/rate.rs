//! Keeps the rate that Palette allows.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Requests a second from one source address: Palette's API introduction.
const PER_SECOND: u32 = 10;
/// How many are sent at once after a pause. By the same page it may be 50; what arrives sooner than it was sent apart, and
/// others at the same address, have the rest.
const BURST: u32 = 40;

/// A bucket of tokens, one for each request. It speaks for this process: others at the same address have the same bucket at
/// Palette, whose refusals are waited out.
pub(super) struct Rate {
    /// When the bucket would be full again.
    full_at: Mutex<Instant>,
}

impl Rate {
    pub(super) fn new() -> Self {
        Self { full_at: Mutex::new(Instant::now()) }
    }

    /// Waits until a request may be sent.
    pub(super) async fn admit(&self) {
        let until = self.next(Instant::now());
        tokio::time::sleep_until(until).await;
    }

    /// Palette found the bucket empty: so it is, and fills from here on.
    pub(super) fn is_exhausted(&self) {
        let full = Instant::now() + Duration::from_secs(1) / PER_SECOND * BURST;
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        *full_at = (*full_at).max(full);
    }

    /// When a request that is asked for at `now` may be sent; it counts as sent from here on.
    fn next(&self, now: Instant) -> Instant {
        let a_token = Duration::from_secs(1) / PER_SECOND;
        // Nobody panics while the lock is held.
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        *full_at = (*full_at).max(now) + a_token;
        let full = a_token * BURST;
        full_at.checked_sub(full).map_or(now, |free| free.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_burst_goes_out_at_once_and_what_follows_at_the_rate() {
        let (rate, now) = (Rate::new(), Instant::now() + Duration::from_secs(3600));
        let waits: Vec<_> = (0..60).map(|_| rate.next(now).duration_since(now).as_millis()).collect();
        assert_eq!((waits[0], waits[39], waits[40], waits[59]), (0, 0, 100, 2000));
        // A pause fills it again.
        let later = now + Duration::from_secs(60);
        assert_eq!(rate.next(later), later);
    }
}
