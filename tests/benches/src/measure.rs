//! Measures how long something takes.

use std::{error::Error, time::Instant};

/// The milliseconds of each of `runs` runs, after one that does not count. What `prepare` makes for a run, by its number,
/// is not measured.
pub fn measure<I, T>(
    runs: usize,
    prepare: impl Fn(usize) -> I,
    mut work: impl FnMut(&I) -> Result<T, Box<dyn Error>>,
) -> Result<Vec<f64>, Box<dyn Error>> {
    work(&prepare(0))?;
    let mut times = Vec::new();
    for run in 1..=runs {
        let input = prepare(run);
        let start = Instant::now();
        std::hint::black_box(work(&input)?);
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}
