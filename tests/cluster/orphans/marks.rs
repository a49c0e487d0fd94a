//! What only the marks of Palette's agent speak for is suspected, and no more.

use super::*;

/// Applies a Deployment as one manager.
fn apply_as(world: &World, manager: &str, name: &str) {
    let mut object = deployment(name, 1);
    object["metadata"]["namespace"] = json!(world.namespace);
    let mut command = world.sandbox.kubectl_command();
    command.args(["apply", "--server-side", "--field-manager", manager, "-f", "-"]);
    Run::with_input(&mut command, &object.to_string()).unwrap().success("kubectl apply").unwrap();
}

#[test]
fn what_the_agent_applied_and_nothing_known_renders_is_suspected_and_stays() {
    let world = World::new(&[deployment("old", 1)], &[]);
    apply_as(&world, "atop-manager", "stray");
    apply_as(&world, "atop-manager", "used");
    apply_as(&world, "somebody", "other");
    world.switch();
    world.reconcile("2.0.0");
    // A write counts as one since the switch from the next second on.
    let touched = |round: u32| {
        let label = format!("round={round}");
        let arguments = ["label", "deployment", "used", "--overwrite", "--field-manager=person", &label];
        world.kubectl(&arguments).success("kubectl label").map_err(|it| it.to_string())?;
        let found = names(&world.orphans(&[])["items"]);
        if found == set(&["Deployment/old", "Deployment/stray"]) { Ok(()) } else { Err(format!("{found:?}")) }
    };
    let mut round = 0;
    world
        .sandbox
        .wait_until("the write to count", DEADLINE, || {
            round += 1;
            touched(round)
        })
        .unwrap();
    let found = world.orphans(&[]);
    let stray = &found["items"][1];
    assert_eq!(
        (&stray["name"], &stray["confidence"], &stray["lastRenderedBy"]),
        (&json!("stray"), &json!("suspected"), &Value::Null)
    );
    assert!(stray["evidence"][0].as_str().unwrap().starts_with("applied by atop-manager at 20"), "{found}");
    let run = world.profile(&["scale-down", "demo", "--yes"]);
    assert!(run.is_success(), "{run}");
    assert_eq!((world.replicas("deployment", "stray"), world.replicas("deployment", "old")), (json!(1), json!(0)));
}
