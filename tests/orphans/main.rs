//! The search for orphans on random histories of clusters whose true orphans are known by construction.

mod expected;
mod history;
mod packs;
mod promises;
mod things;

use profile_tests::random::choices;
