//! What happens on one connection: whether it asked yet, what is in work, and since when nothing is.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use hyper::Version;
use tokio::{sync::Notify, time::Instant};

use crate::limits::Limits;

/// What happens on one connection.
#[derive(Debug)]
pub(super) struct Activity {
    pub(super) opened: Instant,
    has_asked: AtomicBool,
    in_work: AtomicUsize,
    last: Mutex<Instant>,
    leave: Notify,
}

/// A request that is in work until this is dropped.
#[derive(Debug)]
pub(super) struct InWork<'a>(&'a Activity);

/// What is to be done with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing, until then.
    Look(Instant),
    /// It should take no further request.
    Leave,
    /// It should end, whatever is open on it.
    Drop,
}

impl Activity {
    pub(super) fn new() -> Self {
        let opened = Instant::now();
        Self {
            opened,
            has_asked: AtomicBool::new(false),
            in_work: AtomicUsize::new(0),
            last: Mutex::new(opened),
            leave: Notify::new(),
        }
    }

    /// A request came.
    pub(super) fn begin(&self) -> InWork<'_> {
        self.has_asked.store(true, Ordering::Relaxed);
        self.in_work.fetch_add(1, Ordering::Relaxed);
        self.touch();
        InWork(self)
    }

    /// Whether any request came.
    pub(super) fn has_asked(&self) -> bool {
        self.has_asked.load(Ordering::Relaxed)
    }

    /// Whether a request is in work.
    fn is_at_work(&self) -> bool {
        self.in_work.load(Ordering::Relaxed) > 0
    }

    /// When a request last came or ended.
    fn last(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes [`Self::should_leave`] return, also when it is called only later.
    pub(super) fn ask_to_leave(&self) {
        self.leave.notify_one();
    }

    /// Waits until the connection should take no further request.
    pub(super) async fn should_leave(&self) {
        self.leave.notified().await;
    }

    /// What is to be done with the connection at a time, when it was asked to leave at `left`.
    ///
    /// One that is idle leaves. Only HTTP/2 can be told to leave for its age without a request getting lost on its way; HTTP/1.1
    /// then leaves behind an answer. Neither may stay when its answers are not taken.
    pub(super) fn next(&self, limits: &Limits, version: Version, left: Option<Instant>, now: Instant) -> Next {
        let idle = self.last() + limits.idle;
        let end = left.unwrap_or(idle) + limits.body;
        if now >= end {
            return Next::Drop;
        }
        if left.is_some() || !self.has_asked() {
            return Next::Look(end.min(now + limits.idle));
        }
        let old = (version == Version::HTTP_2).then(|| self.opened + limits.connection_age);
        if old.is_some_and(|old| now >= old) || (now >= idle && !self.is_at_work()) {
            return Next::Leave;
        }
        let next = if now >= idle { now + limits.idle } else { idle };
        Next::Look(end.min(next).min(old.unwrap_or(next)))
    }

    fn touch(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

impl Drop for InWork<'_> {
    fn drop(&mut self) {
        self.0.touch();
        self.0.in_work.fetch_sub(1, Ordering::Relaxed);
    }
}
