//! One timer of a connection that its requests use one after the other.
//!
//! A timer that is made for each request is put into the runtime's list and taken out of it under a lock, and often wakes a thread
//! that sleeps until an earlier one. One that is only put off costs neither.

use std::{
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use tokio::time::{self, Instant, Sleep};

/// The timer while nobody uses it.
#[derive(Debug, Default)]
pub(crate) struct Alarms(Mutex<Option<Pin<Box<Sleep>>>>);

/// The timer, set, until this is dropped.
#[derive(Debug)]
pub(crate) struct Alarm<'a> {
    alarms: &'a Alarms,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarms {
    /// Sets the timer. A second one is made while the first is in use.
    pub(crate) fn at(&self, deadline: Instant) -> Alarm<'_> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let sleep = match kept {
            Some(mut sleep) => {
                sleep.as_mut().reset(deadline);
                sleep
            }
            None => Box::pin(time::sleep_until(deadline)),
        };
        Alarm { alarms: self, sleep: Some(sleep) }
    }
}

impl Alarm<'_> {
    /// Waits until the time is up.
    pub(crate) async fn rings(&mut self) {
        if let Some(sleep) = &mut self.sleep {
            sleep.as_mut().await;
        }
    }
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        *self.alarms.0.lock().unwrap_or_else(PoisonError::into_inner) = self.sleep.take();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    /// Waits for an alarm; it may not ring early, and that it rings at all is what ends the test.
    async fn rings(alarms: &Alarms, milliseconds: u64) {
        let deadline = Instant::now() + Duration::from_millis(milliseconds);
        alarms.at(deadline).rings().await;
        assert!(Instant::now() >= deadline, "{milliseconds} ms were not over");
    }

    #[tokio::test]
    async fn it_rings_at_its_time_however_it_was_set_before() {
        let alarms = Alarms::default();
        for milliseconds in [30, 10, 50, 50, 20] {
            drop(alarms.at(Instant::now() + HOUR));
            rings(&alarms, milliseconds).await;
        }
    }

    #[tokio::test]
    async fn two_at_once_do_not_set_each_other() {
        let alarms = Alarms::default();
        let mut long = alarms.at(Instant::now() + HOUR);
        rings(&alarms, 10).await;
        let mut long = std::pin::pin!(long.rings());
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(long.as_mut().poll(cx).is_pending())).await);
    }
}
