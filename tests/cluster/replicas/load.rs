//! Steady writes through the API server, of which half must be denied, and what became of each.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use http_body_util::BodyExt as _;
use hyper::Request;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use profile_sandbox::Sandbox;
use profile_tests::webhook::soon;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

/// Writers at once, each with a cluster of its own.
pub(super) const WRITERS: usize = 8;
/// Writes in a second, of all writers.
const WRITES: u32 = 80;

pub(super) const JSON_PATCH: &str = "application/json-patch+json";

/// Where the Kubernetes pack stands in a writer's cluster, and one whose values are written.
pub(super) const KUBERNETES: usize = 1;
const WRITTEN: usize = 3;

/// The cluster of a writer.
pub(super) fn name(writer: usize) -> String {
    format!("written-{writer}")
}

/// A write that breaks a rule.
pub(super) fn bad() -> Value {
    json!([{"op": "replace", "path": format!("{}/version", pack(KUBERNETES)), "value": "1.31.0"}])
}

/// A write that breaks none, and is another one each time, or the guard would not be asked.
fn good() -> Value {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let values = format!("count: {}\n", COUNT.fetch_add(1, Ordering::Relaxed));
    json!([{"op": "add", "path": format!("{}/values", pack(WRITTEN)), "value": values}])
}

fn pack(index: usize) -> String {
    format!("/spec/clusterProfileTemplates/0/packs/{index}")
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// It was let through, or denied, as it has to be.
    Answered,
    /// The API server got no answer from the webhook.
    Failed,
    /// The API server itself was away.
    Away,
    /// It was let through and must not be, or the other way round.
    Wrong,
}

#[derive(Debug)]
struct Call {
    began: Instant,
    ended: Instant,
    outcome: Outcome,
    said: String,
}

/// Writers that go on until they are told to end.
pub(super) struct Load {
    calls: Arc<Mutex<Vec<Call>>>,
    is_over: Arc<AtomicBool>,
    writers: JoinSet<()>,
}

impl Load {
    /// Begins to write the clusters of these paths.
    pub(super) async fn begin(sandbox: &Sandbox, paths: Vec<String>) -> Self {
        let mut load = Self { calls: Arc::default(), is_over: Arc::default(), writers: JoinSet::new() };
        let client = client(sandbox).await;
        for path in paths {
            load.writers.spawn(write_on(client.clone(), path, Arc::clone(&load.calls), Arc::clone(&load.is_over)));
        }
        load
    }

    /// Waits until so many more writes were answered.
    pub(super) async fn answered(&self, more: usize) {
        let answered = || self.calls.lock().unwrap().iter().filter(|it| it.outcome == Outcome::Answered).count();
        let enough = answered() + more;
        soon(async {
            while answered() < enough {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    /// Ends the writers, each behind its last answer.
    pub(super) async fn end(mut self) -> Figures {
        self.is_over.store(true, Ordering::Relaxed);
        while let Some(writer) = self.writers.join_next().await {
            writer.unwrap();
        }
        Figures(std::mem::take(&mut *self.calls.lock().unwrap()))
    }
}

/// A client that sends nothing twice: what fails is to be seen.
async fn client(sandbox: &Sandbox) -> Client {
    let kubeconfig = Kubeconfig::read_from(sandbox.kubeconfig()).unwrap();
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

/// Has each cluster written once, all at the same time.
pub(super) async fn at_once(sandbox: &Sandbox, paths: Vec<String>) -> Figures {
    let client = client(sandbox).await;
    let mut writes = JoinSet::new();
    for (number, path) in paths.into_iter().enumerate() {
        let client = client.clone();
        writes.spawn(async move { write(&client, &path, number).await });
    }
    Figures(writes.join_all().await)
}

async fn write_on(client: Client, path: String, calls: Arc<Mutex<Vec<Call>>>, is_over: Arc<AtomicBool>) {
    let mut tick = interval(Duration::from_secs(1) * WRITERS as u32 / WRITES);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 0.. {
        tick.tick().await;
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let call = write(&client, &path, number).await;
        calls.lock().unwrap().push(call);
    }
}

/// One write: every second one must be denied, and of four the last two are dry runs.
async fn write(client: &Client, path: &str, number: usize) -> Call {
    let is_bad = number % 2 == 1;
    let body = if is_bad { bad() } else { good() };
    let query = if number % 4 < 2 { "" } else { "?dryRun=All" };
    let request = Request::patch(format!("{path}{query}")).header("content-type", JSON_PATCH);
    let began = Instant::now();
    let answer = client.send(request.body(body.to_string().into_bytes().into()).unwrap()).await;
    let (outcome, said) = match answer {
        Ok(answer) => {
            let code = answer.status().as_u16();
            match answer.into_body().collect().await {
                Ok(body) => judged(is_bad, code, String::from_utf8_lossy(&body.to_bytes()).into_owned()),
                Err(error) => (Outcome::Away, format!("{error:?}")),
            }
        }
        Err(error) => (Outcome::Away, format!("{error:?}")),
    };
    Call { began, ended: Instant::now(), outcome, said }
}

fn judged(is_bad: bool, code: u16, said: String) -> (Outcome, String) {
    let is_denial = code == 422 && said.contains("K8sMultiMinorUpgradeNotSupported");
    let outcome = match code {
        500 if said.contains("failed calling webhook") => Outcome::Failed,
        200..=299 | 422 if (is_bad && is_denial) || (!is_bad && code == 200) => Outcome::Answered,
        200..=299 | 422 => Outcome::Wrong,
        _ => Outcome::Away,
    };
    (outcome, format!("{code} {said}"))
}

/// What became of all writes.
pub(super) struct Figures(Vec<Call>);

impl Figures {
    /// The longest time from one answer to the next, of those that came from this moment on until another one.
    pub(super) fn longest_gap(&self, since: Instant, until: Instant) -> Duration {
        let mut last = since;
        let mut longest = Duration::ZERO;
        let answers =
            self.0.iter().filter(|it| it.outcome == Outcome::Answered && it.ended >= since && it.ended < until);
        for call in answers {
            longest = longest.max(call.ended - last);
            last = call.ended;
        }
        longest
    }

    /// How long behind this moment the last write failed, of those that failed until another one.
    pub(super) fn failing(&self, since: Instant, until: Instant) -> Duration {
        let failed = self.0.iter().filter(|it| it.outcome == Outcome::Failed && it.ended >= since && it.ended < until);
        failed.map(|it| it.ended - since).max().unwrap_or_default()
    }

    /// What the API server says of the writes for which the webhook gave no answer.
    pub(super) fn failed(&self) -> Vec<&str> {
        self.of(Outcome::Failed)
    }

    /// What was said in place of the API server's answer.
    pub(super) fn away(&self) -> Vec<&str> {
        self.of(Outcome::Away)
    }

    /// What came of writes that were let through and must not be, or the other way round.
    pub(super) fn wrong(&self) -> Vec<&str> {
        self.of(Outcome::Wrong)
    }

    fn of(&self, outcome: Outcome) -> Vec<&str> {
        self.0.iter().filter(|it| it.outcome == outcome).map(|it| it.said.as_str()).collect()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (failed, away, wrong) = (self.failed().len(), self.away().len(), self.wrong().len());
        let time = self.0.iter().map(|it| it.ended).max().zip(self.0.iter().map(|it| it.began).min());
        let rate = time.map_or(0.0, |(end, begin)| self.0.len() as f64 / (end - begin).as_secs_f64());
        write!(f, "{} writes made ({rate:.0} a second), {failed} failed, {wrong} wrong", self.0.len())?;
        if away > 0 { write!(f, ", {away} while the API server was away") } else { Ok(()) }
    }
}
