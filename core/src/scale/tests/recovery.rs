//! Tests of records of other forms and of runs that ended between two writes.

use super::*;

#[test]
fn a_record_of_before_is_read_and_knows_no_changes() {
    let old = r#"{"replicas":2,"at":"2026-01-01T00:00:00Z","reason":"r","revision":4,"cluster":"n/c","uid":"u1"}"#;
    let live = with(workload("Deployment", 0), "/metadata/annotations", json!({SCALED_DOWN: old}));
    let record = Record::of(&live).unwrap().unwrap();
    assert_eq!((&record.former, record.revision, record.cluster.as_str()), (&Setting::Replicas(2), Some(4), "n/c"));
    assert_eq!(back(&with(live, "/spec/minReadySeconds", json!(1))).unwrap().to, Setting::Replicas(2));
}

#[test]
fn a_record_that_says_two_things_or_nothing_is_refused() {
    let rest = r#""at":"t","cluster":"c","uid":"u1""#;
    for (kind, text) in [
        ("Deployment", format!("{{{rest}}}")),
        ("Deployment", format!(r#"{{"replicas":2,"suspend":false,{rest}}}"#)),
        ("Deployment", format!(r#"{{"suspend":false,{rest}}}"#)),
        ("Deployment", format!(r#"{{"suspend":true,{rest}}}"#)),
        ("Deployment", format!(r#"{{"paused":{{"replicas":"0"}},{rest}}}"#)),
        ("Deployment", format!(r#"{{"replicas":2,"fields":{{"a":1}},{rest}}}"#)),
    ] {
        let live = with(workload(kind, 0), "/metadata/annotations", json!({SCALED_DOWN: text}));
        assert!(matches!(back(&live), Err(Refusal::UnreadableRecord { .. })), "{live}");
    }
}

#[test]
fn a_record_that_was_edited_into_another_one_is_refused() {
    let text =
        object(&down(&workload("Deployment", 3)))["metadata"]["annotations"][SCALED_DOWN].as_str().unwrap().to_owned();
    let stopped = |text: &str| with(workload("Deployment", 0), "/metadata/annotations", json!({SCALED_DOWN: text}));
    assert!(back(&stopped(&text)).is_ok());
    // The same in another order, or with other spaces, is no edit.
    let same: Value = serde_json::from_str(&text).unwrap();
    assert!(back(&stopped(&format!("{same:#}"))).is_ok());
    for (from, to) in
        [("\"replicas\":3", "\"replicas\":9"), ("\"uid\":\"u1\"", "\"uid\":\"u2\""), ("\"check\":\"", "\"check\":\"0")]
    {
        let edited = text.replace(from, to);
        assert_ne!(edited, text);
        let refusal = back(&stopped(&edited)).unwrap_err();
        assert!(matches!(&refusal, Refusal::UnreadableRecord { .. }), "{edited}: {refusal}");
        assert!(refusal.to_string().contains("it was edited"), "{refusal}");
    }
}

#[test]
fn a_record_without_its_scale_down_is_continued_or_cleared() {
    let recorded = recorded(workload("Deployment", 3), 3, "u1");
    assert_eq!(object(&down(&recorded))["spec"], json!({"replicas": 0}));
    let plan = back(&recorded).unwrap();
    assert_eq!((object(&plan).get("spec"), &plan.to), (None, &Setting::Replicas(3)));
    assert!(plan.notices[0].contains("only the record is removed"), "{plan:?}");
    assert_eq!(after(&recorded, &plan)["metadata"]["annotations"], json!({}));
}

#[test]
fn a_finalizer_that_holds_an_object_is_named() {
    let deleted = with(workload("Deployment", 3), "/metadata/deletionTimestamp", json!("t"));
    let stuck = with(deleted, "/metadata/finalizers", json!(["example.com/hold"]));
    let words = refused(&stuck, &[]).to_string();
    assert!(words.ends_with("is being deleted, and waits for its finalizers: example.com/hold"), "{words}");
}

#[test]
fn a_scaler_that_appears_or_is_paused_elsewhere_is_told_apart() {
    let identity = Identity::of_live(&workload("Deployment", 3)).unwrap();
    let target = json!({"kind": "Deployment", "name": "a"});
    let one = scaler("HorizontalPodAutoscaler", target.clone());
    let keda = scaler("ScaledObject", target);
    let same = |shown: &[Value], now: &[Value]| scalers_are_same(&identity, shown, now);
    assert!(same(&[one.clone(), keda.clone()], &[keda.clone(), with(one.clone(), "/status", json!({"x": 1}))]));
    assert!(!same(&[], std::slice::from_ref(&one)));
    let paused = with(keda.clone(), "/metadata/annotations", json!({"autoscaling.keda.sh/paused-replicas": "2"}));
    assert!(!same(std::slice::from_ref(&keda), &[paused]));
    let to_zero = json!({"conditions": [{"type": "ScaledToZero", "status": "True"}]});
    assert!(!same(std::slice::from_ref(&one), &[with(one.clone(), "/status", to_zero)]));
}
