//! Ctrl-C while something is written: what is under way comes to its end, and nothing else is begun.

use std::process::Command;

use super::*;
use crate::{
    orphans::{deployment, workload},
    world::{assert_run, finish},
};

/// Interrupts a command at a point, lets the request pass, and tells how it ended.
fn interrupted(world: &World, gate: &Gate, arguments: &[&str], point: Point) -> Run {
    let (mut child, held) = world.held(gate, arguments, point, Side::Before);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    // It says so as soon as it has heard, and then waits for what is under way.
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("interrupted: what is under way is finished") {
        assert!(std::io::BufRead::read_line(&mut stderr, &mut said).unwrap() > 0, "it ended instead: {said}");
    }
    assert_eq!(held.pass(), 200);
    let mut run = finish(child);
    std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
    run.stderr = said;
    run
}

#[test]
fn a_workload_and_its_keda_are_finished_and_the_next_workload_is_not_begun() {
    serve_custom_kinds();
    let world =
        World::switched(&[deployment("fed", 3), scaled_object("events", "fed"), workload("StatefulSet", "next", 2)]);
    let gate = world.gate();
    let paused = |world: &World| world.annotation("scaledobject", "events", PAUSED);
    let sizes = |world: &World| (world.replicas("deployment", "fed"), world.replicas("statefulset", "next"));

    let run = interrupted(&world, &gate, &["scale-down", "demo", "--yes"], Point::Patch("/deployments/fed"));
    assert_run(
        &run,
        130,
        &[
            "deployment.apps/fed scaled down (was 3)",
            "events paused",
            "interrupted: 2 of 3 objects are done",
            "run the same command again",
        ],
    );
    assert_eq!((sizes(&world), paused(&world)), ((json!(0), json!(2)), json!("0")));
    assert_eq!(world.annotation("statefulset", "next", RECORD), json!(null));
    assert_run(&world.down(&[]), 0, &["deployment.apps/fed unchanged", "statefulset.apps/next scaled down (was 2)"]);

    // The last one goes up first.
    let run = interrupted(&world, &gate, &["scale-back", "demo", "--yes"], Point::Patch("/statefulsets/next"));
    assert_run(&run, 130, &["statefulset.apps/next scaled back to 2", "interrupted: 1 of 3 objects are done"]);
    assert_eq!((sizes(&world), paused(&world)), ((json!(0), json!(2)), json!("0")));
    assert_run(&world.back(&[]), 0, &["deployment.apps/fed scaled back to 3"]);
    assert_eq!((sizes(&world), paused(&world)), ((json!(3), json!(2)), json!(null)));
}

#[test]
fn the_record_and_the_size_that_takes_a_write_of_its_own_are_both_written() {
    serve_custom_kinds();
    let world = World::switched(&[widget("gadget", 3)]);
    let gate = world.gate();
    // Where nobody may read the definition, only its `/scale` takes the size.
    gate.lie("specReplicasPath", "notTold");
    let run = interrupted(&world, &gate, &["scale-down", "demo", "--yes"], Point::Patch("/widgets/gadget"));
    // It was the last one, so that nothing was kept from being begun.
    assert_run(&run, 0, &["gadget scaled down (was 3)"]);
    assert_eq!(world.get("widget", "gadget")["spec"]["workers"]["count"], 0);
    assert_eq!(world.record("widget", "gadget")["replicas"], 3);
}
