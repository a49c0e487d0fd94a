//! Measures speed, memory and size against their limits, and prints a table.

use std::{error::Error, io::Write};

use peak_alloc::PeakAlloc;

#[path = "speed/input.rs"]
mod input;
#[path = "speed/measure.rs"]
mod measure;
#[path = "speed/product.rs"]
mod product;
#[path = "speed/review.rs"]
mod review;
#[path = "speed/table.rs"]
mod table;

use input::{Fleet, Sides};
use measure::measure;
use product::Product;
use table::{Row, Unit};

/// Every allocation of this process is counted.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut rows = in_process()?;
    // `cargo bench -p profile-benches -- in-process` spares the build of the binary.
    if !std::env::args().any(|argument| argument == "in-process") {
        rows.extend(of_the_binary()?);
    }
    std::io::stdout().write_all(table::print(&rows).as_bytes())?;
    Ok(())
}

fn in_process() -> Result<Vec<Row>, Box<dyn Error>> {
    let one = Sides::generate(1, 200 * 1024);
    let times = measure(15, || review::of(&one))?;
    let mut rows = vec![Row::new("merge and diff of 200 KB of values", Unit::Milliseconds, 100.0, times)];

    let many = Sides::generate(20, 60 * 1024);
    let times = measure(7, || review::of(&many))?;
    rows.push(Row::new("merge and diff of 20 packs of 60 KB", Unit::Milliseconds, 600.0, times));
    let memory = measure::peak(3, &MEMORY, || review::of(&many))?;
    let multiples = memory.iter().map(|bytes| bytes / many.bytes() as f64).collect();
    rows.push(Row::new("… memory, as a multiple of its three sides", Unit::Times, 20.0, multiples));
    Ok(rows)
}

fn of_the_binary() -> Result<Vec<Row>, Box<dyn Error>> {
    let product = Product::build()?;
    let mut rows = Vec::new();
    // Where no two clusters come to the same, there is nothing to group, and all 1,000 outcomes are printed.
    for (what, kind, limit) in [
        ("diff with 1,000 clusters of 12 KB in files", Fleet::Alike, Some(2000.0)),
        ("… that have a value of their own each", Fleet::Distinct, None),
    ] {
        let fleet = input::fleet(1000, 12 * 1024, kind)?;
        let times = measure(5, || product.diff(fleet.path()))?;
        rows.push(Row::new(what, Unit::Milliseconds, limit, times));
    }
    let times = measure(50, || product.help())?;
    rows.push(Row::new("kubectl-profile --help", Unit::Milliseconds, 5.0, times));
    rows.push(Row::new("release binary", Unit::Megabytes, 12.0, vec![product.megabytes()?]));
    Ok(rows)
}
