//! The merge on random texts: what it promises holds for all of them.

mod arbitrary;
mod document;
mod lines;
mod overrides;
mod promises;
mod sides;
mod written;

use profile_tests::random::choices;
