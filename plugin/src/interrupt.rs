//! Hears the user's interrupt, and holds it off while something must come to its end.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::error::{Error, Kind};

/// How many parts of the program hear interrupts for themselves.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// Whether anything was sent that changes something.
static HAS_WRITTEN: AtomicBool = AtomicBool::new(false);

/// Whether a record was made that tells of the change.
static HAS_RECORDED: AtomicBool = AtomicBool::new(false);

/// Remembers that a change is recorded from here on.
pub(crate) fn records() {
    HAS_RECORDED.store(true, Ordering::SeqCst);
    writes();
}

/// Remembers that something may be changed from here on.
pub(crate) fn writes() {
    HAS_WRITTEN.store(true, Ordering::SeqCst);
}

/// What is told of the work that an interrupt ended.
pub(crate) fn left() -> &'static str {
    match (HAS_RECORDED.load(Ordering::SeqCst), HAS_WRITTEN.load(Ordering::SeqCst)) {
        (true, _) => "a change that was under way is recorded, and told by `kubectl profile history`",
        (false, true) => "whether a write that was under way was made is shown by `kubectl profile status`",
        (false, false) => "nothing was written",
    }
}

/// While it lives an interrupt does not end the program: whoever holds it listens with [`heard`].
pub(crate) struct Hold(());

/// Holds interrupts off.
pub(crate) fn hold() -> Hold {
    HELD.fetch_add(1, Ordering::SeqCst);
    Hold(())
}

impl Drop for Hold {
    fn drop(&mut self) {
        HELD.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether somebody hears interrupts for themselves.
pub(crate) fn is_held() -> bool {
    HELD.load(Ordering::SeqCst) > 0
}

/// Ends with the next interrupt; never where none can be heard.
pub(crate) async fn heard() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Does work that an interrupt ends, too, with a sentence about what may stand then.
pub(crate) async fn or_left<T>(work: impl Future<Output = Result<T, Error>>, left: &str) -> Result<T, Error> {
    let _hold = hold();
    tokio::select! {
        biased;
        ended = work => ended,
        () = heard() => Err(Error::new(Kind::Interrupted, "interrupted").hint(left)),
    }
}
