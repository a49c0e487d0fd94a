//! A switch to a version that renders what was scaled down gives it back; a switch with --then-orphans takes the rest away.

use serde_json::json;

use super::*;
use crate::{
    orphans::{deployment, workload},
    terminal::Terminal,
    world::{assert_run, finish},
};

#[test]
fn a_switch_back_lists_what_returns_before_the_question_and_scales_it_back_after_the_write() {
    serve_custom_kinds();
    let world = World::switched(&[deployment("web", 2), cron_job("tick", "0 0 1 1 *"), scaled_object("events", "web")]);
    assert!(world.down(&[]).is_success());
    let back = ["switch", "demo", "app@1.0.0"];
    let listed = format!("deployment.apps/web in {} (was 2) is scaled back afterwards", world.namespace);
    let unasked = world.profile(&back);
    assert_run(&unasked, 2, &[&listed, "this needs a yes"]);
    let dry = world.profile(&[&back[..], &["--dry-run"]].concat());
    assert_run(&dry, 0, &[&listed]);
    assert_eq!(world.replicas("deployment", "web"), 0);
    let run = world.profile(&[&back[..], &["--yes"]].concat());
    assert_run(
        &run,
        0,
        &[
            &listed,
            "deployment.apps/web scaled back to 2",
            "cronjob.batch/tick resumed",
            "scaledobject.keda.sh/events resumed",
        ],
    );
    let place = |text: &str| run.stdout.find(text).unwrap();
    assert!(place("switched to app@1.0.0") < place("scaled back to 2"), "{run}");
    assert_eq!(
        (world.replicas("deployment", "web"), world.get("cronjob", "tick")["spec"]["suspend"].clone()),
        (json!(2), json!(false))
    );
    assert_eq!(world.annotation("scaledobject", "events", PAUSED), json!(null));
}

#[test]
fn a_size_that_the_agent_has_set_meanwhile_is_kept_and_the_record_goes() {
    let world = World::switched(&[deployment("web", 2)]);
    assert!(world.down(&[]).is_success());
    let gate = world.gate();
    let (child, held) =
        world.held(&gate, &["switch", "demo", "app@1.0.0", "--yes"], Point::Patch("/deployments/web"), Side::Before);
    // The agent applies the version, which says another size and another image.
    assert!(world.kubectl(&["scale", "deployment", "web", "--replicas=4"]).is_success());
    assert!(world.kubectl(&["set", "image", "deployment/web", "main=example.com/none:2"]).is_success());
    assert_eq!(held.pass(), 409);
    assert_run(&finish(child), 0, &["switched to app@1.0.0"]);
    assert_eq!(
        (world.replicas("deployment", "web"), world.annotation("deployment", "web", RECORD)),
        (json!(4), json!(null))
    );
}

#[test]
fn a_switch_that_was_killed_before_the_scale_back_is_finished_by_the_next_run() {
    let world = World::switched(&[deployment("web", 2)]);
    assert!(world.down(&[]).is_success());
    let gate = world.gate();
    let switch = ["switch", "demo", "app@1.0.0", "--yes"];
    let (mut child, held) = world.held(&gate, &switch, Point::Patch("/deployments/web"), Side::Before);
    child.kill().unwrap();
    finish(child);
    drop(held);
    assert_eq!(world.replicas("deployment", "web"), 0);
    assert_run(&world.profile(&switch), 0, &["spectrocluster/demo unchanged", "deployment.apps/web scaled back to 2"]);
    assert_eq!(world.replicas("deployment", "web"), 2);
}

#[test]
fn a_rollback_scales_back_and_no_scale_back_declines() {
    let world = World::switched(&[deployment("web", 2)]);
    assert!(world.down(&[]).is_success());
    let declined = world.profile(&["rollback", "demo", "--yes", "--no-scale-back"]);
    assert_run(&declined, 0, &["stays scaled down, though rendered again", "still scaled down: deployment.apps/web"]);
    assert_eq!(world.replicas("deployment", "web"), 0);
    assert_run(
        &world.profile(&["switch", "demo", "app@2.0.0", "--yes"]),
        0,
        &["still scaled down: deployment.apps/web"],
    );
    assert_run(&world.profile(&["rollback", "demo", "--yes"]), 0, &["deployment.apps/web scaled back to 2"]);
    assert_eq!(world.replicas("deployment", "web"), 2);
}

#[test]
fn a_document_for_machines_stays_one_when_something_returns() {
    let world = World::switched(&[deployment("web", 2)]);
    assert!(world.down(&[]).is_success());
    let run = world.profile(&["switch", "demo", "app@1.0.0", "--yes", "-o", "json"]);
    assert!(run.is_success() && run.stderr.contains("scaled back to 2"), "{run}");
    serde_json::from_str::<Value>(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
}

#[test]
fn a_switch_with_then_orphans_waits_and_scales_down_what_is_proven() {
    let world =
        World::new(&[deployment("old", 2), workload("StatefulSet", "kept", 1)], &[workload("StatefulSet", "kept", 1)]);
    let gate = world.gate();
    let switch = ["switch", "demo", "app@2.0.0", "--then-orphans", "--yes", "--reason", "ticket 7", "--timeout=60s"];
    let (child, held) = world.held(&gate, &switch, Point::SettleRevision, Side::After);
    assert_eq!(world.replicas("deployment", "old"), 2);
    held.pass();
    // It waits until the cluster runs the version.
    world.reconcile("2.0.0");
    let run = finish(child);
    assert_run(
        &run,
        0,
        &["switched to app@2.0.0", "runs what its spec says", "deployment.apps/old scaled down (was 2)"],
    );
    assert_eq!((world.replicas("deployment", "old"), world.replicas("statefulset", "kept")), (json!(0), json!(1)));
    assert_eq!(world.record("deployment", "old")["reason"], "ticket 7");
    let status = world.profile(&["status", "demo"]);
    assert_run(
        &status,
        0,
        &[&format!("scaled down for cluster \"demo\": deployment.apps/old in {} (was 2)", world.namespace)],
    );
    let status = crate::world::json_of(&world.profile(&["status", "demo", "-o", "json"]));
    assert!(
        status["items"][0]["scaledDown"][0]["workload"].as_str().unwrap().contains("deployment.apps/old"),
        "{status}"
    );
}

#[test]
fn a_switch_whose_target_never_becomes_ready_scales_nothing_down() {
    let world = World::new(&[deployment("old", 2)], &[]);
    let run = world.profile(&["switch", "demo", "app@2.0.0", "--then-orphans", "--yes", "--timeout=3s"]);
    assert_run(&run, 124, &["is not reconciled after 3s", "the write stands"]);
    assert_eq!(world.replicas("deployment", "old"), 2);
}

#[test]
fn the_scale_down_after_a_switch_has_a_question_of_its_own() {
    let world = World::new(&[deployment("old", 2)], &[]);
    world.reconcile("2.0.0");
    let kubeconfig = world.sandbox.kubeconfig();
    let plain = crate::world::World::named(world.sandbox, &world.namespace);
    let mut terminal = Terminal::run(&plain, kubeconfig, "switch demo app@2.0.0 --then-orphans");
    terminal.answer(1, "y");
    terminal.answer(2, "n");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("switched to app@2.0.0") && screen.contains("replicas 2 -> 0"), "{screen}");
    assert!(screen.contains("not confirmed: the change stands, and nothing was scaled down"), "{screen}");
    assert_eq!(world.replicas("deployment", "old"), 2);
}

#[test]
fn a_status_tells_what_a_scale_back_would_leave_as_it_is() {
    let world = World::switched(&[deployment("kept", 1), deployment("raised", 2)]);
    assert!(world.down(&[]).is_success());
    assert!(world.kubectl(&["scale", "deployment", "raised", "--replicas=3"]).is_success());
    let status = world.profile(&["status", "demo"]);
    let place = &world.namespace;
    let kept = format!(
        "scaled down for cluster \"demo\": deployment.apps/kept in {place} (was 1); `kubectl profile scale-back"
    );
    let raised = format!(", and left as it is by scale-back: deployment.apps/raised in {place} (was 2): ");
    assert_run(&status, 0, &[&kept, &raised, "has 3 now: someone scaled it since"]);
    let items = crate::world::json_of(&world.profile(&["status", "demo", "-o", "json"]))["items"].clone();
    let refusals = items[0]["scaledDown"].as_array().unwrap().iter().map(|it| it["refusal"].is_string());
    assert_eq!(refusals.filter(|it| *it).count(), 1, "{items}");
    // Whoever may not look is told so.
    let unseen = world.profile_as(&world.user(&[]), &["status", "demo"]);
    assert_run(&unseen, 0, &[&kept]);
    let nobody = world.sandbox.kubeconfig_for(&format!("nobody-of-{place}"), None).unwrap();
    let rules = r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"hub"},"rules":[
        {"apiGroups":["cluster.spectrocloud.com"],"resources":["*"],"verbs":["get","list"]}]}"#;
    let mut role: Value = serde_json::from_str(rules).unwrap();
    role["metadata"]["namespace"] = json!(place);
    world.sandbox.apply(&role.to_string()).unwrap();
    let bind = ["create", "rolebinding", "hub", "--role=hub", &format!("--user=nobody-of-{place}")];
    assert!(world.kubectl(&bind).is_success());
    let seen = world.sandbox.wait_until("the role binding", DEADLINE, || {
        let run = world.profile_as(&nobody, &["status", "demo"]);
        if run.is_success() { Ok(run) } else { Err(run) }
    });
    assert_run(&seen.unwrap(), 0, &["what is scaled down for cluster \"demo\" is not visible: you may not list"]);
}

/// The cluster runs 2.0.0 without `old`, which is scaled down; version 1.0.0 renders it.
fn down() -> World {
    let world = World::switched(&[deployment("old", 2)]);
    assert!(world.down(&[]).is_success());
    world
}

#[test]
fn what_returns_is_named_when_the_wait_ends_too_early_and_comes_back_by_the_next_run() {
    let world = down();
    let back = ["switch", "demo", "app@1.0.0", "--yes", "--wait", "--timeout"];
    let run = world.profile(&[&back[..], &["1s"]].concat());
    assert_run(&run, 124, &["what is rendered again is not scaled back yet: run the same command again to go on"]);
    assert_eq!(world.replicas("deployment", "old"), 0);
    world.reconcile("1.0.0");
    let run = world.profile(&[&back[..], &["60s"]].concat());
    assert_run(&run, 0, &["unchanged", "deployment.apps/old scaled back to 2"]);
}

#[test]
fn what_runs_again_is_not_said_to_be_scaled_down() {
    let world = down();
    assert!(world.kubectl(&["scale", "deployment", "old", "--replicas=7"]).is_success());
    let back = world.profile(&["switch", "demo", "app@1.0.0", "--dry-run"]);
    assert_run(&back, 0, &["(was 2) is rendered again: ", "has 7 now: someone scaled it since"]);
    let run = world.profile(&["switch", "demo", "app@1.0.0", "--yes", "--no-scale-back"]);
    assert_run(&run, 0, &["was scaled down: deployment.apps/old", "has 7 now"]);
    assert!(!run.stderr.contains("still scaled down"), "{run}");
    assert!(world.kubectl(&["scale", "deployment", "old", "--replicas=2"]).is_success());
    let status = world.profile(&["status", "demo"]);
    assert_run(&status, 0, &["(was 2): it is so again, and only its record is left"]);
}

#[test]
fn what_is_rendered_again_only_perhaps_is_not_scaled_back_and_is_named() {
    let world = down();
    let mut profile = world.get("clusterprofile", "app-1.0.0");
    let manifest = &mut profile["spec"]["published"]["packs"][0]["manifests"][0]["content"];
    *manifest = json!(format!("{{{{ if .Spectro.cluster.name }}}}\n---\n{}{{{{ end }}}}\n", deployment("old", 2)));
    profile["metadata"].as_object_mut().unwrap().remove("managedFields");
    world.kubectl_input(&["replace", "-f", "-"], &profile.to_string());
    let run = world.profile(&["switch", "demo", "app@1.0.0", "--yes"]);
    assert_run(&run, 0, &["depends on {{ .Spectro.cluster.name }}", "still scaled down: deployment.apps/old"]);
    assert_eq!(world.replicas("deployment", "old"), 0);
}

#[test]
fn a_record_that_cannot_be_read_is_named_before_and_after_a_change() {
    let world = down();
    let text =
        world.annotation("deployment", "old", RECORD).as_str().unwrap().replace("\"replicas\":2", "\"replicas\":5");
    world.patch("deployment", "old", &json!({"metadata": {"annotations": {RECORD: text}}}));
    let status = world.profile(&["status", "demo"]);
    assert_run(&status, 0, &["(its record cannot be read)", "it was edited: its `check` does not fit the rest"]);
    let run = world.profile(&["switch", "demo", "app@1.0.0", "--yes"]);
    assert_run(&run, 5, &["is rendered again: ", "it was edited"]);
    assert_eq!(world.replicas("deployment", "old"), 0);
}
