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
