//! The rules of core against a plainly written reference, on random changes of random clusters.

mod arbitrary_documents;
mod changes;
mod choices;
mod content;
mod generate;
mod promises;
mod reference;
mod reference_agreement;
mod reference_version;
mod verdict;
mod world;
