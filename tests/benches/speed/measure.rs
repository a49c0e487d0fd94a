//! Measures how long something takes and how much memory it needs.

use std::{error::Error, time::Instant};

use peak_alloc::PeakAlloc;

/// The milliseconds of each of `runs` runs, after one that does not count.
pub(crate) fn measure<T>(
    runs: usize,
    mut work: impl FnMut() -> Result<T, Box<dyn Error>>,
) -> Result<Vec<f64>, Box<dyn Error>> {
    work()?;
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        std::hint::black_box(work()?);
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}

/// The bytes that each of `runs` runs holds at most, beyond what was held before.
pub(crate) fn peak<T>(
    runs: usize,
    memory: &PeakAlloc,
    mut work: impl FnMut() -> Result<T, Box<dyn Error>>,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut peaks = Vec::new();
    for _ in 0..runs {
        let before = memory.current_usage();
        memory.reset_peak_usage();
        std::hint::black_box(work()?);
        peaks.push(memory.peak_usage().saturating_sub(before) as f64);
    }
    Ok(peaks)
}
