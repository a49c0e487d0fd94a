//! Tests of telling what somebody changed since a scale-down.

use super::*;

fn running() -> Value {
    let container = json!({"name": "main", "image": "example.com/a:1", "env": [{"name": "TOKEN", "value": "s3cret"}]});
    let live = with(workload("Deployment", 3), "/spec/template/spec/containers", json!([container]));
    with(with(live, "/spec/minReadySeconds", json!(5)), "/spec/dbPassword", json!("hunter2"))
}

fn at_zero() -> Value {
    after(&running(), &down(&running()))
}

fn changed(pointer: &str, value: Value) -> String {
    match back(&with(at_zero(), pointer, value)) {
        Err(refusal @ Refusal::ChangedSince { .. }) => refusal.to_string(),
        other => panic!("{pointer}: {other:?}"),
    }
}

#[test]
fn what_was_changed_meanwhile_is_refused_with_what_it_was_and_is() {
    let image = "spec.template.spec.containers[main].image example.com/a:1 -> example.com/a:2";
    let mut live = at_zero();
    live["spec"]["template"]["spec"]["containers"][0]["image"] = json!("example.com/a:2");
    let refusal = back(&live).unwrap_err().to_string();
    assert!(refusal.contains(image), "{refusal}");
    assert!(changed("/spec/minReadySeconds", json!(9)).contains("spec.minReadySeconds 5 -> 9"));
    assert!(changed("/spec/minReadySeconds", json!(null)).contains("spec.minReadySeconds was removed"));
    assert!(changed("/spec/paused", json!(true)).contains("spec.paused was added: true"));
    assert!(
        changed("/spec/template/metadata/annotations", json!({"restarted": "x"}))
            .contains("spec.template.metadata was changed")
    );
    let ports = changed("/spec/template/spec/containers", json!([{"name": "main", "image": "example.com/a:1"}]));
    assert!(ports.contains("containers[main] was changed") && !ports.contains("image"), "{ports}");
}

#[test]
fn what_moves_by_itself_is_no_change() {
    let live = with(at_zero(), "/status", json!({"replicas": 0, "observedGeneration": 9}));
    let live = with(live, "/metadata/annotations/deployment.kubernetes.io~1revision", json!("4"));
    assert_eq!(back(&live).unwrap().to, Setting::Replicas(3));
}

#[test]
fn a_change_that_the_user_has_seen_is_no_obstacle() {
    let live = with(at_zero(), "/spec/minReadySeconds", json!(9));
    assert_eq!(try_back(&live, Tolerance::Specification).unwrap().to, Setting::Replicas(3));
    let scaled = with(live, "/spec/replicas", json!(5));
    assert!(matches!(try_back(&scaled, Tolerance::Specification), Err(Refusal::ScaledSince { .. })));
    let plan = try_back(&scaled, Tolerance::Everything).unwrap();
    assert_eq!((object(&plan).get("spec"), &plan.to), (None, &Setting::Replicas(5)));
}

#[test]
fn the_record_keeps_no_secret_and_stays_short() {
    let record = at_zero()["metadata"]["annotations"][SCALED_DOWN].as_str().unwrap().to_owned();
    assert!(!record.contains("s3cret") && !record.contains("hunter2"), "{record}");
    let long = with(
        running(),
        "/spec/template/spec/volumes",
        json!((0..500).map(|it| json!({"name": it})).collect::<Vec<_>>()),
    );
    let record = object(&down(&long))["metadata"]["annotations"][SCALED_DOWN].to_string();
    assert!(record.len() < 1000, "{record}");
    assert!(changed("/spec/dbPassword", json!("other")).ends_with("spec.dbPassword was changed"));
}

#[test]
fn who_changed_it_is_named_when_the_api_server_knows() {
    let entry = |manager: &str, time: &str| json!({"manager": manager, "operation": "Update", "time": time, "fieldsV1": {"f:spec": {}}});
    let entries = json!([
        entry("before", "2026-05-04T09:00:00Z"),
        entry("kubectl-edit", "2026-05-04T11:00:00Z"),
        entry("kubectl-profile", "2026-05-04T12:00:00Z"),
    ]);
    let live = with(with(at_zero(), "/metadata/managedFields", entries), "/spec/minReadySeconds", json!(9));
    let words = back(&live).unwrap_err().to_string();
    assert!(words.contains("(last written by kubectl-edit at 2026-05-04T11:00:00Z)"), "{words}");
}

#[test]
fn what_was_shown_is_pinned_but_for_what_moves_all_day() {
    let lever = Lever::of_kind("apps", "Deployment").unwrap();
    let shown = running();
    let moved_to = |now: &Value| moved(&subject(&shown, &lever), &subject(now, &lever));
    let quiet = with(with(shown.clone(), "/status/replicas", json!(2)), "/metadata/resourceVersion", json!("8"));
    assert_eq!(moved_to(&with(quiet, "/metadata/annotations", json!({"mine": "x"}))), [""; 0]);
    let anew = with(with(shown.clone(), "/metadata/uid", json!("u9")), "/spec/replicas", json!(4));
    assert_eq!(moved_to(&anew), ["it was deleted and created anew", "replicas 3 -> 4"]);
    assert_eq!(moved_to(&with(shown.clone(), "/spec/minReadySeconds", json!(6))), ["spec.minReadySeconds 5 -> 6"]);
    let kept = with(shown.clone(), "/metadata/annotations", json!({crate::annotations::KEEP: "true"}));
    assert_eq!(moved_to(&kept), ["annotation kubectl-profile.dev/keep"]);
    let owned = with(shown.clone(), "/metadata/ownerReferences", json!([{"kind": "Rollout", "name": "r"}]));
    assert_eq!(moved_to(&owned), ["its owners changed"]);
}
