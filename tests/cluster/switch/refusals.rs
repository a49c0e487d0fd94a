//! What a switch refuses before it writes anything, and what lets it go on.

use profile_sandbox::Run;
use serde_json::{Value, json};

use crate::world::{SHOP, World, assert_run, json_of};

use super::SWITCH;

/// Switches with more flags and asserts that this is refused and that nothing was written.
fn refused(world: &World, flags: &[&str], code: i32, said: &[&str]) -> Run {
    let (before, secrets) = (world.cluster(SHOP), world.revision_secrets());
    let run = world.profile(&[&SWITCH[..], flags].concat());
    assert_run(&run, code, said);
    assert_eq!(world.cluster(SHOP), before, "{run}");
    assert_eq!(world.revision_secrets(), secrets, "{run}");
    run
}

/// Creates what a Palette agent looks like beside a cluster; it needs no pod for that.
fn create_agent(world: &World, name: &str) {
    let run = world.kubectl(&["create", "deployment", name, "--image=agent", "--replicas=0"]);
    assert_run(&run, 0, &[]);
}

#[test]
fn an_agent_beside_the_cluster_refuses_and_may_be_overruled() {
    let world = World::with_shop("agent");
    create_agent(&world, "cluster-management-agent");
    let elsewhere =
        "make the change in Palette itself: `kubectl profile switch shop-aws hello-aws@1.1.0 --yes --store palette`";
    refused(&world, &[], 4, &["a Palette agent (cluster-management-agent) runs", elsewhere]);
    let run = world.profile(&[&SWITCH[..], &["--agent-may-revert"]].concat());
    assert_run(&run, 0, &["Warning: a Palette agent (cluster-management-agent) runs", "switched to hello-aws@1.1.0"]);
    world.assert_shop_is_at("1.1.0");
}

#[test]
fn the_other_name_of_the_agent_refuses_as_well() {
    let world = World::with_shop("agent");
    create_agent(&world, "palette-controller-manager");
    refused(&world, &[], 4, &["a Palette agent (palette-controller-manager) runs"]);
    refused(&world, &["--dry-run=server"], 4, &["a Palette agent (palette-controller-manager) runs"]);
}

#[test]
fn an_override_is_named_and_never_dropped_unasked() {
    let world = World::with_shop("override");
    let mut templates = world.cluster(SHOP)["spec"]["clusterProfileTemplates"].clone();
    let values =
        templates[0]["packs"][4]["values"].as_str().unwrap().replace("image: hello-universe:1.3.0", "image: own:1.0.0");
    templates[0]["packs"][4]["values"] = json!(values);
    world.patch(SHOP, &json!({"spec": {"clusterProfileTemplates": templates}}));
    refused(&world, &[], 6, &["hello-aws/hello-universe: manifests.hello-universe.ui.image", "--on-conflict"]);
    let run = world.profile(&[&SWITCH[..], &["--on-conflict=profile"]].concat());
    assert_run(&run, 0, &["ui.image", "switched to hello-aws@1.1.0"]);
    world.assert_shop_is_at("1.1.0");
    let history = world.profile(&["history", SHOP, "-o", "json"]);
    let decided = json_of(&history)["items"][0]["decisions"][0].clone();
    assert!(decided["place"].to_string().contains("ui.image"), "{history}");
    assert_eq!(decided["resolution"], json!("profile"), "{history}");
}

#[test]
fn a_broken_rule_refuses_with_its_code_and_sentence() {
    let world = World::with_shop("rule");
    let downgrade = ["switch", SHOP, "hello-aws@0.9.0", "--yes"];
    let run = world.profile(&downgrade);
    assert_run(
        &run,
        4,
        &["K8sDowngradeAfterUpgradeNotSupported", "1.32.8 → 1.31.12 is a downgrade", "nothing was written"],
    );
    world.patch_status(SHOP, &json!({"state": "Provisioning"}));
    refused(&world, &[], 4, &["ClusterProvisioning", "wait until it is Running"]);
    refused(&world, &["--dry-run=client"], 4, &["ClusterProvisioning"]);
}

#[test]
fn a_cluster_of_a_template_is_changed_in_the_template() {
    let world = World::with_shop("template");
    world.patch(SHOP, &json!({"spec": {"clusterTemplate": {"name": "fleet", "uid": "t1"}}}));
    refused(
        &world,
        &[],
        4,
        &["is managed by cluster template \"fleet\"", "change the profile version in the template"],
    );
}

#[test]
fn a_write_that_nobody_can_confirm_is_a_usage_error() {
    let world = World::with_shop("confirm");
    let run = world.profile(&["switch", SHOP, "hello-aws@1.1.0"]);
    assert_run(&run, 2, &["there is no terminal to ask on", "give --yes"]);
    world.assert_shop_is_at("1.0.0");
    assert_eq!(world.revision_secrets(), [] as [Value; 0]);
}

#[test]
fn an_object_that_etcd_would_not_take_is_refused() {
    let world = World::with_shop("large");
    let mut target = profile_sandbox::samples::object("ClusterProfile", "hello-aws-1.1.0").unwrap();
    target["metadata"]["name"] = json!("hello-aws-1.1.1");
    target["spec"]["version"] = json!("1.1.1");
    target["spec"]["published"]["profileVersion"] = json!("1.1.1");
    target["spec"]["published"]["uid"] = json!("6700aaaa0000000000010101");
    let large = |size: usize| json!({"text": "x".repeat(size)}).to_string();
    target["spec"]["published"]["packs"][4]["values"] = json!(large(1_000_000));
    world.create(&target);
    // The cluster has another large pack, and only together they are too much.
    let mut templates = world.cluster(SHOP)["spec"]["clusterProfileTemplates"].clone();
    let more = json!({"name": "more", "packs": [{"name": "extra", "layer": "addon", "values": large(600_000)}]});
    templates.as_array_mut().unwrap().push(more);
    world.patch(SHOP, &json!({"spec": {"clusterProfileTemplates": templates}}));
    let before = world.cluster(SHOP);
    let run = world.profile(&["switch", SHOP, "hello-aws@1.1.1", "--yes"]);
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert!(run.stderr.contains("etcd takes 1500000"), "{}", run.stderr);
    assert_eq!(world.cluster(SHOP), before);
}
