//! A clock that goes one second further each time it is asked, so that every run has the same times.

use jiff::Timestamp;

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

#[derive(Debug, Default)]
pub(super) struct Clock {
    asked: i64,
}

impl Clock {
    /// The next second, as RFC 3339.
    pub(super) fn now(&mut self) -> String {
        self.asked += 1;
        Timestamp::from_second(START + self.asked).map_or_else(|_| String::new(), |time| time.to_string())
    }
}
