//! Measures what somebody who lives in kubectl waits for: help, completion, and a list of 200 profiles in 20 versions each on a
//! real API server, beside what kubectl itself takes.

mod completion;
mod filling;

use std::{
    error::Error,
    io::Write,
    process::{Command, Stdio},
    time::Instant,
};

use profile_benches::{
    product::Product,
    table::{self, Row, Unit},
};
use profile_sandbox::{Options, Sandbox, install};

use completion::Completion;
use filling::{HUB, PROFILES, VERSIONS};

/// The most requests of a list.
const REQUESTS: usize = 3;
const LIST: &[&str] = &["list", "-n", HUB];

fn main() -> Result<(), Box<dyn Error>> {
    let product = Product::build()?;
    let sandbox = Sandbox::start(&Options::default())?;
    install::crds(&sandbox)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "filling …")?;
    let (bytes, values) = filling::fill(&sandbox)?;
    let bench = Bench { product, sandbox };
    let mut rows = vec![Row::new("release binary", Unit::Megabytes, 12.0, vec![bench.product.megabytes()?])];
    rows.extend(bench.help()?);
    // What fails is told below all that was measured.
    let completed = bench.completion(&mut rows);
    rows.extend(bench.list()?);
    out.write_all(table::print(&rows).as_bytes())?;
    writeln!(out, "a profile version of {bytes} bytes, {values} of them values of its 5 packs; MB of 1,000,000 bytes")?;
    for (what, folder, most) in [("nothing is kept", "fresh", REQUESTS), ("all is kept", "kept", REQUESTS)] {
        let requests = bench.requests(folder)?;
        writeln!(out, "requests of `list` where {what}: {}", requests.len())?;
        let is_discovery = |line: &String| !line.contains("/clusterprofiles") && !line.contains("/spectroclusters");
        if requests.len() > most || requests.iter().any(is_discovery) {
            return Err(format!("these are too many, or others than lists: {requests:#?}").into());
        }
    }
    completed?;
    Ok(table::check(&rows)?)
}

struct Bench {
    product: Product,
    sandbox: Sandbox,
}

impl Bench {
    fn help(&self) -> Result<Vec<Row>, Box<dyn Error>> {
        let (mut ours, mut times) = (Vec::new(), Vec::new());
        for _ in 0..30 {
            let own = run(self.plugin("kept").arg("--help"))?.0;
            let kubectl = run(self.sandbox.kubectl_command().args(["version", "--client"]))?.0;
            ours.push(own);
            times.push(own / kubectl);
        }
        Ok(vec![
            Row::new("kubectl-profile --help", Unit::Milliseconds, 5.0, ours),
            Row::new("… against kubectl version --client", Unit::Times, 0.125, times),
        ])
    }

    fn completion(&self, rows: &mut Vec<Row>) -> Result<(), Box<dyn Error>> {
        let completion = Completion::of(&self.sandbox, self.product.path())?;
        let what = ["kubectl completes for an empty completer", "… over that, for the subcommands"];
        rows.extend(completion.rows(what, &["profile", ""], "switch")?);
        let what = ["kubectl completes for an empty completer, again", "… over that, for clusters from the cache"];
        rows.extend(completion.rows(what, &["profile", "switch", "-n", HUB, ""], "cluster-000")?);
        Ok(())
    }

    fn list(&self) -> Result<Vec<Row>, Box<dyn Error>> {
        let listed = |folder: &str| {
            let (milliseconds, lines) = run(self.plugin(folder).args(LIST))?;
            match lines == PROFILES * VERSIONS + 1 {
                true => Ok(milliseconds),
                false => Err(Box::<dyn Error>::from(format!("{lines} lines"))),
            }
        };
        // The first one warms the API server up, and keeps.
        listed("kept")?;
        let get = |arguments: &[&str]| run(self.sandbox.kubectl_command().args(arguments).args(["-n", HUB]));
        let raw = format!("/apis/cluster.spectrocloud.com/v1/namespaces/{HUB}/clusterprofiles");
        let (mut kept, mut fresh, mut whole, mut table) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for number in 0..9 {
            kept.push(listed("kept")?);
            fresh.push(listed(&format!("fresh-{number}"))?);
            whole.push(run(self.sandbox.kubectl_command().args(["get", "--raw", &raw]))?.0);
            table.push(get(&["get", "clusterprofiles"])?.0);
        }
        let names = (0..3).map(|_| get(&["get", "clusterprofiles", "-o", "name"]).map(|it| it.0));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        let status = (0..5).map(|_| run(self.plugin("kept").args(["status", "-A"])).map(|it| it.0));
        let status = status.collect::<Result<Vec<_>, _>>()?;
        let times = |other: &[f64]| kept.iter().zip(other.iter().cycle()).map(|(own, other)| own / other).collect();
        Ok(vec![
            Row::new("list of 200 profiles in 20 versions each", Unit::Milliseconds, 100.0, kept.clone()),
            Row::new("… against kubectl get clusterprofiles", Unit::Times, None, times(&table)),
            Row::new("… against kubectl get clusterprofiles -o name", Unit::Times, None, times(&names)),
            Row::new("… where nothing is kept", Unit::Milliseconds, None, fresh),
            Row::new("kubectl get --raw of the same list", Unit::Milliseconds, None, whole),
            Row::new("kubectl get clusterprofiles", Unit::Milliseconds, None, table),
            Row::new("kubectl get clusterprofiles -o name", Unit::Milliseconds, None, names),
            Row::new("status -A of 200 clusters", Unit::Milliseconds, None, status),
        ])
    }

    /// The lines that `-v` shows of the requests of a list.
    fn requests(&self, folder: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let output = self.plugin(folder).args(LIST).args(["-v", "6"]).output()?;
        let said = String::from_utf8(output.stderr)?;
        if !output.status.success() {
            return Err(said.into());
        }
        Ok(said.lines().filter(|line| line.contains("https://")).map(str::to_owned).collect())
    }

    /// The release binary with a cache of that name.
    fn plugin(&self, cache: &str) -> Command {
        let mut command = self.product.command();
        command.env("KUBECONFIG", self.sandbox.kubeconfig()).env("KUBECACHEDIR", self.sandbox.dir().join(cache));
        command
    }
}

/// The milliseconds and the lines of a run.
fn run(command: &mut Command) -> Result<(f64, usize), Box<dyn Error>> {
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok((milliseconds, output.stdout.iter().filter(|byte| **byte == b'\n').count()))
}
