//! The policy and the webhook judge the same writes alike, but for the differences that have a name.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use profile_core::rules::Code;
use serde_json::json;
use tokio::task::JoinSet;

use super::{
    corpus::{Case, corpus},
    difference::Difference,
    judges::{Opinion, Stored},
    plane::{JUDGE, alone, objects, wait_until_it_denies},
};
use crate::world::World;

/// So many pairs must be compared at least.
const PAIRS: usize = 10_000;

/// How often each rule must be broken, so that agreement on it means something.
const FLOOR: usize = 100;

/// Writes under way at a time.
const AT_ONCE: usize = 16;

/// What has been seen.
#[derive(Debug, Default)]
struct Seen {
    pairs: usize,
    allowed: usize,
    /// How often each rule was broken, by the webhook's word.
    denials: BTreeMap<&'static str, usize>,
    differences: BTreeMap<Difference, usize>,
    /// Documents that the API server refuses, with what it says of one.
    refused: Vec<String>,
    /// What nothing explains.
    faults: Vec<String>,
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are for whoever reads the test's output")]
fn the_policy_and_the_webhook_judge_alike() {
    alone("parity", |world| {
        install_beside_the_guard(world);
        let cases = Arc::new(corpus());
        let started = Instant::now();
        let seen = compare(world, &cases);
        let Seen { pairs, allowed, denials, differences, refused, faults } = &seen;
        println!(
            "{pairs} pairs in {:.1} s: {allowed} allowed by both; broken rules {denials:#?}; differences {differences:#?}; \
             {} refused by the API server itself",
            started.elapsed().as_secs_f64(),
            refused.len()
        );
        assert!(
            faults.is_empty(),
            "{} differences without an explanation, such as\n{}",
            faults.len(),
            faults[..faults.len().min(5)].join("\n")
        );
        assert!(*pairs >= PAIRS, "only {pairs} pairs were compared");
        assert!(refused.len() * 100 < *pairs, "{} documents were refused, such as {}", refused.len(), refused[0]);
        assert!(*allowed >= FLOOR, "only {allowed} pairs were allowed");
        for code in Code::ALL.map(Code::as_str) {
            let count = denials.get(code).copied().unwrap_or(0);
            assert!(count >= FLOOR, "only {count} of {pairs} pairs break {code}");
        }
        for difference in Difference::ALL {
            assert!(
                differences.contains_key(&difference),
                "{difference:?} never occurs: is it no difference any more?"
            );
        }
    });
}

/// The policy as it is shipped, but for a binding that leaves the writes alone that the guard is asked about.
fn install_beside_the_guard(world: &World) {
    let mut objects = objects(world);
    let binding = objects.iter_mut().find(|it| it["kind"] == "ValidatingAdmissionPolicyBinding").unwrap();
    binding["spec"]["matchResources"] = json!({"objectSelector": {"matchLabels": {JUDGE: "policy"}}});
    world.sandbox.apply(&json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string()).unwrap();
    wait_until_it_denies(world);
}

fn compare(world: &World, cases: &Arc<Vec<Case>>) -> Seen {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let next = Arc::new(AtomicUsize::new(0));
    world.sandbox.block_on(async {
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (cases, seen, next) = (cases.clone(), seen.clone(), next.clone());
            let (client, namespace) = (world.sandbox.client(), world.namespace.clone());
            tasks.spawn(async move {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { return };
                    let stored = Stored::new(&client, &namespace, &format!("case-{index}"), case).await;
                    judge(case, stored, &seen).await;
                }
            });
        }
        while let Some(task) = tasks.join_next().await {
            task.unwrap();
        }
    });
    std::mem::take(&mut *seen.lock().unwrap())
}

async fn judge(case: &Case, stored: Result<Stored<'_>, String>, seen: &Mutex<Seen>) {
    let stored = match stored {
        Ok(stored) => stored,
        Err(refusal) => return seen.lock().unwrap().refused.push(refusal),
    };
    for after in &case.writes {
        let opinions = (stored.ask("guard", after.as_ref()).await, stored.ask("policy", after.as_ref()).await);
        let mut seen = seen.lock().unwrap();
        match opinions {
            (Ok(webhook), Ok(policy)) => seen.note(case, after.as_ref(), &webhook, &policy),
            // What the API server itself refuses, it refuses whoever is asked.
            (Err(refusal), Err(_)) => seen.refused.push(refusal),
            (webhook, policy) => seen.faults.push(format!("webhook: {webhook:?}\npolicy: {policy:?}")),
        }
    }
}

impl Seen {
    fn note(&mut self, case: &Case, after: Option<&serde_json::Value>, webhook: &Opinion, policy: &Opinion) {
        self.pairs += 1;
        self.allowed += usize::from(!webhook.is_denied && !policy.is_denied);
        for code in &webhook.codes {
            *self.denials.entry(code).or_default() += 1;
        }
        if webhook.is_denied == policy.is_denied && webhook.codes == policy.codes {
            self.hold_sentences(webhook, policy);
        } else if let Some(difference) = Difference::explaining(&case.before, after, webhook, policy) {
            *self.differences.entry(difference).or_default() += 1;
        } else {
            let (before, after) = (json!(case.before), json!(after));
            self.faults.push(format!("webhook: {webhook:?}\npolicy: {policy:?}\nbefore: {before}\nafter: {after}"));
        }
    }

    /// Of Kubernetes versions and of provisioning both say the very same sentences.
    fn hold_sentences(&mut self, webhook: &Opinion, policy: &Opinion) {
        let said = policy.sentences.concat();
        let is_told_alike = |it: &&String| it.contains("(K8s") || it.ends_with("(ClusterProvisioning)");
        for sentence in webhook.sentences.iter().filter(is_told_alike) {
            if !said.contains(sentence.as_str()) && !said.ends_with('…') {
                self.faults.push(format!("the webhook says: {sentence}\nthe policy says: {said}"));
            }
        }
    }
}
