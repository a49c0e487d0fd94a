//! Measures the search for orphans among 10,000 objects of 60 kinds in 100 namespaces of a real API server.

mod filling;
mod peak;

use std::{error::Error, io::Write, process::Stdio, time::Instant};

use profile_benches::{
    product::Product,
    table::{self, Row, Unit},
};
use profile_sandbox::{Options, Sandbox, install};
use serde_json::Value;

use filling::Filling;

const RUNS: usize = 5;

/// What one run of the plugin took.
struct Run {
    milliseconds: f64,
    megabytes: f64,
    document: Value,
}

fn main() -> Result<(), Box<dyn Error>> {
    let product = Product::build()?;
    let sandbox = Sandbox::start(&Options::default())?;
    install::crds(&sandbox)?;
    let mut out = std::io::stdout().lock();
    let mut rows = Vec::new();
    let mut requests = Vec::new();
    // The smaller one comes first, and the greater one adds to it.
    for (objects, time, memory) in [(2_000, None, None), (10_000, Some(3000.0), Some(60.0))] {
        let filling = Filling::of(objects);
        writeln!(out, "filling up to {objects} objects …")?;
        filling.fill(&sandbox)?;
        let runs = (0..=RUNS).map(|_| run(&product, &sandbox)).collect::<Result<Vec<_>, _>>()?;
        for run in &runs {
            filling.check(&run.document)?;
        }
        // The first one warms the API server up.
        let of = |what: fn(&Run) -> f64| runs.iter().skip(1).map(what).collect::<Vec<_>>();
        let [what, peak] = filling.labels();
        rows.push(Row::new(what, Unit::Milliseconds, time, of(|run| run.milliseconds)));
        rows.push(Row::new(peak, Unit::Megabytes, memory, of(|run| run.megabytes)));
        requests.push((objects, runs[0].document["requests"].clone(), filling.orphans()));
    }
    out.write_all(table::print(&rows).as_bytes())?;
    for (objects, requests, orphans) in requests {
        writeln!(out, "{objects} objects of {} kinds: {requests} requests, {orphans} orphans found", filling::KINDS)?;
    }
    Ok(())
}

fn run(product: &Product, sandbox: &Sandbox) -> Result<Run, Box<dyn Error>> {
    let mut command = product.command();
    command.args(["orphans", filling::CLUSTER, "-n", filling::HUB, "-o", "json"]);
    command.env("KUBECONFIG", sandbox.kubeconfig()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let child = command.spawn()?;
    let (output, megabytes) = peak::watched(child)?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(Run { milliseconds, megabytes, document: serde_json::from_slice(&output.stdout)? })
}
