//! Random values of a pack, and random changes of them.

use crate::choices::Choices;

const KEYS: [&str; 8] = ["a", "b", "image", "replicas", "x.y", "enabled", "tag", "zz"];
const NAMES: [&str; 5] = ["web", "db", "A", "my item", "q"];
const WORDS: [&str; 16] = [
    "1",
    "2",
    "300",
    "yes",
    "off",
    "0644",
    "~",
    "true",
    "text",
    "\"quoted: it\"",
    "'single'",
    "1.5",
    "a b c",
    "[1, 2]",
    "{}",
    "[]",
];

/// Lines of blocks.
pub(crate) const BLOCK: [&str; 3] = ["line one", "# no comment", "k:  v"];

/// A node of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// A scalar or a small collection as it is written.
    Word(&'static str),
    /// A block of text.
    Block(Vec<&'static str>),
    /// A mapping.
    Map(Vec<(String, Self)>),
    /// A list whose items have names.
    Named(Vec<(String, Vec<(String, Self)>)>),
    /// A list whose items have none.
    List(Vec<&'static str>),
}

/// A random mapping.
pub(crate) fn document(choices: &mut Choices) -> Node {
    map(choices, 0)
}

fn map(choices: &mut Choices, depth: usize) -> Node {
    let count = 1 + choices.below(if depth == 0 { 5 } else { 3 });
    Node::Map(entries(choices, &KEYS, count, depth))
}

fn entries(choices: &mut Choices, keys: &[&str], count: usize, depth: usize) -> Vec<(String, Node)> {
    let mut entries: Vec<(String, Node)> = Vec::new();
    for _ in 0..count {
        let key = choices.one_of(keys);
        if entries.iter().all(|(other, _)| other != key) {
            entries.push((key.to_owned(), node(choices, depth + 1)));
        }
    }
    entries
}

fn node(choices: &mut Choices, depth: usize) -> Node {
    match choices.below(if depth > 3 { 3 } else { 9 }) {
        0..=2 => Node::Word(choices.one_of(&WORDS)),
        3 => Node::Block((0..1 + choices.below(2)).map(|_| choices.one_of(&BLOCK)).collect()),
        4 => Node::List((0..1 + choices.below(3)).map(|_| choices.one_of(&WORDS[..12])).collect()),
        5 | 6 => named(choices, depth),
        _ => map(choices, depth),
    }
}

fn named(choices: &mut Choices, depth: usize) -> Node {
    let mut items: Vec<(String, Vec<(String, Node)>)> = Vec::new();
    for _ in 0..1 + choices.below(3) {
        let name = choices.one_of(&NAMES);
        if items.iter().all(|(other, _)| other != name) {
            let count = choices.below(3);
            items.push((name.to_owned(), entries(choices, &KEYS, count, depth + 1)));
        }
    }
    Node::Named(items)
}

/// The document after `count` random changes.
pub(crate) fn changed(choices: &mut Choices, document: &Node, count: usize) -> Node {
    let mut changed = document.clone();
    for _ in 0..count {
        change(choices, &mut changed, 0);
    }
    changed
}

fn change(choices: &mut Choices, at: &mut Node, depth: usize) {
    match at {
        Node::Map(entries) => change_entries(choices, entries, depth),
        Node::Named(items) if !items.is_empty() => match choices.below(5) {
            0 => {
                let item = choices.below(items.len());
                items.remove(item);
            }
            1 => {
                let (name, at) = (choices.one_of(&NAMES), choices.below(items.len() + 1));
                if items.iter().all(|(other, _)| other != name) {
                    items.insert(at, (name.to_owned(), entries(choices, &KEYS, 2, depth + 1)));
                }
            }
            2 => choices.shuffle(items),
            _ => {
                let item = choices.below(items.len());
                change_entries(choices, &mut items[item].1, depth + 1);
            }
        },
        _ => *at = node(choices, depth),
    }
}

fn change_entries(choices: &mut Choices, entries: &mut Vec<(String, Node)>, depth: usize) {
    if entries.is_empty() || choices.chance(20) {
        let (key, at) = (choices.one_of(&KEYS), choices.below(entries.len() + 1));
        if entries.iter().all(|(other, _)| other != key) {
            entries.insert(at, (key.to_owned(), node(choices, depth + 1)));
        }
        return;
    }
    let at = choices.below(entries.len());
    match choices.below(10) {
        0 => drop(entries.remove(at)),
        1 => choices.shuffle(entries),
        2 => entries[at].1 = node(choices, depth + 1),
        _ => change(choices, &mut entries[at].1, depth + 1),
    }
}
