//! No review takes memory out of all proportion to its length, however its parts multiply with each other.

use peak_alloc::PeakAlloc;
use profile_webhook::{admission, settings::Settings};
use serde_json::{Value, json};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A decision may take so many times the review's length. Every pack of a few dozen bytes can break a rule, and each violation
/// is told with what would be right.
const TIMES: usize = 40;

/// Lists of so many items, each with another item of the other list.
const MANY: usize = 4_000;

/// A text of an object that is about as large as etcd takes.
const LONG: usize = 500_000;

fn cluster(packs: Vec<Value>, reported: Vec<Value>) -> Value {
    json!({
        "metadata": {"name": "demo"},
        "spec": {"cloudType": "aws", "clusterProfileTemplates": [{"uid": "u1", "packs": packs}]},
        "status": {"state": "Running", "packs": reported},
    })
}

fn pack(name: &str, version: &str) -> Value {
    json!({"name": name, "layer": "k8s", "version": version})
}

fn many(item: impl Fn(usize) -> Value) -> Vec<Value> {
    (0..MANY).map(item).collect()
}

/// Clusters and what a write makes of them, in which something meets something else each time.
fn writes() -> Vec<(&'static str, Value, Value)> {
    let long = |version: &str| format!("{version}+{}", "x".repeat(LONG));
    let (long_version, long_name) = (long("1.30.0"), "n".repeat(LONG));
    let falls = || many(|it| pack("k", &format!("1.20.{it}")));
    let ways = |uid: &'static str, condition: &'static str| move |it: usize| json!({"name": "k", "version": format!("1.20.{it}"), "profileUid": uid, "condition": {"type": condition}});
    let mut in_flight = many(ways("u2", "Ready"));
    in_flight.push(ways("u1", "Error")(MANY));
    let gone = || many(|it| json!({"name": format!("g{it}"), "version": format!("1.29.{it}")}));
    let beside = || many(|it| json!({"name": format!("b{it}"), "version": format!("1.29.{it}")}));
    let mut both = many(|it| pack(&format!("b{it}"), "1.30.0"));
    both.extend(many(|it| pack(&format!("a{it}"), "1.30.0")));
    vec![
        ("packs below a long version", cluster(vec![pack("k", &long_version)], vec![]), cluster(falls(), vec![])),
        (
            "packs below a long version that runs",
            cluster(many(|it| pack("k", &format!("1.30.{it}"))), vec![json!({"name": "k", "version": long_version})]),
            cluster(falls(), vec![]),
        ),
        (
            "packs instead of one of a long name",
            cluster(vec![pack(&long_name, "1.30.0")], vec![]),
            cluster(many(|it| pack(&format!("k{it}"), "1.30.1")), vec![]),
        ),
        ("ways back", cluster(many(|it| pack("k", &format!("1.30.{it}"))), in_flight), cluster(falls(), vec![])),
        (
            "packs that nothing is reported of beside what is gone",
            cluster(many(|it| pack(&format!("k{it}"), "1.30.0")), gone()),
            cluster(many(|it| pack(&format!("k{it}"), "1.29.5")), gone()),
        ),
        (
            "packs that nothing is reported of beside others",
            cluster(both, beside()),
            cluster(many(|it| pack(&format!("a{it}"), "1.29.5")), beside()),
        ),
    ]
}

#[test]
fn a_decision_takes_memory_in_proportion_to_its_review() {
    let mut most = Vec::new();
    for (case, before, after) in writes() {
        let body = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
            "uid": "u",
            "resource": {"group": admission::GROUP, "resource": admission::RESOURCE},
            "operation": "UPDATE",
            "oldObject": before,
            "object": after,
        }});
        let body = body.to_string().into_bytes();
        drop((before, after));
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let decision = admission::decide(&body, &Settings::default(), jiff::Timestamp::UNIX_EPOCH);
        let peak = MEMORY.peak_usage() - before;
        assert!(decision.is_ok_and(|it| it.record.is_some()), "{case} is not judged");
        most.push((peak / body.len(), case));
        assert!(peak <= TIMES * body.len(), "{case}: {peak} bytes for {} of the review", body.len());
    }
    assert!(most.iter().any(|(times, _)| *times > 1), "nothing is measured: {most:?}");
}
