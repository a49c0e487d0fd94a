//! Measures what a PATCH of a cluster takes through a real API server: with nothing in its way, with the webhook, and with the
//! policy twin.

mod guards;

use std::{error::Error, io::Write as _, time::Instant};

use hyper::Request;
use profile_benches::table::{self, Row, Unit};
use profile_sandbox::{Options, Sandbox, install};
use serde_json::{Value, json};

use guards::{Guard, Webhook};

/// Rounds, in each of which every guard is measured once, so that a disturbance meets all of them.
const ROUNDS: usize = 5;
/// Writes of a round and guard; the median of them is one measurement.
const WRITES: usize = 200;
/// Bytes of the values of each of ten packs.
const VALUES: usize = 400;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let sandbox = Sandbox::start(&Options::default())?;
    install::crds(&sandbox)?;
    let namespace = sandbox.namespace("patch")?;
    let cluster = cluster(&namespace);
    sandbox.apply(&cluster.to_string())?;
    let webhook = Webhook::start(sandbox.dir())?;
    let guards = [Guard::None, Guard::Webhook(&webhook), Guard::Policy];
    let bench = Bench { sandbox: &sandbox, namespace };
    let mut measured: [Vec<f64>; 3] = Default::default();
    for round in 0..=ROUNDS {
        for (guard, medians) in guards.iter().zip(&mut measured) {
            guard.put_up(&sandbox)?;
            bench.wait(guard.denies())?;
            let median = bench.median()?;
            guard.take_away(&sandbox)?;
            bench.wait(false)?;
            // The first round warms up.
            if round > 0 {
                medians.push(median);
            }
        }
    }
    let over = |index: usize| measured[index].iter().zip(&measured[0]).map(|(own, none)| own - none).collect();
    let rows = [
        Row::new(
            "a PATCH of a cluster of ten packs, half of them within",
            Unit::Milliseconds,
            None,
            measured[0].clone(),
        ),
        Row::new("… with the webhook", Unit::Milliseconds, None, measured[1].clone()),
        Row::new("… over that without", Unit::Milliseconds, None, over(1)),
        Row::new("… with the policy twin", Unit::Milliseconds, None, measured[2].clone()),
        Row::new("… over that without", Unit::Milliseconds, None, over(2)),
    ];
    std::io::stdout().lock().write_all(table::print(&rows).as_bytes())?;
    Ok(table::check(&rows)?)
}

/// One cluster that is written over and over.
struct Bench<'a> {
    sandbox: &'a Sandbox,
    namespace: String,
}

impl Bench<'_> {
    /// The middle of the milliseconds that writes take.
    fn median(&self) -> Result<f64, Failure> {
        let mut times = Vec::new();
        for number in 0..WRITES {
            let start = Instant::now();
            let status = self.patch(&values(number), "")?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            if status != 200 {
                return Err(format!("a write was answered by {status}").into());
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    }

    /// Waits until the API server has taken up what guards it: a write that breaks a rule is denied, or is not.
    fn wait(&self, is_denied: bool) -> Result<(), Failure> {
        let broken = json!([{"op": "replace", "path": version_path(), "value": "banana"}]);
        let deadline = std::time::Duration::from_secs(60);
        Ok(self.sandbox.wait_until("the guard that is measured", deadline, || {
            let status = self.patch(&broken, "?dryRun=All").map_err(|error| error.to_string())?;
            if (status == 422) == is_denied { Ok(()) } else { Err(format!("answered by {status}")) }
        })?)
    }

    fn patch(&self, patch: &Value, query: &str) -> Result<u16, Failure> {
        let path =
            format!("/apis/cluster.spectrocloud.com/v1/namespaces/{}/spectroclusters/measured{query}", self.namespace);
        let request = Request::patch(path).header("content-type", "application/json-patch+json");
        let request = request.body(patch.to_string().into_bytes().into())?;
        self.sandbox.block_on(async {
            let answer = self.sandbox.client().send(request).await?;
            Ok(answer.status().as_u16())
        })
    }
}

fn version_path() -> &'static str {
    "/spec/clusterProfileTemplates/0/packs/1/version"
}

/// A change of one pack's values, as most writes are.
fn values(number: usize) -> Value {
    let text = format!("# edit {number}\n{}", "replicas: 1\n".repeat(VALUES / 12));
    json!([{"op": "replace", "path": "/spec/clusterProfileTemplates/0/packs/7/values", "value": text}])
}

fn cluster(namespace: &str) -> Value {
    let layers = ["os", "k8s", "cni", "csi"];
    let packs: Vec<_> = (0..10)
        .map(|index| {
            let layer = layers.get(index).unwrap_or(&"addon");
            let values = "replicas: 1\n".repeat(VALUES / 12);
            json!({"name": format!("pack-{index}"), "layer": layer, "version": "1.30.4", "values": values})
        })
        .collect();
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1",
        "kind": "SpectroCluster",
        "metadata": {"name": "measured", "namespace": namespace},
        "spec": {"cloudType": "aws", "clusterProfileTemplates": [{"uid": "u", "name": "stack", "packs": packs}]},
    })
}
