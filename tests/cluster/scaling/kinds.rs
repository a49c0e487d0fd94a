//! Every kind that can be stopped goes down with its former state recorded, and comes back to exactly that.

use serde_json::{Value, json};

use super::*;
use crate::orphans::{deployment, workload};

fn pods(world: &World) -> usize {
    world.kubectl(&["get", "pods", "--no-headers"]).stdout.lines().count()
}

#[test]
fn workloads_of_every_kind_lose_their_pods_and_get_them_back() {
    serve_custom_kinds();
    let world = World::switched(&[
        deployment("web", 2),
        workload("StatefulSet", "db", 2),
        workload("ReplicaSet", "old", 1),
        widget("gadget", 3),
        cron_job("tick", "0 0 1 1 *"),
    ]);
    let before: Vec<Value> = ["deployment/web", "statefulset/db", "replicaset/old", "widget/gadget", "cronjob/tick"]
        .iter()
        .map(|it| it.split_once('/').unwrap())
        .map(|(kind, name)| world.get(kind, name)["spec"].clone())
        .collect();
    let ready =
        ["wait", "--for=jsonpath={.status.readyReplicas}=2", "--timeout=60s", "deployment/web", "statefulset/db"];
    assert!(world.kubectl(&ready).is_success());

    let down = world.down(&["--wait", "--reason", "replaced"]);
    assert!(down.is_success(), "{down}");
    for said in [
        "deployment.apps/web scaled down (was 2)",
        "statefulset.apps/db scaled down (was 2)",
        "replicaset.apps/old scaled down (was 1)",
        "widget.widgets.example.com/gadget scaled down (was 3)",
        "cronjob.batch/tick suspended (was running)",
    ] {
        assert!(down.stdout.contains(said), "{said}: {down}");
    }
    assert_eq!(pods(&world), 0, "{down}");
    assert_eq!(world.get("widget", "gadget")["spec"], json!({"workers": {"count": 0}, "colour": "blue"}));
    assert_eq!(world.get("cronjob", "tick")["spec"]["suspend"], true);
    let record = world.record("cronjob", "tick");
    assert_eq!(
        (&record["suspend"], &record["reason"], &record["revision"]),
        (&json!(false), &json!("replaced"), &json!(1))
    );
    // Record and size came in one write: the object changed once.
    assert_eq!(world.get("widget", "gadget")["metadata"]["generation"], 2);

    let again = world.down(&[]);
    assert!(again.is_success() && again.stdout.matches("unchanged (scaled down already").count() == 4, "{again}");
    assert!(again.stdout.contains("cronjob.batch/tick unchanged (suspended already"), "{again}");

    let back = world.back(&["--wait", "--timeout=90s", "deploy/web", "sts/db", "rs/old", "cj/tick"]);
    assert!(back.is_success(), "{back}");
    let widget = world.back(&["widgets/gadget"]);
    assert!(widget.is_success() && widget.stdout.contains("gadget scaled back to 3"), "{widget}");
    let after: Vec<Value> = ["deployment/web", "statefulset/db", "replicaset/old", "widget/gadget", "cronjob/tick"]
        .iter()
        .map(|it| it.split_once('/').unwrap())
        .map(|(kind, name)| {
            let object = world.get(kind, name);
            assert_eq!(object["metadata"]["annotations"].get(RECORD), None, "{object}");
            object["spec"].clone()
        })
        .collect();
    assert_eq!(before, after);
    assert_eq!(pods(&world), 5);
    let stdout = &back.stdout;
    let order: Vec<_> = ["cronjob.batch/tick resumed", "db scaled back", "old scaled back", "web scaled back"]
        .map(|it| stdout.find(it).unwrap_or_else(|| panic!("{it}: {back}")))
        .to_vec();
    assert!(order.is_sorted(), "the last one first: {back}");
}

#[test]
fn an_autoscaler_does_not_undo_a_zero_and_goes_on_afterwards() {
    let autoscaler = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "grow"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 2, "maxReplicas": 4,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}],
        },
    });
    let world = World::switched(&[deployment("web", 2)]);
    world.apply(&autoscaler);
    let down = world.down(&["--wait"]);
    assert!(
        down.is_success() && down.stdout.contains("HorizontalPodAutoscaler/grow rests while the size is 0"),
        "{down}"
    );
    let disabled = ["wait", "--timeout=90s", "hpa/grow"];
    let reason = r#"--for=jsonpath={.status.conditions[?(@.type=="ScalingActive")].reason}=ScalingDisabled"#;
    let rests = world.kubectl(&[&disabled[..], &[reason]].concat());
    assert!(rests.is_success(), "{rests}");
    assert_eq!(world.replicas("deployment", "web"), 0);
    assert!(world.back(&["--wait"]).is_success());
    assert_eq!(world.replicas("deployment", "web"), 2);
}

#[test]
fn an_autoscaler_that_scaled_to_zero_by_itself_is_refused() {
    let world = World::switched(&[deployment("web", 2)]);
    world.apply(&json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "grow"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 4},
    }));
    let gate = world.gate();
    let lie = r#""conditions":[{"type":"ScaledToZero","status":"True"},"#;
    let told = world.sandbox.wait_until("the autoscaler's conditions", DEADLINE, || {
        let found = world.get("hpa", "grow");
        if found["status"]["conditions"].as_array().is_some_and(|it| !it.is_empty()) { Ok(()) } else { Err(found) }
    });
    told.unwrap();
    gate.lie(r#""conditions":[{"type":"AbleToScale""#, &format!(r#"{lie}{{"type":"AbleToScale""#));
    let run = crate::world::finish(world.start(&gate, &["scale-down", "demo", "--yes"]));
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("HorizontalPodAutoscaler/grow has scaled Deployment/web to zero by itself"), "{run}");
    assert_eq!(world.replicas("deployment", "web"), 2);
}

#[test]
fn keda_is_paused_with_its_workload_and_its_annotation_comes_back_exactly() {
    serve_custom_kinds();
    for former in [None, Some("3")] {
        let mut object = scaled_object("events", "web");
        if let Some(former) = former {
            object["metadata"]["annotations"] = json!({PAUSED: former});
        }
        let world = World::switched(&[deployment("web", 3), object]);
        let down = world.down(&["--wait"]);
        assert!(down.is_success(), "{down}");
        assert!(down.stdout.contains("scaledobject.keda.sh/events paused at 0"), "{down}");
        assert_eq!(
            (world.replicas("deployment", "web"), world.annotation("scaledobject", "events", PAUSED)),
            (json!(0), json!("0"))
        );
        assert_eq!(world.record("scaledobject", "events")["paused"]["replicas"], json!(former));
        let back = world.back(&["deployment/web"]);
        assert!(back.is_success(), "{back}");
        let annotations = &world.get("scaledobject", "events")["metadata"]["annotations"];
        assert_eq!(
            (annotations.get(PAUSED), annotations.get(RECORD)),
            (former.map(|it| json!(it)).as_ref(), None),
            "{back}"
        );
        assert_eq!(world.replicas("deployment", "web"), 3);
    }
}

#[test]
fn a_scaled_object_is_never_paused_without_an_orphan_that_it_scales() {
    serve_custom_kinds();
    let world = World::new(&[deployment("web", 1), scaled_object("events", "web")], &[deployment("web", 1)]);
    world.switch();
    world.reconcile("2.0.0");
    let run = world.down(&["--even-if-not-ready"]);
    assert!(run.is_success() && run.stderr.contains("nothing to scale down"), "{run}");
    let named = world.down(&["scaledobject/events", "--even-if-not-ready"]);
    assert_eq!(named.code, Some(4), "{named}");
    assert!(named.stderr.contains("it is paused with the orphan that it scales"), "{named}");
    assert_eq!(world.annotation("scaledobject", "events", PAUSED), Value::Null);
}

#[test]
fn a_running_job_of_a_suspended_cron_job_is_named_and_left_alone() {
    let world = World::switched(&[cron_job("tick", "* * * * *")]);
    let started = world.sandbox.wait_until("a running job", DEADLINE, || {
        let found = world.get("cronjob", "tick");
        let active = found["status"]["active"][0]["name"].as_str().map(str::to_owned);
        active.ok_or(found)
    });
    let job = started.unwrap();
    let run = world.down(&[]);
    assert!(run.is_success(), "{run}");
    let left_alone = run.stdout.contains(&format!("jobs that run already are left alone: {job}"));
    // With kwok's pods the job may end before it is looked at.
    let ended = world.get("job", &job)["status"]["completionTime"].is_string();
    assert!(left_alone || ended, "{run}");
    assert!(world.kubectl(&["get", "job", &job]).is_success());
}

#[test]
fn what_has_no_size_is_explained_and_not_touched() {
    let template =
        json!({"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "main", "image": "i"}]}});
    let daemon_set = json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"},
        "spec": {"selector": {"matchLabels": {"app": "x"}}, "template": template},
    });
    let pod = json!({"restartPolicy": "Never", "containers": [{"name": "main", "image": "i"}]});
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"}, "spec": {"template": {"spec": pod}}});
    let world = World::switched(&[daemon_set, job]);
    let specs = || (world.get("daemonset", "agent")["spec"].clone(), world.get("job", "once")["spec"].clone());
    let before = specs();
    let run = world.down(&["ds/agent", "job/once"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("runs on every node") && run.stderr.contains("a Job ends by itself"), "{run}");
    assert_eq!(specs(), before);
}
