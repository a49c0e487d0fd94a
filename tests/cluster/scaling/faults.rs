//! Two at once, a server that goes away, rights that are missing, a target that never becomes ready.

use serde_json::json;

use super::*;
use crate::{
    orphans::{deployment, workload},
    world::{assert_run, finish},
};

#[test]
fn of_two_scale_downs_at_once_one_writes_and_the_other_says_that_it_is_done() {
    let world = World::switched(&[deployment("web", 2)]);
    let gate = world.gate();
    let down = ["scale-down", "demo", "--yes", "--reason", "mine"];
    let (child, held) = world.held(&gate, &down, Point::Patch("/deployments/web"), Side::Before);
    assert!(world.down(&["--reason", "theirs"]).is_success());
    assert_eq!(held.pass(), 409);
    let run = finish(child);
    assert_run(&run, 0, &["deployment.apps/web unchanged (scaled down already", "was 2"]);
    let record = world.record("deployment", "web");
    assert_eq!((&record["reason"], &record["replicas"]), (&json!("theirs"), &json!(2)));
}

#[test]
fn a_connection_that_is_cut_in_the_middle_spoils_one_object_and_the_next_run_finishes_it() {
    for (side, replicas) in [(Side::Before, 2), (Side::After, 0)] {
        let world = World::switched(&[deployment("a", 1), deployment("b", 2), workload("StatefulSet", "c", 1)]);
        let gate = world.gate();
        let (child, held) = world.held(&gate, &["scale-down", "demo", "--yes"], Point::Patch("/deployments/b"), side);
        drop(held);
        let run = finish(child);
        assert_run(
            &run,
            5,
            &[
                "whether deployment.apps/b is scaled is not known; run this again, and it goes on from there: cannot patch deployments",
                "deployment.apps/a scaled down",
                "statefulset.apps/c scaled down",
            ],
        );
        assert_eq!(world.replicas("deployment", "b"), replicas);
        let run = world.down(&[]);
        assert!(run.is_success(), "{run}");
        assert_eq!(
            (world.replicas("deployment", "b"), world.record("deployment", "b")["replicas"].clone()),
            (json!(0), json!(2))
        );
    }
}

#[test]
fn an_object_that_this_user_may_not_write_is_named_and_the_rest_goes_on() {
    serve_custom_kinds();
    let world = World::switched(&[
        deployment("web", 2),
        deployment("fed", 2),
        workload("StatefulSet", "db", 1),
        scaled_object("events", "fed"),
    ]);
    let patch = |resource: &str| json!({"apiGroups": ["apps"], "resources": [resource], "verbs": ["patch"]});
    let kubeconfig = world.user(&[patch("deployments")]);
    let run = world.profile_as(&kubeconfig, &["scale-down", "demo", "--yes"]);
    assert_run(
        &run,
        5,
        &[
            "deployment.apps/web scaled down (was 2)",
            "statefulset.apps/db is not scaled",
            "you may not patch statefulsets",
        ],
    );
    // What scales it cannot be paused, so it is not scaled down either.
    assert_run(&run, 5, &["deployment.apps/fed is not scaled", "you may not patch scaledobjects"]);
    assert_eq!((world.replicas("deployment", "web"), world.replicas("deployment", "fed")), (json!(0), json!(2)));
    assert_eq!(
        (world.replicas("statefulset", "db"), world.annotation("deployment", "fed", RECORD)),
        (json!(1), json!(null))
    );
}

#[test]
fn a_target_that_never_becomes_ready_ends_the_wait_with_what_is_missing() {
    let world = World::new(&[deployment("old", 1)], &[deployment("new", 1)]);
    world.switch();
    world.reconcile("2.0.0");
    let run = world.down(&["--wait", "--timeout=3s"]);
    assert_run(
        &run,
        124,
        &[
            "what replaces the orphans of cluster \"demo\" is not ready after 3s: Deployment/new is not there yet",
            "nothing was scaled",
        ],
    );
    assert_eq!(world.replicas("deployment", "old"), 1);
    // The same command goes through once it is.
    world.apply(&deployment("new", 1));
    assert_run(&world.down(&["--wait"]), 0, &["deployment.apps/old scaled down (was 1)"]);
}

#[test]
fn pods_that_do_not_end_are_named_when_the_time_is_over() {
    let world = World::switched(&[deployment("web", 1)]);
    let ready = ["wait", "--for=jsonpath={.status.readyReplicas}=1", "--timeout=60s", "deployment/web"];
    assert!(world.kubectl(&ready).is_success());
    let pod = world.kubectl(&["get", "pods", "-o", "name"]).stdout.trim().to_owned();
    let hold = json!({"metadata": {"finalizers": ["example.com/hold"]}}).to_string();
    assert!(world.kubectl(&["patch", &pod, "--type=merge", "-p", &hold]).is_success());
    let run = world.down(&["--wait", "--timeout=4s"]);
    assert_eq!(run.code, Some(124), "{run}");
    assert!(
        run.stderr.contains("the pods are not settled after 4s") && run.stderr.contains("the write stands"),
        "{run}"
    );
    assert_eq!(world.replicas("deployment", "web"), 0);
    let free = json!({"metadata": {"finalizers": null}}).to_string();
    assert!(world.kubectl(&["patch", &pod, "--type=merge", "-p", &free]).is_success());
    assert_run(&world.down(&["--wait"]), 0, &["unchanged (scaled down already"]);
}

#[test]
fn a_name_that_stands_in_two_namespaces_is_asked_for_with_its_namespace() {
    let elsewhere = shared().namespace("elsewhere").unwrap();
    let mut other = deployment("web", 3);
    other["metadata"]["namespace"] = json!(elsewhere);
    let world = World::on(shared(), "1.0.0", &[deployment("web", 1)], std::slice::from_ref(&other), &[]);
    world.sandbox.apply(&other.to_string()).unwrap();
    world.switch();
    world.reconcile("2.0.0");
    let there = || world.sandbox.get_json("deployment", &elsewhere, "web").unwrap()["spec"]["replicas"].clone();
    let ambiguous =
        ["\"deployment/web\" stands in several namespaces or groups", &format!("deployment.apps/{elsewhere}/web")];
    assert_run(&world.down(&["deployment/web"]), 2, &ambiguous);
    assert_run(&world.down(&[&format!("deployment/{}/web", world.namespace)]), 0, &["scaled down (was 1)"]);
    assert_eq!((world.replicas("deployment", "web"), there()), (json!(0), json!(3)));
    assert_run(&world.back(&["deployment/nowhere/web"]), 2, &["is not a workload that was scaled down"]);
    assert_run(&world.down(&[&format!("deployment/{elsewhere}/web")]), 0, &["scaled down (was 3)"]);
    assert_run(&world.back(&["deployment/web"]), 2, &ambiguous);
    assert_run(&world.back(&[]), 0, &["scaled back to 1", "scaled back to 3"]);
    assert_eq!((world.replicas("deployment", "web"), there()), (json!(1), json!(3)));
}

#[test]
fn a_server_with_too_many_requests_is_asked_again() {
    let world = World::switched(&[deployment("web", 2)]);
    let gate = world.gate();
    gate.refuse(3);
    let run = finish(world.start(&gate, &["scale-down", "demo", "--yes"]));
    assert_run(&run, 0, &["deployment.apps/web scaled down (was 2)"]);
    gate.refuse(u32::MAX);
    let run = finish(world.start(&gate, &["scale-back", "demo", "--yes"]));
    assert_run(&run, 2, &["try again later"]);
    assert_eq!(world.replicas("deployment", "web"), 0);
}

#[test]
fn what_replaces_an_orphan_and_goes_while_the_question_stands_keeps_it_running() {
    let world = World::new(&[deployment("old", 2)], &[deployment("new", 1)]);
    world.switch();
    world.reconcile("2.0.0");
    world.apply(&deployment("new", 1));
    let available = ["wait", "--for=condition=Available", "--timeout=60s", "deployment/new"];
    assert!(world.kubectl(&available).is_success());
    let plain = crate::world::World::named(world.sandbox, &world.namespace);
    let mut terminal = crate::terminal::Terminal::run(&plain, world.sandbox.kubeconfig(), "scale-down demo");
    terminal.seen(crate::terminal::QUESTION, 1);
    assert!(world.kubectl(&["delete", "deployment", "new"]).is_success());
    terminal.answer(1, "y");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(4), "{screen}");
    assert!(screen.contains("Deployment/new is not there yet") && screen.contains("nothing was scaled"), "{screen}");
    assert_eq!(world.replicas("deployment", "old"), 2);
}

#[test]
fn a_server_that_swallows_requests_takes_no_longer_than_there_is_time() {
    let world = World::new(&[deployment("old", 2)], &[]);
    let gate = world.gate();
    let switch = ["switch", "demo", "app@2.0.0", "--yes", "--wait", "--timeout", "2s"];
    let mut child = world.start(&gate, &switch);
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    assert!(lines.any(|line| line.is_ok_and(|it| it.contains("waiting: pack app 2.0.0"))), "it does not wait");
    // From here on every look at the cluster stays without an answer, for much longer than there is time.
    let held: Vec<_> = (0..3).map(|_| gate.hold(Point::ReadCluster, Side::Before)).collect();
    let said: Vec<String> = lines.map_while(Result::ok).collect();
    let run = finish(child);
    assert_eq!(run.code, Some(124), "{said:?}");
    let said = said.join("\n");
    assert!(said.contains("is not reconciled after 2s: pack app 2.0.0") && !said.contains("in 30s"), "{said}");
    drop(held);
}
