//! Tests of kinds beside Deployments and StatefulSets: CronJobs, KEDA, custom resources.

use super::*;

fn cron_job(suspend: bool) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"name": "a", "namespace": "n", "uid": "u1", "resourceVersion": "7", "annotations": {}},
        "spec": {"schedule": "* * * * *", "suspend": suspend},
        "status": {"active": [{"kind": "Job", "name": "a-1"}]},
    })
}

fn scaled_object(paused: Option<&str>) -> Value {
    let mut annotations = json!({"mine": "x"});
    if let Some(paused) = paused {
        annotations["autoscaling.keda.sh/paused-replicas"] = json!(paused);
    }
    json!({
        "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
        "metadata": {"name": "s", "namespace": "n", "uid": "u2", "resourceVersion": "8", "annotations": annotations},
        "spec": {"scaleTargetRef": {"name": "a"}, "maxReplicaCount": 4},
    })
}

#[test]
fn a_cron_job_is_suspended_and_resumed_and_its_running_jobs_are_named() {
    let live = cron_job(false);
    let plan = down(&live);
    assert_eq!((plan.from.to_string(), plan.to.done()), ("false".into(), "suspended".into()));
    assert_eq!(object(&plan)["spec"], json!({"suspend": true}));
    assert_eq!(plan.notices, ["jobs that run already are left alone: a-1"]);
    let suspended = after(&live, &plan);
    assert!(matches!(try_down(&suspended, &[]), Ok(Down::AlreadyDown(_))));
    assert_eq!(after(&suspended, &back(&suspended).unwrap()), live);
    assert_eq!(try_down(&cron_job(true), &[]), Ok(Down::AlreadyZero));
}

#[test]
fn keda_is_paused_and_its_annotation_comes_back_as_it_was_or_goes() {
    for paused in [None, Some("2"), Some("")] {
        let live = scaled_object(paused);
        let plan = down(&live);
        assert_eq!(plan.to.done(), "paused at 0");
        let stopped = after(&live, &plan);
        assert_eq!(stopped["metadata"]["annotations"]["autoscaling.keda.sh/paused-replicas"], "0");
        assert_eq!(stopped["spec"], live["spec"]);
        assert!(matches!(try_down(&stopped, &[]), Ok(Down::AlreadyDown(_))));
        assert_eq!(after(&stopped, &back(&stopped).unwrap()), live, "{paused:?}");
    }
    assert_eq!(try_down(&scaled_object(Some("0")), &[]), Ok(Down::AlreadyZero));
    let stopped = after(&scaled_object(None), &down(&scaled_object(None)));
    let elsewhere = with(stopped, "/metadata/annotations/autoscaling.keda.sh~1paused-replicas", json!("1"));
    assert!(matches!(back(&elsewhere), Err(Refusal::ScaledSince { .. })));
}

#[test]
fn a_workload_that_keda_scales_goes_down_with_it() {
    let live = workload("Deployment", 3);
    let running = [scaled_object(None)];
    let identity = Identity::of_live(&live).unwrap();
    assert_eq!(pausing(&identity, &running).count(), 1);
    assert_eq!(pausing(&Identity { name: "b".into(), ..identity }, &running).count(), 0);
    let at_zero = after(&live, &down_with(&live, &running));
    // KEDA scaled it up again before it was paused: the record still tells the truth.
    let raised = with(at_zero, "/spec/replicas", json!(1));
    assert_eq!(object(&down_with(&raised, &running))["metadata"].get("annotations"), None);
    assert!(matches!(try_down(&raised, &[scaled_object(Some("1"))]), Err(Refusal::ScaledSince { .. })));
    let lever = Lever::of_kind("apps", "Deployment");
    let subject = Subject { live: &raised, lever: lever.as_ref(), scale: None };
    let plan = plan_back(&subject, &running, Tolerance::Nothing).unwrap();
    assert_eq!((object(&plan).get("spec"), &plan.to), (None, &Setting::Replicas(1)));
}

fn custom(replicas: i64) -> Value {
    json!({
        "apiVersion": "example.com/v1", "kind": "Widget",
        "metadata": {"name": "w", "namespace": "n", "uid": "u3", "resourceVersion": "9", "annotations": {}},
        "spec": {"workers": {"count": replicas, "image": "i"}, "colour": "blue"},
    })
}

#[test]
fn a_custom_resource_whose_field_is_known_changes_in_one_patch() {
    let lever = Lever::of_path(".spec.workers.count").unwrap();
    let live = custom(3);
    let Ok(Down::Scale(plan)) = plan_down(&subject(&live, &lever), &[], &OCCASION) else { panic!() };
    assert_eq!((object(&plan)["spec"].clone(), &plan.then), (json!({"workers": {"count": 0}}), &None));
    let at_zero = after(&live, &plan);
    assert_eq!(after(&at_zero, &plan_back(&subject(&at_zero, &lever), &[], Tolerance::Nothing).unwrap()), live);
    let other = with(at_zero, "/spec/workers/image", json!("j"));
    let refusal = plan_back(&subject(&other, &lever), &[], Tolerance::Nothing).unwrap_err().to_string();
    assert!(refusal.contains("spec.workers was changed"), "{refusal}");
    let absent = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": live["metadata"], "spec": {}});
    assert!(matches!(plan_down(&subject(&absent, &lever), &[], &OCCASION), Err(Refusal::NoSize { .. })));
}

#[test]
fn only_a_plain_path_names_a_field() {
    for path in ["", "spec.replicas", ".", ".spec", ".spec.", ".spec.a[0]", ".spec..a", ".spec.a b"] {
        assert_eq!(Lever::of_path(path), None, "{path}");
    }
    assert_eq!(Lever::of_path(".spec.replicas"), Lever::of_kind("apps", "ReplicaSet"));
}

#[test]
fn where_only_scale_tells_the_size_the_record_goes_first_and_comes_last() {
    let lever = Lever::Subresource;
    let sized = |replicas: i64| json!({"spec": if replicas == 0 { json!({}) } else { json!({"replicas": replicas}) }});
    let plan_of = |live: &Value, replicas| {
        let scale = sized(replicas);
        match plan_down(&Subject { live, lever: Some(&lever), scale: Some(&scale) }, &[], &OCCASION) {
            Ok(Down::Scale(plan)) => Some(plan),
            Ok(_) => None,
            Err(refusal) => panic!("{refusal}"),
        }
    };
    let live = custom(3);
    let first = plan_of(&live, 3).unwrap();
    assert_eq!(object(&first).get("spec"), None);
    assert!(matches!(&first.then, Some(Write::Scale(patch)) if patch["spec"]["replicas"] == 0), "{first:?}");
    let recorded = after(&live, &first);
    let second = plan_of(&recorded, 3).unwrap();
    assert_eq!(first.then, Some(second.write));
    assert_eq!(second.then, None);
    let at_zero = with(recorded.clone(), "/spec/workers/count", json!(0));
    assert_eq!(plan_of(&at_zero, 0), None);

    let back_of = |live: &Value, replicas| {
        let scale = sized(replicas);
        plan_back(&Subject { live, lever: Some(&lever), scale: Some(&scale) }, &[], Tolerance::Nothing)
    };
    let first = back_of(&at_zero, 0).unwrap();
    assert!(matches!(&first.write, Write::Scale(patch) if patch["spec"]["replicas"] == 3), "{first:?}");
    let second = back_of(&recorded, 3).unwrap();
    assert_eq!((object(&second).get("spec"), &second.then), (None, &None));
    assert_eq!(after(&recorded, &second)["metadata"]["annotations"], json!({}));
    let repainted = with(at_zero, "/spec/colour", json!("red"));
    assert!(back_of(&repainted, 0).unwrap_err().to_string().contains("spec.colour blue -> red"));
}
