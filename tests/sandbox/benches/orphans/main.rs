//! Measures the search for orphans on a real API server: among 10,000 objects of 60 kinds in 100 namespaces, and in 50
//! contexts that are far away.

mod contexts;
mod distance;
mod filling;

use std::{error::Error, ffi::OsStr, io::Write, path::Path, process::Stdio, time::Instant};

use profile_benches::{
    peak,
    product::Product,
    table::{self, Row, Unit},
};
use profile_sandbox::{Options, Sandbox, install};
use serde_json::Value;

use contexts::Contexts;
use filling::Filling;

const RUNS: usize = 5;

/// How many times what one context takes all of them may take.
const TIMES: f64 = 3.0;

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
    let mut rows = far_away(&product, &sandbox, &mut out)?;
    let mut requests = Vec::new();
    // The smaller one comes first, and the greater one adds to it.
    for (objects, time, memory) in [(2_000, None, None), (10_000, Some(3000.0), Some(60.0))] {
        let filling = Filling::of(objects);
        writeln!(out, "filling up to {objects} objects …")?;
        filling.fill(&sandbox)?;
        let arguments = ["orphans", filling::CLUSTER, "-n", filling::HUB];
        let runs =
            (0..=RUNS).map(|_| run(&product, &arguments, sandbox.kubeconfig())).collect::<Result<Vec<_>, _>>()?;
        for run in &runs {
            filling.check(&run.document)?;
        }
        // The first one warms the API server up.
        let of = |what: fn(&Run) -> f64| runs.iter().skip(1).map(what).collect::<Vec<_>>();
        let [what, peak] = filling.labels();
        rows.push(Row::new(what, Unit::Milliseconds, time, of(|run| run.milliseconds)));
        rows.push(Row::new(peak, Unit::Megabytes, memory, of(|run| run.megabytes)));
        let sent = runs[0].document["requests"].as_u64().ok_or("the document has no requests")?;
        requests.push((objects, sent, filling.orphans()));
    }
    out.write_all(table::print(&rows).as_bytes())?;
    for (objects, requests, orphans) in &requests {
        writeln!(out, "{objects} objects of {} kinds: {requests} requests, {orphans} orphans found", filling::KINDS)?;
    }
    if let [(_, fewer, _), (objects, more, _)] = requests.as_slice() {
        // Five times as many objects take no more than the further pages of the kinds that have several.
        let allowed = fewer + filling::further_pages(*objects);
        if *more > allowed {
            return Err(format!("{more} requests for {objects} objects are more than {allowed}").into());
        }
    }
    Ok(table::check(&rows)?)
}

/// Fifty contexts of 100 objects, each behind a round trip, against one of them.
fn far_away(product: &Product, sandbox: &Sandbox, out: &mut impl Write) -> Result<Vec<Row>, Box<dyn Error>> {
    let filling = Filling::of(100);
    writeln!(out, "filling up to 100 objects …")?;
    filling.fill(sandbox)?;
    let contexts = Contexts::of(sandbox)?;
    let (mut one, mut all, mut times) = (Vec::new(), Vec::new(), Vec::new());
    // One beside the other, so that what disturbs disturbs both; the first pair warms the API server up.
    for number in 0..=RUNS {
        let alone = run(product, &contexts::one(), &contexts.kubeconfig)?;
        filling.check(&alone.document)?;
        let together = run(product, &contexts::all(), &contexts.kubeconfig)?;
        let found = together.document["items"].as_array().ok_or("the list has no items")?;
        if found.len() != contexts::COUNT {
            return Err(format!("{} of {} contexts answered", found.len(), contexts::COUNT).into());
        }
        found.iter().try_for_each(|it| filling.check(&it["document"]))?;
        if number > 0 {
            one.push(alone.milliseconds);
            all.push(together.milliseconds);
            times.push(together.milliseconds / alone.milliseconds);
        }
    }
    Ok(vec![
        Row::new("orphans in 1 context of 100 objects, 50 ms away", Unit::Milliseconds, None, one),
        Row::new("… in 50 such contexts", Unit::Milliseconds, None, all),
        Row::new("… that is, against one", Unit::Times, TIMES, times),
    ])
}

fn run(product: &Product, arguments: &[impl AsRef<OsStr>], kubeconfig: &Path) -> Result<Run, Box<dyn Error>> {
    let mut command = product.command();
    command.args(arguments).args(["-o", "json"]).env("KUBECONFIG", kubeconfig);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let child = command.spawn()?;
    let (output, megabytes) = peak::watched(child)?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(said.into_owned().into());
    }
    if said.to_ascii_lowercase().contains("throttl") {
        return Err(format!("it speaks of throttling: {said}").into());
    }
    Ok(Run { milliseconds, megabytes, document: serde_json::from_slice(&output.stdout)? })
}
