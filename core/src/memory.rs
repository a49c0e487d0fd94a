//! Remembers what the last texts were read as.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
};

/// The last texts and what each was read as, the one asked for last in front. What comes out depends on the texts alone.
#[derive(Debug)]
pub(crate) struct Memory<V> {
    read: VecDeque<Read<V>>,
    /// Most bytes of texts that are remembered.
    limit: usize,
}

#[derive(Debug)]
struct Read<V> {
    /// Tells most texts apart without looking at them.
    hash: u64,
    text: String,
    value: Rc<V>,
}

impl<V> Memory<V> {
    /// A memory of texts of so many bytes together.
    pub(crate) const fn new(limit: usize) -> Self {
        Self { read: VecDeque::new(), limit }
    }

    /// What `text` was read as, where it is one of the last.
    pub(crate) fn get(&mut self, text: &str) -> Option<Rc<V>> {
        let hash = hash(text);
        let at = self.read.iter().position(|it| it.hash == hash && it.text == text)?;
        let read = self.read.remove(at)?;
        let value = Rc::clone(&read.value);
        self.read.push_front(read);
        Some(value)
    }

    /// Remembers what `text` was read as. A text that is larger than the limit is not remembered.
    pub(crate) fn put(&mut self, text: &str, value: &Rc<V>) {
        self.read.push_front(Read { hash: hash(text), text: text.to_owned(), value: Rc::clone(value) });
        let mut bytes = 0;
        self.read.retain(|it| {
            bytes += it.text.len();
            bytes <= self.limit
        });
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_that_are_asked_for_stay_and_the_others_go() {
        let mut memory = Memory::new(4);
        for (text, value) in [("aa", 1), ("b", 2)] {
            memory.put(text, &Rc::new(value));
        }
        assert_eq!((memory.get("aa").as_deref(), memory.get("x")), (Some(&1), None));
        memory.put("cc", &Rc::new(3));
        assert_eq!(
            (memory.get("aa").as_deref(), memory.get("b"), memory.get("cc").as_deref()),
            (Some(&1), None, Some(&3))
        );
        memory.put("large", &Rc::new(4));
        assert_eq!((memory.get("large"), memory.get("aa")), (None, None));
    }
}
