//! What never waits for the rules: labels, finalizers, status, creation and deletion, also while provisioning.

use serde_json::{Value, json};

use super::{Method, sample};
use crate::world::World;

/// A cluster that is being provisioned.
fn provisioning(prefix: &str) -> World {
    let world = World::new(prefix);
    let (current, _) = sample("rejects/ClusterProvisioning.yaml");
    world.create(&current);
    world
}

fn passes(world: &World, arguments: &[&str]) {
    let run = world.kubectl(arguments);
    assert!(run.is_success(), "{arguments:?}: {run}");
}

#[test]
fn accepts_labels_and_annotations_while_provisioning() {
    let world = provisioning("labels");
    passes(&world, &["label", "spc", "aws-demo", "team=blue"]);
    passes(&world, &["annotate", "spc", "aws-demo", "note=mine"]);
    passes(&world, &["label", "spectroclusters.v1alpha1.cluster.spectrocloud.com", "aws-demo", "team-"]);
    let cluster = world.cluster("aws-demo");
    assert_eq!(cluster["metadata"]["annotations"]["note"], "mine");
    assert_eq!(cluster["metadata"]["labels"], Value::Null);
}

#[test]
fn accepts_finalizers_while_provisioning() {
    let world = provisioning("finalizers");
    let patch = |list: Value| json!({"metadata": {"finalizers": list}}).to_string();
    passes(&world, &["patch", "spc", "aws-demo", "--type=merge", "-p", &patch(json!(["example.com/hold"]))]);
    assert_eq!(world.cluster("aws-demo")["metadata"]["finalizers"], json!(["example.com/hold"]));
    passes(&world, &["patch", "spc", "aws-demo", "--type=merge", "-p", &patch(Value::Null)]);
    assert_eq!(world.cluster("aws-demo")["metadata"]["finalizers"], Value::Null);
}

#[test]
fn accepts_status_while_provisioning() {
    let world = provisioning("status");
    for version in super::VERSIONS {
        let resource = format!("spectroclusters.{version}.cluster.spectrocloud.com");
        let patch = json!({"status": {"packs": [{"name": version, "version": "9.9.9"}]}}).to_string();
        passes(&world, &["patch", &resource, "aws-demo", "--subresource=status", "--type=merge", "-p", &patch]);
        assert_eq!(world.cluster("aws-demo")["status"]["packs"][0]["name"], version);
    }
}

#[test]
fn accepts_deletion_while_provisioning() {
    let world = provisioning("deletion");
    passes(&world, &["delete", "spc", "aws-demo", "--wait=true", "--timeout=30s"]);
    assert_eq!(world.kubectl(&["get", "spc", "-o", "name"]).stdout, "");
}

#[test]
fn accepts_any_content_of_a_cluster_that_is_being_deleted() {
    let world = provisioning("deleting");
    world.patch("aws-demo", &json!({"metadata": {"finalizers": ["example.com/hold"]}}));
    passes(&world, &["delete", "spc", "aws-demo", "--wait=false"]);
    let (_, pending) = sample("rejects/CoreLayerRemovalNotSupported.yaml");
    let patch = json!({"spec": pending["spec"]}).to_string();
    passes(&world, &["patch", "spc", "aws-demo", "--type=merge", "-p", &patch]);
    passes(&world, &["patch", "spc", "aws-demo", "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#]);
    passes(&world, &["wait", "--for=delete", "spc/aws-demo", "--timeout=30s"]);
}

#[test]
fn accepts_the_creation_of_what_an_update_may_not_become() {
    let world = World::new("creation");
    let (_, pending) = sample("rejects/K8sVersionUnreadable.yaml");
    let run = world.kubectl_with(&["create", "-f", "-"], &pending.to_string());
    assert!(run.is_success(), "{run}");
    // What was created so stands, and what does not touch it passes.
    let mut other = pending.clone();
    other["spec"]["clusterProfileTemplates"][0]["packs"][2]["version"] = json!("3.28.3");
    let run = Method::Replace.write(&world, "v1", &other, &[]);
    assert!(run.is_success(), "{run}");
}
