//! The search for orphans on random histories of clusters whose true orphans are known by construction.

#[path = "../rules/choices.rs"]
mod choices;
mod expected;
mod history;
mod packs;
mod promises;
mod things;
