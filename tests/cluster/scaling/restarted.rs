//! An API server that is killed in the middle of a command, and comes back.

use std::{
    io::{BufRead as _, BufReader, Lines},
    process::ChildStderr,
};

use profile_sandbox::{Options, Sandbox, install};

use super::*;
use crate::{
    orphans::deployment,
    world::{assert_run, finish},
};

/// A control plane of its own, with nodes, whose API server may be killed.
fn sandbox() -> &'static Sandbox {
    let sandbox: &'static Sandbox = Box::leak(Box::new(Sandbox::start(&Options::default().with_nodes()).unwrap()));
    install::crds(sandbox).unwrap();
    sandbox
}

/// A cluster that has been switched to a version with a workload that is not there yet.
fn switched(sandbox: &'static Sandbox, before: &[Value], after: &[Value]) -> World {
    let world = World::on(sandbox, "1.0.0", before, &[], after);
    world.switch();
    world.reconcile("2.0.0");
    world
}

/// Reads on until a line says so.
fn until_said(lines: &mut Lines<BufReader<ChildStderr>>, said: &str) {
    let mut all = Vec::new();
    for line in lines {
        all.push(line.unwrap());
        if all.iter().any(|it: &String| it.contains(said)) {
            return;
        }
    }
    panic!("{said:?} is not said: {all:#?}");
}

impl World {
    /// Starts a command that waits for something, kills the API server meanwhile, and brings it back.
    fn over_a_restart(&self, arguments: &[&str], waits_for: &str, then: impl FnOnce(&Self)) -> Run {
        let mut command = self.sandbox.plugin_command();
        command.args(arguments).args(["-n", &self.namespace]);
        let piped = std::process::Stdio::piped;
        let mut child = command.stdin(std::process::Stdio::null()).stdout(piped()).stderr(piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        until_said(&mut lines, waits_for);
        self.sandbox.kill_api_server().unwrap();
        until_said(&mut lines, "waiting: cannot");
        self.sandbox.start_api_server().unwrap();
        then(self);
        finish(child)
    }
}

#[test]
fn every_wait_outlives_an_api_server_that_restarts() {
    let world = switched(sandbox(), &[deployment("old", 2)], &[deployment("new", 1)]);
    let run = world.over_a_restart(
        &["scale-down", "demo", "--yes", "--wait", "--timeout=3m"],
        "waiting: Deployment/new is not there yet",
        |world| world.apply(&deployment("new", 1)),
    );
    assert_run(&run, 0, &["deployment.apps/old scaled down (was 2)"]);
    assert_eq!(
        (world.replicas("deployment", "old"), &world.record("deployment", "old")["replicas"]),
        (json!(0), &json!(2))
    );

    let run = world.profile(&["scale-back", "demo", "--yes", "--wait"]);
    assert_run(&run, 0, &["deployment.apps/old scaled back to 2"]);
    let pod = world.kubectl(&["get", "pods", "-l", "app=old", "-o", "name"]).stdout.lines().next().unwrap().to_owned();
    let finalizers = |value: Value| json!({"metadata": {"finalizers": value}}).to_string();
    let hold = world.kubectl(&["patch", &pod, "--type=merge", "-p", &finalizers(json!(["example.com/hold"]))]);
    assert!(hold.is_success(), "{hold}");
    let run = world.over_a_restart(
        &["scale-down", "demo", "--yes", "--wait", "--timeout=3m"],
        "waiting: Deployment/old",
        |world| {
            let free = world.kubectl(&["patch", &pod, "--type=merge", "-p", &finalizers(Value::Null)]);
            assert!(free.is_success(), "{free}");
        },
    );
    assert_run(&run, 0, &["deployment.apps/old scaled down (was 2)"]);
    assert_eq!(world.kubectl(&["get", "pods", "-l", "app=old", "-o", "name"]).stdout, "");

    let run = world.over_a_restart(
        &["switch", "demo", "app@1.0.0", "--yes", "--wait", "--timeout=3m"],
        "waiting: pack app 1.0.0",
        |world| world.reconcile("1.0.0"),
    );
    assert_run(&run, 0, &["spectrocluster/demo switched to app@1.0.0", "deployment.apps/old scaled back to 2"]);
    assert_eq!(world.replicas("deployment", "old"), 2);
}

#[test]
fn an_api_server_that_dies_during_the_search_or_between_two_writes_loses_nothing() {
    let sandbox = sandbox();
    let world = switched(sandbox, &[deployment("a", 1), deployment("b", 2), deployment("c", 3)], &[]);
    let sizes = |world: &World| ["a", "b", "c"].map(|name| world.replicas("deployment", name));
    let gate = world.gate();

    let (child, held) = world.held(&gate, &["scale-down", "demo", "--yes"], Point::ListClusters, Side::Before);
    sandbox.kill_api_server().unwrap();
    drop(held);
    assert_run(&finish(child), 2, &["at the API server of context"]);
    sandbox.start_api_server().unwrap();
    assert_eq!(sizes(&world), [json!(1), json!(2), json!(3)]);

    let (child, held) =
        world.held(&gate, &["scale-down", "demo", "--yes"], Point::Patch("/deployments/b"), Side::Before);
    sandbox.kill_api_server().unwrap();
    drop(held);
    assert_run(
        &finish(child),
        5,
        &[
            "deployment.apps/a scaled down (was 1)",
            "whether deployment.apps/b is scaled is not known; run this again, and it goes on from there",
            "whether deployment.apps/c is scaled is not known; run this again, and it goes on from there",
        ],
    );
    sandbox.start_api_server().unwrap();
    assert_eq!(sizes(&world), [json!(0), json!(2), json!(3)]);
    let run = world.down(&[]);
    assert_run(
        &run,
        0,
        &["deployment.apps/a unchanged (scaled down already", "b scaled down (was 2)", "c scaled down (was 3)"],
    );
    assert_run(&world.back(&[]), 0, &["a scaled back to 1", "b scaled back to 2", "c scaled back to 3"]);
    assert_eq!(sizes(&world), [json!(1), json!(2), json!(3)]);
}
