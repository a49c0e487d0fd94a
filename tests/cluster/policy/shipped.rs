//! `manifests/policy` as it is shipped: applied, looked at, asked, and taken away again.

use serde_json::{Value, json};

use super::plane::{alone, kubectl, objects, shipped, wait_until_it_denies, wait_until_it_is_gone, with_the_policy};
use crate::world::{DEADLINE, SHOP, World, assert_run};

#[test]
fn it_is_asked_about_the_same_writes_as_the_webhook() {
    let policy = include_str!("../../../manifests/policy/validatingadmissionpolicy.yaml");
    let guard = include_str!("../../../manifests/guard/validatingwebhookconfiguration.yaml");
    let [policy, guard]: [Value; 2] = [policy, guard].map(|text| serde_saphyr::from_str(text).unwrap());
    let conditions = &policy["spec"]["matchConditions"];
    assert!(conditions.is_array(), "{policy}");
    assert_eq!(*conditions, guard["webhooks"][0]["matchConditions"]);
}

#[test]
fn the_api_server_checks_its_types_and_warns_of_nothing() {
    with_the_policy("types", |world| {
        let checked = world.sandbox.wait_until("the check of the policy's types", DEADLINE, || {
            let run = world.kubectl(&["get", "validatingadmissionpolicy", "kubectl-profile-policy", "-o", "json"]);
            let policy: Value = serde_json::from_str(&run.stdout).map_err(|_| run.to_string())?;
            let observed = &policy["status"]["observedGeneration"];
            if *observed == policy["metadata"]["generation"] { Ok(policy) } else { Err(policy["status"].to_string()) }
        });
        let checked = checked.unwrap();
        assert_eq!(checked["status"]["typeChecking"], json!({}), "{}", checked["status"]);
    });
}

#[test]
fn once_deleted_it_leaves_every_write_free() {
    alone("deleted", |world| {
        let world = world_with_shop(world);
        let denied = || {
            world.kubectl(&["patch", "spc", SHOP, "--type=merge", "-p", r#"{"spec":{"clusterProfileTemplates":null}}"#])
        };
        kubectl(&world, &["apply", "-k", &shipped()]);
        wait_until_it_denies(&world);
        assert_run(&denied(), 1, &["(CoreLayerRemovalNotSupported)"]);
        let gone = kubectl(&world, &["delete", "-k", &shipped()]);
        assert_eq!(gone.stdout.lines().count(), 2, "{gone}");
        wait_until_it_is_gone(&world);
        assert_run(&denied(), 0, &[]);
    });
}

/// The condition that keeps writes of metadata away is no part of the rules: here every rule is broken by every write.
#[test]
fn metadata_status_and_deletion_pass_whatever_the_rules_say() {
    alone("conditions", |world| {
        let world = world_with_shop(world);
        let mut objects = objects(&world);
        let policy = objects.iter_mut().find(|it| it["kind"] == "ValidatingAdmissionPolicy").unwrap();
        policy["spec"]["validations"] = json!([{"expression": "false", "message": "nothing passes"}]);
        world.sandbox.apply(&json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string()).unwrap();
        wait_until_it_denies(&world);
        let patch = |patch: &str| world.kubectl(&["patch", "spc", SHOP, "--type=merge", "-p", patch]);
        assert_run(&patch(r#"{"spec":{"tags":["x"]}}"#), 1, &["nothing passes"]);
        assert_run(&patch(r#"{"metadata":{"labels":{"a":"b"},"annotations":{"a":"b"}}}"#), 0, &[]);
        assert_run(&patch(r#"{"metadata":{"finalizers":["example.com/hold"]}}"#), 0, &[]);
        let status = r#"{"status":{"state":"Error"}}"#;
        assert_run(
            &world.kubectl(&["patch", "spc", SHOP, "--subresource=status", "--type=merge", "-p", status]),
            0,
            &[],
        );
        assert_run(&world.kubectl(&["delete", "spc", SHOP, "--wait=false"]), 0, &[]);
        // Even the spec of a cluster that is being deleted: its controllers may have to change it.
        assert_run(&patch(r#"{"spec":{"clusterProfileTemplates":null}}"#), 0, &[]);
        assert_run(&patch(r#"{"metadata":{"finalizers":null}}"#), 0, &[]);
        assert_run(&world.kubectl(&["wait", "--for=delete", &format!("spc/{SHOP}"), "--timeout=60s"]), 0, &[]);
    });
}

/// etcd takes 1.5 MB, so that is the largest cluster that there is; a write may be larger until it is stored. Every rule looks
/// at both within the limits.
#[test]
fn judges_the_largest_objects_within_its_limits() {
    with_the_policy("large", |world| {
        for (name, state) in [("running", "Running"), ("provisioning", "Provisioning")] {
            world.create(&large(name, state));
            let stored = world.cluster(name);
            let size = stored.to_string().len();
            assert!((1_300_000..1_572_864).contains(&size), "{size}");
            let write = |change: &dyn Fn(&mut Value)| {
                let mut pending = stored.clone();
                change(&mut pending["spec"]["clusterProfileTemplates"][0]["packs"]);
                world.ask("PUT", &format!("{}?dryRun=All", world.cluster_path(name)), "application/json", &pending)
            };
            let says = |answer: &(u16, Value), code: &str| {
                let message = answer.1["message"].as_str().unwrap_or_default().to_owned();
                assert!(answer.0 == 422 && message.contains(&format!("({code})")), "{name}: {} {message}", answer.0);
            };
            let values = write(&|packs| packs[7]["values"] = json!("more: values\n".repeat(50_000)));
            let skips = write(&|packs| packs[1]["version"] = json!("1.32.0"));
            let removes = write(&|packs| _ = packs.as_array_mut().unwrap().remove(3));
            let reorders = write(&|packs| packs.as_array_mut().unwrap().reverse());
            says(&skips, "K8sMultiMinorUpgradeNotSupported");
            says(&removes, "CoreLayerRemovalNotSupported");
            assert_eq!(reorders.0, 200, "{name}: {}", reorders.1["message"]);
            if state == "Running" {
                assert_eq!(values.0, 200, "{}", values.1["message"]);
            } else {
                says(&values, "ClusterProvisioning");
            }
        }
    });
}

/// A cluster with 60 packs whose values come to almost 1.5 MB, and a report of each.
fn large(name: &str, state: &str) -> Value {
    let layers = ["os", "k8s", "cni", "csi"];
    let pack = |index: usize| {
        let layer = layers.get(index).copied().unwrap_or("addon");
        let values = format!("# pack {index}\n{}", "replicas: 1 # as many as it takes\n".repeat(690));
        json!({"name": format!("pack-{index}"), "layer": layer, "version": "1.30.4", "values": values})
    };
    let report =
        |index: usize| json!({"name": format!("pack-{index}"), "version": "1.30.4", "condition": {"type": "Ready"}});
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1",
        "kind": "SpectroCluster",
        "metadata": {"name": name},
        "spec": {
            "cloudType": "edge-native",
            "clusterProfileTemplates": [{"name": "large", "uid": "u1", "packs": (0..60).map(pack).collect::<Vec<_>>()}],
        },
        "status": {"state": state, "packs": (0..60).map(report).collect::<Vec<_>>()},
    })
}

/// The same namespace with the sample cluster in it.
fn world_with_shop(world: &World) -> World {
    World::named(world.sandbox, &world.namespace).and_shop()
}
