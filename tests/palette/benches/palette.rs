//! Measures `list` and `status` against a fake of a Palette that is large and a distance away, and prints a table.

use std::{
    collections::BTreeMap,
    error::Error,
    io::Write,
    process::Stdio,
    time::{Duration, Instant},
};

use profile_benches::{
    peak,
    product::Product,
    table::{self, Row, Unit},
};
use profile_palette::{Call, Fake, Options, RateLimit, World};
use tempfile::TempDir;

const RUNS: usize = 7;
const PROFILES: usize = 200;
const VERSIONS: usize = 20;
const CLUSTERS: usize = 1000;
/// How long each answer is under way.
const LATENCY: Duration = Duration::from_millis(50);
/// What Palette allows one address.
const RATE: RateLimit = RateLimit { per_second: 10.0, burst: 50 };
/// Most requests of a command: a page has 50 items, and nothing is asked of one object.
const REQUESTS: usize = 30;
/// Most memory, in megabytes.
const MEMORY: f64 = 60.0;

/// A command and what it must keep.
struct Task {
    command: &'static str,
    /// What its rows of the table are called.
    labels: [&'static str; 3],
    /// Most milliseconds.
    limit: f64,
    /// What it prints: a line for each, and one of headers.
    lines: usize,
}

const TASKS: [Task; 2] = [
    Task {
        command: "list",
        labels: [
            "list of 200 profiles in 20 versions and 1,000 clusters, 50 ms away",
            "… its memory at the most",
            "… the fake's own work meanwhile",
        ],
        limit: 1500.0,
        lines: PROFILES * VERSIONS + 1,
    },
    Task {
        command: "status",
        labels: ["status of the 1,000 clusters", "… its memory at the most", "… the fake's own work meanwhile"],
        limit: 5000.0,
        lines: CLUSTERS + 1,
    },
];

/// What one run of the plugin took.
struct Run {
    milliseconds: f64,
    megabytes: f64,
    calls: Vec<Call>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let product = Product::build()?;
    let mut out = std::io::stdout().lock();
    let (mut rows, mut requests) = (Vec::new(), Vec::new());
    for task in &TASKS {
        // The first one warms the machine up.
        let mut runs = (0..=RUNS).map(|_| run(&product, task)).collect::<Result<Vec<_>, _>>()?;
        let first = runs.remove(0);
        requests.push(format!("{}: {}", task.command, summed_up(&first.calls)));
        let of = |what: fn(&Run) -> f64| runs.iter().map(what).collect::<Vec<_>>();
        let [time, memory, work] = task.labels;
        rows.push(Row::new(time, Unit::Milliseconds, task.limit, of(|run| run.milliseconds)));
        rows.push(Row::new(memory, Unit::Megabytes, MEMORY, of(|run| run.megabytes)));
        rows.push(Row::new(work, Unit::Milliseconds, None, of(|run| milliseconds(worked(&run.calls)))));
    }
    out.write_all(table::print(&rows).as_bytes())?;
    for requests in &requests {
        writeln!(out, "{requests}")?;
    }
    Ok(table::check(&rows)?)
}

/// Runs a command against a fake that was asked for nothing before, so that the whole burst is allowed.
fn run(product: &Product, task: &Task) -> Result<Run, Box<dyn Error>> {
    let options = Options { latency: LATENCY, rate_limit: Some(RATE), contract: false, ..Options::default() };
    let fake = Fake::start(World::fleet(PROFILES, VERSIONS, CLUSTERS), options)?;
    let home = TempDir::new()?;
    let mut command = product.command();
    command.args([task.command, "--store", "palette", "--palette-ca"]).arg(fake.ca_file());
    command.env_clear().env("HOME", home.path()).env("XDG_STATE_HOME", home.path()).env("KUBECONFIG", "/nonexistent");
    command.env("SPECTROCLOUD_HOST", fake.host()).env("SPECTROCLOUD_APIKEY", fake.key());
    command.env("SPECTROCLOUD_DEFAULT_PROJECT", fake.project());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let (output, megabytes) = peak::watched(command.spawn()?)?;
    let milliseconds = milliseconds(start.elapsed());
    if !output.status.success() {
        return Err(format!("{} failed: {}", task.command, String::from_utf8_lossy(&output.stderr)).into());
    }
    let lines = String::from_utf8(output.stdout)?.lines().count();
    if lines != task.lines {
        return Err(format!("{} printed {lines} lines and not {}", task.command, task.lines).into());
    }
    let calls = fake.calls();
    check(task, &calls)?;
    Ok(Run { milliseconds, megabytes, calls })
}

/// Fails where a request was refused, where one was about a single object, and where there were too many.
fn check(task: &Task, calls: &[Call]) -> Result<(), String> {
    if let Some(refused) = calls.iter().find(|call| call.status != Some(200)) {
        return Err(format!("{} was refused: {refused}", task.command));
    }
    if let Some(single) = calls.iter().find(|call| call.template().contains('{')) {
        return Err(format!("{} asked for one object: {single}", task.command));
    }
    if calls.len() > REQUESTS {
        return Err(format!("{} took more than {REQUESTS} requests: {}", task.command, summed_up(calls)));
    }
    Ok(())
}

fn summed_up(calls: &[Call]) -> String {
    let mut counts = BTreeMap::<_, usize>::new();
    for call in calls {
        *counts.entry(format!("{} {}", call.method(), call.template())).or_default() += 1;
    }
    let counts: Vec<_> = counts.iter().map(|(what, count)| format!("{count} x {what}")).collect();
    format!("{} requests ({})", calls.len(), counts.join(", "))
}

fn worked(calls: &[Call]) -> Duration {
    calls.iter().map(|call| call.worked).sum()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
