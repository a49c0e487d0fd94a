//! A token bucket.

use std::time::Instant;

/// How many requests a client may send.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    /// How many tokens come back each second.
    pub per_second: f64,
    /// How many there can be at once.
    pub burst: u32,
}

/// The tokens that are left.
#[derive(Debug)]
pub(crate) struct Bucket {
    limit: RateLimit,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub(crate) fn new(limit: RateLimit, now: Instant) -> Self {
        Self { limit, tokens: f64::from(limit.burst), filled: now }
    }

    /// Takes a token; false where there is none.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.limit.per_second).min(f64::from(self.limit.burst));
        self.filled = now;
        let is_left = self.tokens >= 1.0;
        if is_left {
            self.tokens -= 1.0;
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_empties_the_bucket_and_time_fills_it() {
        let start = Instant::now();
        let mut bucket = Bucket::new(RateLimit { per_second: 2.0, burst: 3 }, start);
        let taken: Vec<bool> = (0..4).map(|_| bucket.take(start)).collect();
        assert_eq!(taken, [true, true, true, false]);
        let later = start + Duration::from_secs(1);
        let taken: Vec<bool> = (0..3).map(|_| bucket.take(later)).collect();
        assert_eq!(taken, [true, true, false]);
    }
}
