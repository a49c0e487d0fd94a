//! What somebody changed meanwhile is refused with the difference, and the rest goes on.

use serde_json::json;

use super::*;
use crate::orphans::{deployment, workload};

#[test]
fn a_specification_that_was_changed_is_refused_with_the_difference_until_it_is_accepted() {
    let world = World::switched(&[deployment("web", 2), workload("StatefulSet", "db", 1)]);
    assert!(world.down(&["--wait"]).is_success());
    assert!(world.kubectl(&["set", "image", "deployment/web", "main=example.com/other:2"]).is_success());
    let run = world.back(&[]);
    assert_eq!(run.code, Some(5), "{run}");
    let difference = "spec.template.spec.containers[main].image example.com/none:1 -> example.com/other:2";
    assert!(run.stderr.contains("Deployment/web was changed since it was scaled down"), "{run}");
    assert!(run.stderr.contains(difference) && run.stderr.contains("last written by kubectl-set"), "{run}");
    assert_eq!((world.replicas("deployment", "web"), world.replicas("statefulset", "db")), (json!(0), json!(1)));
    let run = world.back(&["--even-if-changed"]);
    assert!(run.is_success(), "{run}");
    assert_eq!(world.replicas("deployment", "web"), 2);
}

#[test]
fn what_the_controllers_and_a_status_write_do_is_no_change() {
    serve_custom_kinds();
    let world = World::switched(&[deployment("web", 2), widget("gadget", 2)]);
    assert!(world.down(&["--wait"]).is_success());
    let status = json!({"status": {"count": 0}}).to_string();
    let run = world.kubectl(&["patch", "widget", "gadget", "--subresource=status", "--type=merge", "-p", &status]);
    assert!(run.is_success(), "{run}");
    assert!(world.kubectl(&["annotate", "deployment", "web", "mine=x"]).is_success());
    assert!(world.back(&[]).is_success());
    assert_eq!(
        (world.replicas("deployment", "web"), world.get("widget", "gadget")["spec"]["workers"]["count"].clone()),
        (json!(2), json!(2))
    );
}

#[test]
fn an_object_that_was_created_anew_is_refused_both_ways() {
    let world = World::switched(&[deployment("web", 2)]);
    assert!(world.down(&[]).is_success());
    let record = world.annotation("deployment", "web", RECORD);
    assert!(world.kubectl(&["delete", "deployment", "web"]).is_success());
    let mut anew = deployment("web", 0);
    anew["metadata"]["annotations"] = json!({RECORD: record});
    world.apply(&anew);
    let run = world.back(&[]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("was created anew since it was scaled down"), "{run}");
    assert_eq!(world.replicas("deployment", "web"), 0);
}

#[test]
fn an_object_that_its_finalizer_holds_is_refused_with_the_finalizer() {
    let world = World::switched(&[deployment("web", 2)]);
    assert!(world.down(&[]).is_success());
    world.patch("deployment", "web", &json!({"metadata": {"finalizers": ["example.com/hold"]}}));
    assert!(world.kubectl(&["delete", "deployment", "web", "--wait=false"]).is_success());
    let held = world.get("deployment", "web");
    let said = "being deleted, and waits for its finalizers: example.com/hold";
    let run = world.back(&[]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains(&format!("is {said}")), "{run}");
    let found = world.orphans(&[]);
    assert_eq!((&found["items"], &found["excluded"][0]["reason"]), (&json!([]), &json!(said)), "{found}");
    let run = world.down(&["deployment/web"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains(said) && run.stderr.contains("nothing was scaled"), "{run}");
    let after = world.get("deployment", "web");
    assert_eq!((&after["spec"], &after["metadata"]["annotations"]), (&held["spec"], &held["metadata"]["annotations"]));
    world.patch("deployment", "web", &json!({"metadata": {"finalizers": null}}));
}

#[test]
fn what_moves_between_the_plan_and_the_write_is_refused_or_retried_by_what_it_is() {
    for (patch, said, code) in [
        (json!({"metadata": {"labels": {"team": "blue"}}}), "deployment.apps/web scaled down (was 2)", 0),
        (json!({"spec": {"replicas": 3}}), "it is not what was shown any more: replicas 2 -> 3", 4),
        (
            json!({"metadata": {"annotations": {"kubectl-profile.dev/keep": "true"}}}),
            "annotation kubectl-profile.dev/keep",
            4,
        ),
    ] {
        let world = World::switched(&[deployment("web", 2)]);
        let gate = world.gate();
        let (child, held) =
            world.held(&gate, &["scale-down", "demo", "--yes"], Point::Patch("/deployments/web"), Side::Before);
        world.patch("deployment", "web", &patch);
        assert_eq!(held.pass(), 409);
        crate::world::assert_run(&crate::world::finish(child), code, &[said]);
    }
    let world = World::switched(&[deployment("web", 2)]);
    let gate = world.gate();
    let (child, held) =
        world.held(&gate, &["scale-down", "demo", "--yes"], Point::Patch("/deployments/web"), Side::Before);
    assert!(world.kubectl(&["delete", "deployment", "web"]).is_success());
    world.apply(&deployment("web", 2));
    assert_eq!(held.pass(), 409);
    crate::world::assert_run(&crate::world::finish(child), 4, &["it was deleted and created anew"]);
    assert_eq!(world.replicas("deployment", "web"), 2);
}
