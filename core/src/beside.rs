//! Does two pieces of work at the same time.

use std::thread::{Builder, ScopedJoinHandle};

/// Bytes of a text above which a thread costs less than it saves.
pub(crate) const LARGE: usize = 32 * 1024;

/// What both come to; the first is done on a thread of its own where one is to be had. A thread remembers no texts, so that
/// what the rest of a comparison reads again belongs into the second.
pub(crate) fn beside<T: Send, U>(first: impl Fn() -> T + Sync, second: impl FnOnce() -> U) -> (T, U) {
    std::thread::scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, &first).ok();
        let second = second();
        let first = match thread.map(ScopedJoinHandle::join) {
            None => first(),
            Some(Ok(first)) => first,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        };
        (first, second)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_and_a_panic_of_either_is_one_of_the_whole() {
        assert_eq!(beside(|| 1, || "two"), (1, "two"));
        assert!(std::panic::catch_unwind(|| beside(|| panic!("first"), || ())).is_err());
        assert!(std::panic::catch_unwind(|| beside(|| (), || panic!("second"))).is_err());
    }
}
