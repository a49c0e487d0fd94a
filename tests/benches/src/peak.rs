//! How much memory a program held at most.

use std::{
    error::Error,
    fs,
    process::{Child, Output},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

/// Waits for the program, and asks Linux for its high-water mark until it is gone. What it takes in its last millisecond may
/// be missed; it prints then, and lets go.
pub fn watched(child: Child) -> Result<(Output, f64), Box<dyn Error>> {
    let status = format!("/proc/{}/status", child.id());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = 0.0;
            while !is_over.load(Ordering::Relaxed) {
                let kilobytes = fs::read_to_string(&status).ok().and_then(|text| high_water(&text));
                peak = kilobytes.map_or(peak, |kilobytes| kilobytes / 1024.0);
                thread::sleep(Duration::from_millis(1));
            }
            peak
        });
        let output = child.wait_with_output();
        is_over.store(true, Ordering::Relaxed);
        let peak = watcher.join().map_err(|_| "the watcher of the memory ended early")?;
        Ok((output?, peak))
    })
}

fn high_water(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
