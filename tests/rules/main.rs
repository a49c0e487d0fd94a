//! The rules of core against a plainly written reference, on random changes of random clusters.

mod arbitrary_documents;
mod promises;
mod reference_agreement;
mod verdict;

use profile_oracle::random::{changes, choices, generate, repair, spoiled, world};
