//! What a scale-down and a scale-back print for machines and for pipes.

use super::*;
use crate::orphans::deployment;

fn document(run: &Run) -> Value {
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    assert_eq!(document["kind"], "ScaleList", "{run}");
    document
}

#[test]
fn each_object_is_told_with_its_sizes_and_what_became_of_it() {
    let world = World::switched(&[deployment("web", 2), deployment("api", 1)]);
    let run = world.down(&["deployment/web", "-o", "json", "--dry-run"]);
    let found = document(&run);
    assert_eq!((&found["dryRun"], &found["items"][0]["outcome"]), (&json!("client"), &json!("scaled")), "{run}");
    assert_eq!(world.replicas("deployment", "web"), 2, "a dry run writes nothing");

    let run = world.down(&["-o", "json"]);
    assert!(run.is_success(), "{run}");
    let item = |name: &str, from: &str| {
        json!({
            "cluster": "demo", "group": "apps", "kind": "Deployment", "namespace": world.namespace, "name": name,
            "setting": "replicas", "from": from, "to": "0", "outcome": "scaled", "reason": null,
        })
    };
    let found = document(&run);
    assert_eq!(found["items"], json!([item("api", "1"), item("web", "2")]), "{run}");
    assert_eq!((&found["dryRun"], &found["outcomes"]), (&json!("none"), &Value::Null), "{run}");
    assert!(run.stderr.contains("deployment.apps/web scaled down (was 2)"), "people read beside it: {run}");

    let run = world.down(&["-o", "json"]);
    assert_eq!(document(&run)["items"][0]["outcome"], "unchanged", "{run}");
    let run = world.back(&["-o", "name"]);
    assert_eq!(run.stdout, "deployment.apps/api\ndeployment.apps/web\n", "{run}");
    assert_eq!(world.replicas("deployment", "web"), 2);
}

#[test]
fn what_is_left_as_it_is_is_told_with_its_reason() {
    let world = World::switched(&[deployment("web", 2)]);
    assert!(world.down(&[]).is_success());
    assert!(world.kubectl(&["scale", "deployment", "web", "--replicas=5"]).is_success());
    let run = world.back(&["-o", "json"]);
    assert_eq!(run.code, Some(4), "{run}");
    let found = document(&run);
    assert_eq!(found["items"][0]["outcome"], "refused", "{run}");
    assert!(found["items"][0]["reason"].as_str().is_some_and(|it| it.contains('5')), "{run}");
}
