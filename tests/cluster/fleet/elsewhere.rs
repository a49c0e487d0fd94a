//! Clusters whose workloads run on another API server than the one that holds their objects.

use profile_sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use super::cleanup::{self, deployment, status};
use crate::world::{World, assert_run};

/// The hub's world, whose workloads are moved to a control plane of their own.
struct Elsewhere {
    hub: World,
    edge: &'static Sandbox,
}

impl Elsewhere {
    fn start() -> Self {
        let hub = cleanup::world();
        let edge: &'static Sandbox = Box::leak(Box::new(Sandbox::start(&Options::default()).unwrap()));
        edge.run_kubectl(["create", "namespace", &hub.namespace]).unwrap().success("kubectl create").unwrap();
        for cluster in ["a", "b"] {
            assert!(hub.kubectl(&["delete", "deployment", &format!("old-{cluster}")]).is_success());
            let mut object = deployment(cluster);
            object["metadata"]["namespace"] = json!(hub.namespace);
            edge.apply(&object.to_string()).unwrap();
        }
        Self { hub, edge }
    }

    fn switch(&self, cluster: &str) {
        let to = format!("app-{cluster}@2.0.0");
        assert_run(&self.hub.profile(&["switch", cluster, &to, "--yes"]), 0, &[]);
        self.hub.patch_status(cluster, &status(cluster, "2.0.0"));
    }

    fn replicas(&self, cluster: &str) -> Value {
        self.edge.get_json("deployment", &self.hub.namespace, &format!("old-{cluster}")).unwrap()["spec"]["replicas"]
            .clone()
    }
}

#[test]
fn workloads_behind_a_kubeconfig_of_their_own_are_found_scaled_down_and_back() {
    let elsewhere = Elsewhere::start();
    let Elsewhere { hub, edge } = &elsewhere;
    elsewhere.switch("a");
    elsewhere.switch("b");
    let kubeconfig = edge.kubeconfig().to_str().unwrap();
    let there = ["--workload-kubeconfig", kubeconfig];
    let here = hub.profile(&["orphans", "a"]);
    assert_run(&here, 0, &["no orphans found"]);
    assert_run(&hub.profile(&[&["orphans", "a"][..], &there].concat()), 0, &["Deployment/old-a", "proven"]);
    let down = hub.profile(&[&["scale-down", "a", "--yes"][..], &there].concat());
    assert_run(&down, 0, &["deployment.apps/old-a scaled down (was 2)"]);
    assert_eq!((elsewhere.replicas("a"), elsewhere.replicas("b")), (json!(0), json!(2)));
    let status = hub.profile(&[&["status", "a"][..], &there].concat());
    assert_run(&status, 0, &["scaled down for cluster \"a\"", &format!("--workload-kubeconfig {kubeconfig}")]);
    let back = hub.profile(&[&["switch", "a", "app-a@1.0.0", "--yes"][..], &there].concat());
    assert_run(&back, 0, &["switched to app-a@1.0.0", "deployment.apps/old-a scaled back to 2"]);
    assert_eq!(elsewhere.replicas("a"), json!(2));

    // For many a file says where each of them runs.
    elsewhere.switch("a");
    let map = hub.sandbox.dir().join(format!("map-of-{}", hub.namespace));
    let line = |cluster: &str| format!("{}/{cluster}: {{kubeconfig: {kubeconfig}}}\n", hub.namespace);
    std::fs::write(&map, format!("{}{}", line("a"), line("b"))).unwrap();
    let mapped = ["--workload-map", map.to_str().unwrap()];
    let down = hub.profile(&[&["scale-down", "a", "b", "--yes"][..], &mapped].concat());
    assert_run(
        &down,
        0,
        &["a: deployment.apps/old-a scaled down (was 2)", "b: deployment.apps/old-b scaled down (was 2)"],
    );
    assert_eq!((elsewhere.replicas("a"), elsewhere.replicas("b")), (json!(0), json!(0)));
    let back = hub.profile(&[&["scale-back", "a", "b", "--yes"][..], &mapped].concat());
    assert_run(&back, 0, &["scaled back to 2"]);
    assert_eq!((elsewhere.replicas("a"), elsewhere.replicas("b")), (json!(2), json!(2)));
}
