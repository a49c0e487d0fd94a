//! The merge on random texts: what it promises holds for all of them.

mod arbitrary;
#[path = "../rules/choices.rs"]
mod choices;
mod document;
mod lines;
mod overrides;
mod promises;
mod sides;
mod written;
