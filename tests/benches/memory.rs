//! Measures memory against its limit, and prints a table.

use std::{error::Error, io::Write};

use peak_alloc::PeakAlloc;
use profile_benches::{
    input::Sides,
    review,
    table::{self, Row, Unit},
};

/// Every allocation of this process is counted.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const RUNS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let many = Sides::generate(20, 60 * 1024);
    let mut multiples = Vec::new();
    for run in 0..RUNS {
        // A thread of its own remembers nothing of the run before.
        let input = many.renewed(run);
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let review = || review::of(&input).map(|_| ()).map_err(|error| error.to_string());
        std::thread::scope(|scope| scope.spawn(review).join()).map_err(|_| "the review panicked")??;
        multiples.push(MEMORY.peak_usage().saturating_sub(before) as f64 / many.bytes() as f64);
    }
    let row = Row::new("memory for 20 packs of 60 KB, in their three sides", Unit::Times, 20.0, multiples);
    let rows = [row];
    std::io::stdout().write_all(table::print(&rows).as_bytes())?;
    Ok(table::check(&rows)?)
}
