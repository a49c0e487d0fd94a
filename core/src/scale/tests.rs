//! Tests of scaling down and back.

use serde_json::json;

use super::*;
use crate::annotations::SCALED_DOWN;

mod changed;
mod kinds;
mod recovery;

const OCCASION: Occasion<'static> =
    Occasion { now: "2026-05-04T10:00:00Z", reason: Some("replaced by ui"), revision: Some(3), cluster: "prod-1" };

fn workload(kind: &str, replicas: i64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": {"name": "a", "namespace": "n", "uid": "u1", "resourceVersion": "7", "generation": 2},
        "spec": {"replicas": replicas, "template": {"metadata": {"labels": {"app": "a"}}, "spec": {}}},
    })
}

/// `base` with `value` at a JSON pointer's place, made where it is missing.
fn with(mut base: Value, pointer: &str, value: Value) -> Value {
    let mut at = &mut base;
    for step in pointer.split('/').skip(1) {
        at = &mut at[step.replace("~1", "/")];
    }
    *at = value;
    base
}

fn recorded(live: Value, replicas: i64, uid: &str) -> Value {
    let record = Record {
        former: Setting::Replicas(replicas),
        at: "2026-01-01T00:00:00Z".into(),
        reason: None,
        revision: None,
        cluster: "prod-1".into(),
        uid: uid.into(),
        fields: Default::default(),
    };
    with(live, "/metadata/annotations", json!({SCALED_DOWN: record.text()}))
}

/// What an API server makes of a JSON merge patch.
fn patched(mut target: Value, patch: &Value) -> Value {
    fn merge(target: &mut Value, patch: &Value) {
        let Some(fields) = patch.as_object() else {
            *target = patch.clone();
            return;
        };
        for (key, value) in fields {
            if value.is_null() {
                target.as_object_mut().unwrap().remove(key);
            } else if value.is_object() && target.get(key).is_some() {
                merge(&mut target[key], value);
            } else {
                target[key] = value.clone();
            }
        }
    }
    merge(&mut target, patch);
    target
}

fn subject<'a>(live: &'a Value, lever: &'a Lever) -> Subject<'a> {
    Subject { live, lever: Some(lever), scale: None }
}

/// Plans for an object by the lever of its kind.
fn try_down(live: &Value, scalers: &[Value]) -> Result<Down, Refusal> {
    let lever = Identity::of_live(live).and_then(|it| Lever::of_kind(&it.group, &it.kind));
    plan_down(&Subject { live, lever: lever.as_ref(), scale: None }, scalers, &OCCASION)
}

fn try_back(live: &Value, tolerance: Tolerance) -> Result<Plan, Refusal> {
    let lever = Identity::of_live(live).and_then(|it| Lever::of_kind(&it.group, &it.kind));
    plan_back(&Subject { live, lever: lever.as_ref(), scale: None }, &[], tolerance)
}

fn back(live: &Value) -> Result<Plan, Refusal> {
    try_back(live, Tolerance::Nothing)
}

fn down_with(live: &Value, scalers: &[Value]) -> Plan {
    match try_down(live, scalers) {
        Ok(Down::Scale(plan)) => plan,
        other => panic!("{live}: {other:?}"),
    }
}

fn down(live: &Value) -> Plan {
    down_with(live, &[])
}

fn object(plan: &Plan) -> &Value {
    match &plan.write {
        Write::Object(patch) => patch,
        write => panic!("{write:?}"),
    }
}

fn after(live: &Value, plan: &Plan) -> Value {
    patched(live.clone(), object(plan))
}

fn refused(live: &Value, scalers: &[Value]) -> Refusal {
    let refusal = try_down(live, scalers).expect_err(&live.to_string());
    let text = refusal.to_string();
    assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
    refusal
}

fn scaler(kind: &str, target: Value) -> Value {
    let api_version = if kind == "ScaledObject" { "keda.sh/v1alpha1" } else { "autoscaling/v2" };
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "s", "namespace": "n"}, "spec": {"scaleTargetRef": target}})
}

#[test]
fn one_patch_sets_the_size_and_the_record_and_is_pinned() {
    for kind in ["Deployment", "StatefulSet"] {
        let plan = down(&workload(kind, 3));
        let settings = (Setting::Replicas(3), Setting::Replicas(0));
        assert_eq!(
            (plan.from.clone(), plan.to.clone(), plan.identity.to_string()),
            (settings.0, settings.1, format!("{kind}/a"))
        );
        assert_eq!(plan.then, None);
        let patch = object(&plan);
        assert_eq!(patch["spec"], json!({"replicas": 0}));
        assert_eq!(patch["metadata"]["uid"], "u1");
        assert_eq!(patch["metadata"]["resourceVersion"], "7");
        let mut record: Value =
            serde_json::from_str(patch["metadata"]["annotations"][SCALED_DOWN].as_str().unwrap()).unwrap();
        let mut taken = |name: &str| record.as_object_mut().unwrap().remove(name);
        assert!(taken("fields").is_some_and(|fields| fields.is_object()));
        assert!(taken("check").is_some_and(|check| check.is_string()));
        assert_eq!(
            record,
            json!({"replicas": 3, "at": "2026-05-04T10:00:00Z", "reason": "replaced by ui", "revision": 3, "cluster": "prod-1", "uid": "u1"})
        );
    }
}

#[test]
fn back_restores_what_down_changed() {
    let live = with(workload("Deployment", 3), "/metadata/annotations", json!({"mine": "x"}));
    let at_zero = after(&live, &down(&live));
    assert_eq!(at_zero["spec"]["replicas"], 0);
    let plan = back(&at_zero).unwrap();
    assert_eq!((&plan.from, &plan.to), (&Setting::Replicas(0), &Setting::Replicas(3)));
    assert_eq!(after(&at_zero, &plan), live);
}

#[test]
fn a_size_that_is_not_written_is_one() {
    let mut live = workload("Deployment", 0);
    live["spec"].as_object_mut().unwrap().remove("replicas");
    assert_eq!(down(&live).from, Setting::Replicas(1));
}

#[test]
fn a_second_scale_down_writes_nothing() {
    let live = workload("Deployment", 3);
    let at_zero = after(&live, &down(&live));
    match try_down(&at_zero, &[]) {
        Ok(Down::AlreadyDown(record)) => assert_eq!(record.former, Setting::Replicas(3)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_at_zero_without_us_is_left_alone() {
    assert_eq!(try_down(&workload("Deployment", 0), &[]), Ok(Down::AlreadyZero));
}

#[test]
fn the_record_is_never_overwritten() {
    let same_size = recorded(workload("Deployment", 3), 3, "u1");
    let plan = down(&same_size);
    assert_eq!(object(&plan)["metadata"].get("annotations"), None);
    assert_eq!(back(&after(&same_size, &plan)).unwrap().to, Setting::Replicas(3));
    let refusal = refused(&recorded(workload("Deployment", 5), 3, "u1"), &[]);
    assert!(refusal.to_string().contains("had replicas 3 when it was scaled down and has 5 now"), "{refusal}");
}

#[test]
fn a_record_of_another_object_is_refused_both_ways() {
    for replicas in [0, 3] {
        let live = recorded(workload("Deployment", replicas), 3, "u0");
        assert!(matches!(refused(&live, &[]), Refusal::AnotherObject { .. }));
        assert!(matches!(back(&live), Err(Refusal::AnotherObject { .. })));
    }
}

#[test]
fn a_record_that_was_edited_is_refused_both_ways() {
    let fits = r#"{"replicas":2,"at":"t","cluster":"c","uid":"u1"}"#;
    let annotated = |text: Value| with(workload("Deployment", 0), "/metadata/annotations", json!({SCALED_DOWN: text}));
    assert_eq!(back(&annotated(fits.into())).unwrap().to, Setting::Replicas(2));
    for text in [
        json!("3"),
        json!(""),
        json!("{"),
        json!(7),
        json!(fits.replace("2", "0")),
        json!(fits.replace("2", "-1")),
        json!(fits.replace("2", "99999999999")),
        json!(fits.replace("2", "1.5")),
        json!(fits.replace("2", "\"2\"")),
        json!(fits.replace("at", "then")),
        json!(fits.replace(r#","uid":"u1""#, "")),
        json!(fits.replace("}", r#","more":1}"#)),
    ] {
        let live = annotated(text);
        assert!(matches!(refused(&live, &[]), Refusal::UnreadableRecord { .. }), "{live}");
        assert!(matches!(back(&live), Err(Refusal::UnreadableRecord { .. })), "{live}");
    }
}

#[test]
fn back_refuses_what_someone_changed_meanwhile() {
    assert!(matches!(back(&workload("Deployment", 0)), Err(Refusal::NoRecord(_))));
    let refusal = back(&recorded(workload("StatefulSet", 1), 3, "u1")).unwrap_err();
    assert!(matches!(&refusal, Refusal::ScaledSince { sizes, .. } if sizes.now == Setting::Replicas(1)), "{refusal}");
    let deleted = with(recorded(workload("Deployment", 0), 3, "u1"), "/metadata/deletionTimestamp", json!("t"));
    assert!(matches!(back(&deleted), Err(Refusal::BeingDeleted { .. })));
}

#[test]
fn what_has_no_size_is_refused_with_its_reason() {
    for (api_version, kind, word) in [
        ("apps/v1", "DaemonSet", "every node"),
        ("batch/v1", "Job", "ends by itself"),
        ("v1", "Pod", "no replicas"),
        ("v1", "Secret", "left alone"),
        ("example.com/v1", "Deployment", "left alone"),
    ] {
        let live = with(with(workload(kind, 3), "/apiVersion", json!(api_version)), "/kind", json!(kind));
        let refusal = refused(&live, &[]);
        assert!(matches!(refusal, Refusal::NotScalable(_)) && refusal.to_string().contains(word), "{refusal}");
        assert!(matches!(back(&live), Err(Refusal::NotScalable(_))), "{kind}");
    }
}

#[test]
fn what_others_would_undo_or_what_loses_data_is_refused() {
    let live = workload("Deployment", 3);
    let owner = json!([{"kind": "Rollout", "name": "r"}]);
    assert!(matches!(refused(&with(live.clone(), "/metadata/ownerReferences", owner), &[]), Refusal::Owned { .. }));
    assert!(matches!(
        refused(&with(live, "/metadata/deletionTimestamp", json!("t")), &[]),
        Refusal::BeingDeleted { .. }
    ));
    let claims = "/spec/persistentVolumeClaimRetentionPolicy";
    let stateful = |policy: Value| with(workload("StatefulSet", 3), claims, policy);
    assert!(matches!(refused(&stateful(json!({"whenScaled": "Delete"})), &[]), Refusal::WouldDeleteVolumes(_)));
    assert_eq!(down(&stateful(json!({"whenScaled": "Retain", "whenDeleted": "Delete"}))).to, Setting::Replicas(0));
}

#[test]
fn an_object_that_was_not_read_from_a_cluster_is_refused() {
    for pointer in ["/metadata/uid", "/metadata/resourceVersion"] {
        assert!(matches!(refused(&with(workload("Deployment", 3), pointer, json!(null)), &[]), Refusal::NotLive(_)));
    }
    assert_eq!(refused(&json!({}), &[]), Refusal::NotAnObject);
}

#[test]
fn an_autoscaler_that_scaled_to_zero_is_refused_and_another_is_named() {
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"});
    let autoscaler = scaler("HorizontalPodAutoscaler", target);
    let to_zero = |status: &str| {
        with(autoscaler.clone(), "/status", json!({"conditions": [{"type": "ScaledToZero", "status": status}]}))
    };
    let live = workload("Deployment", 3);
    assert!(matches!(refused(&live, &[to_zero("True")]), Refusal::ScaledToZero { .. }));
    let plan = down_with(&live, &[to_zero("False")]);
    assert!(plan.notices[0].starts_with("HorizontalPodAutoscaler/s"), "{:?}", plan.notices);
    let elsewhere = [
        with(to_zero("True"), "/metadata/namespace", json!("other")),
        with(to_zero("True"), "/spec/scaleTargetRef/name", json!("b")),
        with(to_zero("True"), "/spec/scaleTargetRef/kind", json!("StatefulSet")),
        with(to_zero("True"), "/spec/scaleTargetRef/apiVersion", json!("example.com/v1")),
    ];
    let plan = down_with(&live, &elsewhere);
    assert!(plan.notices.is_empty(), "{:?}", plan.notices);
}

#[test]
fn empty_dirs_that_die_are_named() {
    let volumes = json!([{"name": "cache", "emptyDir": {}}, {"name": "data", "persistentVolumeClaim": {"claimName": "d"}}, {"name": "tmp", "emptyDir": {"medium": "Memory"}}]);
    let live = with(workload("Deployment", 3), "/spec/template/spec/volumes", volumes);
    assert_eq!(down(&live).notices, ["what its pods keep in emptyDir volumes is lost: cache, tmp"]);
}

#[test]
fn a_workload_is_available_when_its_last_change_runs() {
    let status = |kind: &str, status: Value| with(workload(kind, 2), "/status", status);
    let full = json!({"observedGeneration": 2, "updatedReplicas": 2, "availableReplicas": 2});
    for kind in ["Deployment", "StatefulSet"] {
        assert_eq!(availability(&status(kind, full.clone())), Ok(()));
        for (field, start) in [
            ("observedGeneration", "the controller has not seen"),
            ("updatedReplicas", &format!("{kind}/a runs 1 of 2")),
            ("availableReplicas", &format!("{kind}/a has 1 of 2")),
        ] {
            let mut partly = full.clone();
            partly[field] = json!(1);
            let missing = availability(&status(kind, partly)).unwrap_err();
            assert!(missing.starts_with(start), "{missing}");
        }
        assert!(availability(&workload(kind, 2)).is_err(), "without a status");
    }
}

#[test]
fn availability_knows_strategies_zero_and_other_kinds() {
    let status = json!({"observedGeneration": 2, "updatedReplicas": 0, "availableReplicas": 2});
    let stateful = with(workload("StatefulSet", 2), "/status", status);
    assert!(availability(&stateful).is_err());
    assert_eq!(availability(&with(stateful.clone(), "/spec/updateStrategy", json!({"type": "OnDelete"}))), Ok(()));
    let partition = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
    assert_eq!(availability(&with(stateful, "/spec/updateStrategy", partition)), Ok(()));
    assert_eq!(availability(&with(workload("Deployment", 0), "/status", json!({"observedGeneration": 2}))), Ok(()));
    assert_eq!(availability(&json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}})), Ok(()));
    let daemons = json!({"observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 2});
    assert!(availability(&with(workload("DaemonSet", 0), "/status", daemons)).is_err());
}
