//! Work on many things of several stores at a time.

use std::rc::Rc;

use futures_util::{Stream, StreamExt, stream};

use crate::store::Store;

/// How many contexts are read from at a time: they are servers of their own, and most of the time is the way to them.
pub(super) const CONTEXTS: usize = 64;

/// Works on `items`, `parallel` of each store and those of several stores at a time, each with its index.
pub(crate) fn at_once<'f, I: 'f, T, F: Future<Output = T> + 'f>(
    items: impl IntoIterator<Item = (&'f Rc<Store>, I)>,
    parallel: usize,
    work: impl Fn(I) -> F + Copy + 'f,
) -> impl Stream<Item = (usize, T)> + 'f {
    let mut stores: Vec<(&Rc<Store>, Vec<_>)> = Vec::new();
    for (index, (store, item)) in items.into_iter().enumerate() {
        match stores.iter_mut().find(|(known, _)| Rc::ptr_eq(known, store)) {
            Some((_, items)) => items.push((index, item)),
            None => stores.push((store, vec![(index, item)])),
        }
    }
    let of_store = move |(_, items): (&Rc<Store>, Vec<(usize, I)>)| {
        let jobs = items.into_iter().map(move |(index, item)| async move { (index, work(item).await) });
        stream::iter(jobs).buffer_unordered(parallel)
    };
    stream::iter(stores).map(of_store).flatten_unordered(CONTEXTS)
}

/// Puts answers into the order of what they answer.
pub(crate) fn in_order<T>(mut answers: Vec<(usize, T)>) -> Vec<T> {
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
