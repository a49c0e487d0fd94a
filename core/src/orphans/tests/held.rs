//! Tests of what an orphan occupies.

use super::*;

fn holds(object: Value, others: &[Value]) -> Holdings {
    let mut object = object;
    object["metadata"] = json!({"name": "a", "namespace": "n"});
    let live: Vec<_> = [vec![object.clone()], others.to_vec()].concat();
    holdings::of(&Identity::of_live(&object).unwrap(), &object, &Live::of(&live))
}

fn requests(cpu: &str, memory: &str) -> Value {
    json!({"resources": {"requests": {"cpu": cpu, "memory": memory}}})
}

fn claim(name: &str, size: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": "n"},
        "spec": {"resources": {"requests": {"storage": "1Gi"}}}, "status": {"capacity": {"storage": size}},
    })
}

#[test]
fn the_requests_of_all_pods_are_summed_up() {
    let sidecar = json!({"restartPolicy": "Always", "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}}});
    let spec = json!({
        "containers": [requests("100m", "128Mi"), requests("0.2", "128Mi"), {}],
        "initContainers": [requests("1", "64Mi"), sidecar],
        "overhead": {"cpu": "10m"},
    });
    let workload = |kind: &str, version: &str, replicas: u32| json!({"apiVersion": version, "kind": kind, "spec": {"replicas": replicas, "template": {"spec": spec}}, "status": {"desiredNumberScheduled": 4}});
    let said = |object: Value| holds(object, &[]).to_string();
    assert_eq!(said(workload("Deployment", "apps/v1", 3)), "cpu 3180m, memory 864Mi");
    assert_eq!(said(workload("Deployment", "apps/v1", 0)), "");
    assert_eq!(said(workload("DaemonSet", "apps/v1", 0)), "cpu 4240m, memory 1152Mi");
    assert_eq!(said(json!({"apiVersion": "v1", "kind": "Pod", "spec": spec})), "cpu 1060m, memory 288Mi");
}

#[test]
fn requests_of_the_whole_pod_go_before_those_of_its_containers() {
    let mut spec = requests("2", "1Gi");
    spec["containers"] = json!([requests("1", "1Mi")]);
    let object =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 2, "template": {"spec": spec}}});
    assert_eq!(holds(object, &[]).to_string(), "cpu 4, memory 2Gi");
}

#[test]
fn claims_are_named_with_their_sizes() {
    let spec = json!({"volumes": [{"persistentVolumeClaim": {"claimName": "data"}}, {"persistentVolumeClaim": {"claimName": "unseen"}}]});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": spec}}});
    let others = [
        claim("data", "5Gi"),
        claim("d-a-0", "2Gi"),
        claim("d-a-7", "2Gi"),
        claim("d-ab-0", "2Gi"),
        claim("d-a-x", "2Gi"),
    ];
    assert_eq!(holds(deployment, &others).to_string(), "volume data of 5Gi, volume unseen");
    let templates = json!([{"metadata": {"name": "d"}}]);
    let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": {"replicas": 1, "volumeClaimTemplates": templates}});
    assert_eq!(holds(set, &others).to_string(), "volume d-a-0 of 2Gi, volume d-a-7 of 2Gi");
    let mut own = claim("x", "3Gi");
    own["metadata"] = json!({});
    assert_eq!(holds(own, &[]).to_string(), "volume a of 3Gi");
}

#[test]
fn a_load_balancer_is_named_by_its_address() {
    let service = |kind: &str, ingress: Value| {
        holds(
            json!({"apiVersion": "v1", "kind": "Service", "spec": {"type": kind}, "status": {"loadBalancer": {"ingress": ingress}}}),
            &[],
        )
        .to_string()
    };
    assert_eq!(service("LoadBalancer", json!([{"ip": "203.0.113.7"}])), "load balancer 203.0.113.7");
    assert_eq!(service("LoadBalancer", json!([{"hostname": "a.example.com"}])), "load balancer a.example.com");
    assert_eq!(service("LoadBalancer", json!([])), "load balancer no address yet");
    assert_eq!(service("ClusterIP", json!([{"ip": "203.0.113.7"}])), "");
    let gateway = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "status": {"addresses": [{"value": "203.0.113.8"}]}});
    assert_eq!(holds(gateway, &[]).to_string(), "load balancer 203.0.113.8");
}

#[test]
fn nonsense_in_requests_counts_as_nothing() {
    let spec =
        json!({"containers": [requests("much", "-1"), requests("18446744073709551", "1Ki"), requests("1", ""), 7]});
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": u64::MAX, "template": {"spec": spec}}});
    assert_eq!(holds(object, &[]).cpu_thousandths, u64::MAX);
}
