//! Measures speed and size against their limits, and prints a table.

use std::{error::Error, io::Write};

use mimalloc::MiMalloc;

use profile_benches::{
    input::{self, Fleet, Sides},
    measure::measure,
    product::Product,
    review,
    table::{self, Row, Unit},
};

/// As the plugin has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut rows = in_process()?;
    // `cargo bench -p profile-benches -- in-process` spares the build of the binary.
    if !std::env::args().any(|argument| argument == "in-process") {
        rows.extend(of_the_binary()?);
    }
    std::io::stdout().write_all(table::print(&rows).as_bytes())?;
    Ok(table::check(&rows)?)
}

fn in_process() -> Result<Vec<Row>, Box<dyn Error>> {
    let one = Sides::generate(1, 200 * 1024);
    let times = measure(15, |run| one.renewed(run), review::of)?;
    let mut rows = vec![Row::new("merge and diff of 200 KB of values", Unit::Milliseconds, 100.0, times)];

    let many = Sides::generate(20, 60 * 1024);
    let times = measure(7, |run| many.renewed(run), review::of)?;
    rows.push(Row::new("merge and diff of 20 packs of 60 KB", Unit::Milliseconds, 600.0, times));
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
        let times = measure(5, |_| (), |()| product.diff(fleet.path()))?;
        rows.push(Row::new(what, Unit::Milliseconds, limit, times));
    }
    let times = measure(50, |_| (), |()| product.help())?;
    rows.push(Row::new("kubectl-profile --help", Unit::Milliseconds, 5.0, times));
    rows.push(Row::new("release binary", Unit::Megabytes, 12.0, vec![product.megabytes()?]));
    Ok(rows)
}
