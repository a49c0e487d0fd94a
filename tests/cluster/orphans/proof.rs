//! The proof of an orphan is printed whole, and what it holds and who uses it is told.

use super::*;
use crate::scaling::{scaled_object, serve_custom_kinds, widget};

fn said(run: &Run, texts: &[&str]) {
    for text in texts {
        assert!(run.stdout.contains(text) || run.stderr.contains(text), "{text:?} is not said: {run}");
    }
}

#[test]
fn the_whole_proof_of_one_object_is_explained() {
    let world = World::new(&[deployment("old", 2), deployment("kept", 1)], &[deployment("new", 1)]);
    world.switch();
    world.apply(&deployment("new", 1));
    assert!(world.kubectl(&["annotate", "deployment", "kept", "kubectl-profile.dev/keep=true"]).is_success());
    let run = world.profile(&["orphans", "demo", "--explain", "deploy/old"]);
    let uid = world.get("deployment", "old")["metadata"]["uid"].as_str().unwrap().to_owned();
    assert!(run.is_success(), "{run}");
    said(
        &run,
        &[
            &format!("Deployment/old in {}", world.namespace),
            "Confidence:  proven",
            &uid,
            "rendered by revision 1: manifest app of pack app of app@1.0.0",
            "pack app of app@2.0.0: rendered from its manifests, 1 object",
            "kubectl (Apply) at 20",
            "without an owner reference",
            "requests to the API server",
        ],
    );
    let run = world.profile(&["orphans", "demo", "--explain", "deploy/kept"]);
    said(&run, &["Deployment/kept", "is no orphan: kept by the annotation kubectl-profile.dev/keep"]);
    let run = world.profile(&["orphans", "demo", "--explain", "deploy/new"]);
    assert_eq!(run.code, Some(2), "{run}");
    said(&run, &["is not an orphan of the 1 found", "is rendered now, by manifest app of pack app of app@2.0.0"]);
    let run = world.profile(&["orphans", "demo", "--explain", "deploy/old", "-o", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&document["kind"], &document["orphan"]["uid"]), (&json!("Orphan"), &json!(uid)), "{run}");
    assert_eq!(document["orphan"]["renderedBy"].as_array().unwrap().len(), 1, "{run}");
}

#[test]
fn names_are_what_kubectl_takes() {
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "old"},
        "spec": {"selector": {"app": "old"}, "ports": [{"port": 80}]},
    });
    let world = World::switched(&[deployment("old", 1), service]);
    let run = world.profile(&["orphans", "demo", "-o", "name"]);
    assert_eq!(run.stdout, "service/old\ndeployment.apps/old\n", "{run}");
    let names: Vec<_> = run.stdout.lines().collect();
    let got = world.kubectl(&[&["get", "-o", "name"], &names[..]].concat());
    assert_eq!(got.stdout, run.stdout, "{got}");
}

#[test]
fn what_an_orphan_holds_is_summed_up() {
    let mut old = deployment("old", 3);
    let spec = &mut old["spec"]["template"]["spec"];
    spec["containers"][0]["resources"] = json!({"requests": {"cpu": "100m", "memory": "64Mi"}});
    spec["volumes"] = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]);
    let claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "7Gi"}}},
    });
    let world = World::switched(&[old]);
    world.apply(&claim);
    let found = world.orphans(&[]);
    let holds = json!({
        "cpu": "300m", "memory": "192Mi", "volumes": [{"claim": "data", "size": "7Gi"}], "loadBalancers": [],
    });
    assert_eq!(found["items"][0]["holds"], holds, "{found}");
    assert!(found["items"][0]["createdAt"].as_str().unwrap().starts_with("20"), "{found}");
    let run = world.profile(&["orphans", "demo", "-o", "wide"]);
    said(
        &run,
        &["HOLDS", "AGE\n", "cpu 300m, memory 192Mi, volume data of 7Gi", "MANAGED BY", "requests to the API server"],
    );
    let run = world.profile(&["orphans", "demo"]);
    assert!(run.stdout.contains("AGE\n") && !run.stdout.contains("HOLDS"), "{run}");
}

#[test]
fn the_ready_endpoints_of_a_service_and_what_leads_to_it_are_counted() {
    let world = World::switched(&[deployment("old", 2)]);
    world.apply(&json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "front"},
        "spec": {"selector": {"app": "old"}, "ports": [{"port": 80}]},
    }));
    world.apply(&json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "door"},
        "spec": {"defaultBackend": {"service": {"name": "front", "port": {"number": 80}}}},
    }));
    let served = world.sandbox.wait_until("two ready endpoints", DEADLINE, || {
        let found = world.orphans(&[])["items"][0]["usedBy"].to_string();
        if found.contains("2 of its 2 ready endpoints are these pods") { Ok(found) } else { Err(found) }
    });
    assert!(served.unwrap().contains("Ingress/door routes to it through Service/front"));
    let run = world.profile(&["orphans", "demo"]);
    said(&run, &["Service/front selects its pods; 2 of its 2 ready endpoints are these pods"]);
}

#[test]
fn requests_grow_with_kinds_and_not_with_objects() {
    let many: Vec<_> = (0..40).map(|number| deployment(&format!("old-{number}"), 0)).collect();
    let [few, many] = [&many[..6], &many[..]].map(|before| World::switched(before).orphans(&[]));
    assert_eq!((few["items"].as_array().unwrap().len(), many["items"].as_array().unwrap().len()), (6, 40));
    assert!(few["requests"].as_u64().unwrap() > 0);
    assert_eq!(few["requests"], many["requests"]);
}

#[test]
fn a_status_mentions_the_orphans_of_one_cluster_and_of_many_where_it_is_asked_to() {
    let world = World::switched(&[deployment("web", 1)]);
    let run = world.profile(&["status", "demo"]);
    let hint = format!("`kubectl profile orphans demo -n {}` shows each with its proof", world.namespace);
    let said = format!("cluster \"demo\" has 1 orphan (1 proven); {hint}");
    assert!(run.is_success() && run.stderr.contains(&said), "{run}");
    assert!(!run.stdout.contains("ORPHANS"), "{run}");

    let twin = json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster",
        "metadata": {"name": "twin", "namespace": world.namespace}, "spec": {"cloudType": "aws"},
    });
    world.apply(&twin);
    let run = world.profile(&["status"]);
    assert!(run.is_success() && !run.stderr.contains("orphan") && !run.stdout.contains("ORPHANS"), "{run}");
    let run = world.profile(&["status", "--orphans"]);
    // The last column is AGE.
    let cell = |line: &str| line.rsplit("   ").map(str::trim).filter(|it| !it.is_empty()).nth(1).map(str::to_owned);
    let cells: Vec<_> = run.stdout.lines().filter_map(cell).collect();
    // Of the twin nothing is kept, so there may be more.
    assert_eq!(cells, ["ORPHANS", "1", "0 seen"], "{run}");
    let run = world.profile(&["status", "demo", "-o", "json"]);
    let found = serde_json::from_str::<Value>(&run.stdout).unwrap()["items"][0]["orphans"].clone();
    let web = json!({"object": "deployment.apps/web", "namespace": world.namespace, "confidence": "proven"});
    assert_eq!(found, json!({"items": [web], "isComplete": true}), "{run}");
}

#[test]
fn who_still_uses_an_orphan_is_named() {
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "front"},
        "spec": {"selector": {"app": "old"}, "ports": [{"port": 80}]},
    });
    let autoscaler = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "grow"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "old"}, "maxReplicas": 4},
    });
    // One that is left behind as well is known by its metadata alone at first.
    let world = World::switched(&[deployment("old", 2), autoscaler]);
    world.apply(&service);
    let found = world.orphans(&[]);
    let orphans = found["items"].as_array().cloned().unwrap();
    let users = orphans.iter().find(|it| it["kind"] == "Deployment").unwrap()["usedBy"].to_string();
    assert!(users.contains("Service/front") && users.contains("HorizontalPodAutoscaler/grow"), "{found}");
    let run = world.profile(&["scale-down", "demo", "--dry-run"]);
    assert!(run.stdout.contains("still in use: Service/front"), "{run}");
}

#[test]
fn every_kind_of_user_and_what_is_held_is_told() {
    serve_custom_kinds();
    let object = |kind: &str, group: &str, name: &str, spec: Value| {
        let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec})
    };
    let claim = |name: &str| {
        object(
            "PersistentVolumeClaim",
            "",
            name,
            json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "3Gi"}}}),
        )
    };
    let mut stateful = workload("StatefulSet", "db", 2);
    stateful["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"requests": {"cpu": "250m", "memory": "64Mi"}});
    stateful["spec"]["podManagementPolicy"] = json!("Parallel");
    stateful["spec"]["volumeClaimTemplates"] = json!([claim("data")]);
    let front = object(
        "Service",
        "",
        "front",
        json!({"type": "LoadBalancer", "selector": {"app": "db"}, "ports": [{"port": 80}]}),
    );
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}});
    let world = World::switched(&[stateful, widget("gadget", 3), secret, claim("store"), front]);
    let scaler = |name: &str, version: &str, kind: &str, target: &str| {
        let mut it = object("HorizontalPodAutoscaler", "autoscaling", name, json!({"maxReplicas": 4}));
        it["apiVersion"] = json!("autoscaling/v2");
        it["spec"]["scaleTargetRef"] = json!({"apiVersion": version, "kind": kind, "name": target});
        it
    };
    world.apply(&scaler("grow", "apps/v1", "StatefulSet", "db"));
    world.apply(&scaler("grow-gadget", "widgets.example.com/v1", "Widget", "gadget"));
    // The same kind and name in another group is something else.
    world.apply(&scaler("other", "other.example.com/v1", "StatefulSet", "db"));
    let mut keda = scaled_object("events", "db");
    keda["spec"]["scaleTargetRef"]["kind"] = json!("StatefulSet");
    world.apply(&keda);
    world.apply(&object("PodDisruptionBudget", "policy", "guard", json!({"selector": {"matchLabels": {"app": "db"}}})));
    let backend = json!({"service": {"name": "front", "port": {"number": 80}}});
    world.apply(&object("Ingress", "networking.k8s.io", "door", json!({"defaultBackend": backend})));
    let volumes = json!([
        {"name": "a", "secret": {"secretName": "key"}}, {"name": "b", "persistentVolumeClaim": {"claimName": "store"}},
    ]);
    let containers = json!([{"name": "main", "image": "example.com/none:1"}]);
    world.apply(&object("Pod", "", "mounting", json!({"containers": containers, "volumes": volumes})));
    let replicas = ["wait", "--for=jsonpath={.status.replicas}=2", "--timeout=60s", "statefulset/db"];
    assert!(world.kubectl(&replicas).is_success());

    let found = world.orphans(&[]);
    let of = |kind: &str, name: &str| {
        let orphans = found["items"].as_array().unwrap();
        orphans
            .iter()
            .find(|it| it["kind"] == kind && it["name"] == name)
            .unwrap_or_else(|| panic!("{kind}: {found}"))
            .clone()
    };
    let users = |kind: &str, name: &str| {
        let users = of(kind, name)["usedBy"].as_array().unwrap().clone();
        users.iter().map(|it| it.as_str().unwrap().split(';').next().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(
        users("StatefulSet", "db"),
        set(&[
            "HorizontalPodAutoscaler/grow scales it",
            "Ingress/door routes to it through Service/front",
            "PodDisruptionBudget/guard guards its pods",
            "ScaledObject/events scales it",
            "Service/front selects its pods",
        ]),
        "{found}"
    );
    assert_eq!(users("Widget", "gadget"), set(&["HorizontalPodAutoscaler/grow-gadget scales it"]), "{found}");
    assert_eq!(users("Secret", "key"), set(&["Pod/mounting uses it in its pods"]), "{found}");
    assert_eq!(users("PersistentVolumeClaim", "store"), set(&["Pod/mounting uses it in its pods"]), "{found}");
    assert_eq!(users("Service", "front"), set(&["Ingress/door routes to it"]), "{found}");
    let holds = of("StatefulSet", "db")["holds"].clone();
    assert_eq!((&holds["cpu"], &holds["memory"]), (&json!("500m"), &json!("128Mi")), "{found}");
    let claims: BTreeSet<_> =
        holds["volumes"].as_array().unwrap().iter().map(|it| it["claim"].as_str().unwrap().to_owned()).collect();
    assert_eq!(claims, set(&["data-db-0", "data-db-1"]), "{found}");
    assert_eq!(of("Service", "front")["holds"]["loadBalancers"], json!(["no address yet"]), "{found}");
    // Who scales it is no use; the others are named before the question.
    let run = world.profile(&["scale-down", "demo", "statefulset/db", "--dry-run"]);
    assert!(run.stdout.contains("still in use: PodDisruptionBudget/guard guards its pods"), "{run}");
    assert!(!run.stdout.contains("still in use: HorizontalPodAutoscaler"), "{run}");
}
