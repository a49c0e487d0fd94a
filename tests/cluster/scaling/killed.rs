//! `kill -9` before, between and after the writes: the record tells the truth, and the next run goes on from there.

use serde_json::json;

use super::*;
use crate::{orphans::deployment, world::finish};

const DOWN: [&str; 3] = ["scale-down", "demo", "--yes"];

fn kill(mut child: Child) {
    child.kill().unwrap();
    assert_eq!(finish(child).code, None, "it ended before it was killed");
}

#[test]
fn a_deployment_is_found_before_or_after_its_one_write_and_never_between() {
    for (side, replicas, said) in [
        (Side::Before, 2, "deployment.apps/web scaled down (was 2)"),
        (Side::After, 0, "unchanged (scaled down already"),
    ] {
        let world = World::switched(&[deployment("web", 2)]);
        let gate = world.gate();
        let (child, held) = world.held(&gate, &DOWN, Point::Patch("/deployments/web"), side);
        kill(child);
        drop(held);
        assert_eq!(world.replicas("deployment", "web"), replicas);
        assert_eq!(world.annotation("deployment", "web", RECORD).is_null(), replicas == 2);
        let run = world.down(&[]);
        assert!(run.is_success() && run.stdout.contains(said), "{run}");
        assert_eq!(world.record("deployment", "web")["replicas"], 2);
        assert!(world.back(&[]).is_success());
        assert_eq!(world.replicas("deployment", "web"), 2);
    }
}

#[test]
fn keda_that_was_not_paused_yet_is_paused_by_the_next_run_or_left_by_a_scale_back() {
    serve_custom_kinds();
    for raised in [false, true] {
        let world = World::switched(&[deployment("web", 3), scaled_object("events", "web")]);
        let gate = world.gate();
        let (child, held) = world.held(&gate, &DOWN, Point::Patch("/scaledobjects/events"), Side::Before);
        kill(child);
        drop(held);
        assert_eq!(
            (world.replicas("deployment", "web"), world.annotation("scaledobject", "events", PAUSED)),
            (json!(0), json!(null))
        );
        if raised {
            // KEDA is not paused, and has scaled it up again.
            assert!(world.kubectl(&["scale", "deployment", "web", "--replicas=1"]).is_success());
        }
        let run = world.down(&[]);
        assert!(run.is_success(), "{run}");
        assert_eq!(
            (world.replicas("deployment", "web"), world.annotation("scaledobject", "events", PAUSED)),
            (json!(0), json!("0"))
        );
        assert_eq!(world.record("deployment", "web")["replicas"], 3, "the true size stays");
        assert!(world.back(&[]).is_success());
        assert_eq!(
            (world.replicas("deployment", "web"), world.annotation("scaledobject", "events", PAUSED)),
            (json!(3), json!(null))
        );
    }
}

#[test]
fn a_scale_back_that_was_killed_before_keda_was_resumed_is_finished_by_the_next() {
    serve_custom_kinds();
    let world = World::switched(&[deployment("web", 3), scaled_object("events", "web")]);
    assert!(world.down(&[]).is_success());
    let gate = world.gate();
    let back = ["scale-back", "demo", "--yes"];
    let (child, held) = world.held(&gate, &back, Point::Patch("/scaledobjects/events"), Side::Before);
    kill(child);
    drop(held);
    assert_eq!(
        (world.replicas("deployment", "web"), world.annotation("scaledobject", "events", PAUSED)),
        (json!(3), json!("0"))
    );
    let run = world.back(&[]);
    assert!(run.is_success() && run.stdout.contains("scaledobject.keda.sh/events resumed"), "{run}");
    assert_eq!(world.annotation("scaledobject", "events", PAUSED), json!(null));
}

/// Where nobody may read the definition of a custom resource, only its `/scale` takes the size: two writes.
fn by_subresource(world: &World) -> Gate {
    let gate = world.gate();
    gate.lie("specReplicasPath", "notTold");
    gate
}

#[test]
fn a_size_that_only_scale_takes_goes_down_and_back_by_two_writes() {
    serve_custom_kinds();
    let world = World::switched(&[widget("gadget", 3)]);
    let gate = by_subresource(&world);
    let run = finish(world.start(&gate, &DOWN));
    assert!(run.is_success() && run.stdout.contains("gadget scaled down (was 3)"), "{run}");
    assert_eq!(world.get("widget", "gadget")["spec"]["workers"]["count"], 0);
    assert_eq!(world.record("widget", "gadget")["replicas"], 3);
    let run = finish(world.start(&gate, &["scale-back", "demo", "--yes"]));
    assert!(run.is_success() && run.stdout.contains("gadget scaled back to 3"), "{run}");
    let after = world.get("widget", "gadget");
    assert_eq!((&after["spec"]["workers"]["count"], after["metadata"]["annotations"].get(RECORD)), (&json!(3), None));
}

#[test]
fn a_record_whose_scale_down_was_killed_is_continued_by_a_second_and_cleared_by_a_scale_back() {
    serve_custom_kinds();
    for command in ["scale-down", "scale-back"] {
        let world = World::switched(&[widget("gadget", 3)]);
        let gate = by_subresource(&world);
        let (child, held) = world.held(&gate, &DOWN, Point::Patch("/gadget/scale"), Side::Before);
        kill(child);
        drop(held);
        let between = world.get("widget", "gadget");
        assert_eq!(between["spec"]["workers"]["count"], 3);
        let record = world.annotation("widget", "gadget", RECORD);
        assert!(record.is_string(), "{between}");
        let run = finish(world.start(&gate, &[command, "demo", "--yes"]));
        assert!(run.is_success(), "{run}");
        let after = world.get("widget", "gadget");
        let found = (&after["spec"]["workers"]["count"], &after["metadata"]["annotations"][RECORD]);
        let expected = if command == "scale-down" { (&json!(0), &record) } else { (&json!(3), &json!(null)) };
        assert_eq!(found, expected, "{run}");
    }
}

#[test]
fn a_scale_back_is_found_before_or_after_its_one_write_and_never_between() {
    for (object, point, words) in [
        (deployment("web", 2), "/deployments/web", "deployment.apps/web scaled back to 2"),
        (cron_job("web", "0 0 1 1 *"), "/cronjobs/web", "cronjob.batch/web resumed"),
    ] {
        let kind = object["kind"].as_str().unwrap().to_ascii_lowercase();
        let size = |world: &World| {
            let spec = &world.get(&kind, "web")["spec"];
            (spec["replicas"].clone(), spec["suspend"].clone())
        };
        for (side, stands) in [(Side::Before, false), (Side::After, true)] {
            let world = World::switched(std::slice::from_ref(&object));
            let before = size(&world);
            assert!(world.down(&[]).is_success());
            assert_ne!(size(&world), before);
            let gate = world.gate();
            let (child, held) = world.held(&gate, &["scale-back", "demo", "--yes"], Point::Patch(point), side);
            kill(child);
            drop(held);
            assert_eq!((size(&world) == before, world.annotation(&kind, "web", RECORD).is_null()), (stands, stands));
            let run = world.back(&[]);
            assert!(run.is_success(), "{run}");
            assert_eq!(run.stdout.contains(words), !stands, "{run}");
            assert_eq!((size(&world), world.annotation(&kind, "web", RECORD)), (before, json!(null)));
        }
    }
}

#[test]
fn a_suspension_that_was_killed_is_made_or_found_by_the_next_run() {
    for (side, suspended, said) in
        [(Side::Before, false, "cronjob.batch/web suspended"), (Side::After, true, "unchanged")]
    {
        let world = World::switched(&[cron_job("web", "0 0 1 1 *")]);
        let gate = world.gate();
        let (child, held) = world.held(&gate, &DOWN, Point::Patch("/cronjobs/web"), side);
        kill(child);
        drop(held);
        let between = world.get("cronjob", "web");
        assert_eq!(between["spec"]["suspend"], json!(suspended), "{between}");
        assert_eq!(between["metadata"]["annotations"][RECORD].is_string(), suspended, "{between}");
        let run = world.down(&[]);
        assert!(run.is_success() && run.stdout.contains(said), "{run}");
        assert!(world.back(&[]).is_success());
        assert_eq!(world.get("cronjob", "web")["spec"]["suspend"], json!(false));
    }
}

#[test]
fn keda_that_was_paused_by_a_killed_run_is_found_paused_and_comes_back() {
    serve_custom_kinds();
    let world = World::switched(&[deployment("web", 3), scaled_object("events", "web")]);
    let gate = world.gate();
    let (child, held) = world.held(&gate, &DOWN, Point::Patch("/scaledobjects/events"), Side::After);
    kill(child);
    drop(held);
    assert_eq!(world.annotation("scaledobject", "events", PAUSED), json!("0"));
    let run = world.down(&[]);
    assert!(run.is_success() && run.stdout.matches("unchanged").count() == 2, "{run}");
    assert!(world.back(&[]).is_success());
    assert_eq!(
        (world.replicas("deployment", "web"), world.annotation("scaledobject", "events", PAUSED)),
        (json!(3), json!(null))
    );
}

#[test]
fn a_size_that_came_back_without_its_record_being_cleared_is_cleared_by_the_next_scale_back() {
    serve_custom_kinds();
    let world = World::switched(&[widget("gadget", 3)]);
    let gate = by_subresource(&world);
    assert!(finish(world.start(&gate, &DOWN)).is_success());
    let back = ["scale-back", "demo", "--yes"];
    let (child, held) = world.held(&gate, &back, Point::Patch("/gadget/scale"), Side::After);
    kill(child);
    drop(held);
    let between = world.get("widget", "gadget");
    assert_eq!(between["spec"]["workers"]["count"], 3);
    assert!(between["metadata"]["annotations"][RECORD].is_string(), "{between}");
    let run = finish(world.start(&gate, &back));
    assert!(run.is_success(), "{run}");
    let after = world.get("widget", "gadget");
    assert_eq!((&after["spec"]["workers"]["count"], after["metadata"]["annotations"].get(RECORD)), (&json!(3), None));
}

#[test]
fn a_switch_that_was_killed_before_its_orphans_were_scaled_down_goes_on_from_there() {
    let switch = ["switch", "demo", "app@2.0.0", "--yes", "--then-orphans"];
    let world = World::new(&[deployment("web", 2)], &[]);
    let gate = world.gate();
    // Killed while it waits for the cluster.
    let mut child = world.start(&gate, &switch);
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let waits = lines.find(|line| line.as_ref().is_ok_and(|it| it.contains("waiting: pack app 2.0.0")));
    assert!(waits.is_some(), "it does not wait");
    kill(child);
    assert_eq!(world.replicas("deployment", "web"), 2);
    world.reconcile("2.0.0");
    // Killed between the wait and the scale-down.
    let (child, held) = world.held(&gate, &switch, Point::Patch("/deployments/web"), Side::Before);
    kill(child);
    drop(held);
    assert_eq!(world.replicas("deployment", "web"), 2);
    let run = world.profile(&switch);
    assert!(run.is_success() && run.stdout.contains("spectrocluster/demo unchanged"), "{run}");
    assert!(run.stdout.contains("deployment.apps/web scaled down (was 2)"), "{run}");
    assert_eq!(world.replicas("deployment", "web"), 0);
}
