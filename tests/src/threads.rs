//! Questions to programs that are slow to start, several at a time.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many are asked at a time.
const THREADS: usize = 4;

/// The answer to each item, in their order.
///
/// # Panics
/// When an answer panics.
pub fn each<I: Sync, A: Send>(items: &[I], answer: impl Fn(&I) -> A + Sync) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut answers = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return answers };
            answers.push((index, answer(item)));
        }
    };
    let mut answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let joined = threads.into_iter().map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.flatten().collect()
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
