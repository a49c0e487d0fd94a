//! The rules of core against a plainly written reference, on random changes of random clusters.

mod arbitrary_documents;
mod content;
mod promises;
mod reference;
mod reference_agreement;
mod reference_version;
mod verdict;

use profile_tests::random::{changes, choices, generate, repair, spoiled, world};
