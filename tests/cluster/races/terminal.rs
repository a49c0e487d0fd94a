//! A person at a terminal: asked once, and again with the new diff when what was shown has moved.

use profile_sandbox::samples;
use serde_json::{Value, json};

use super::Scene;
use crate::{
    gate::{Point, Side},
    terminal::{QUESTION, Terminal},
    world::SHOP,
};

fn switch<'a>(scene: &'a Scene, version: &str) -> Terminal<'a> {
    Terminal::run(&scene.world, scene.gate.kubeconfig(), &format!("switch {SHOP} hello-aws@{version}"))
}

/// A version between 1.0.0 and 1.1.0 that only tells the address of the greeting.
fn create_between(scene: &Scene) -> Value {
    let mut version = samples::object("ClusterProfile", "hello-aws-1.0.0").unwrap();
    version["metadata"]["name"] = json!("hello-aws-1.0.5");
    version["spec"]["version"] = json!("1.0.5");
    let published = &mut version["spec"]["published"];
    published["profileVersion"] = json!("1.0.5");
    published["uid"] = json!("6700aaaa0000000000010005");
    let values = published["packs"][4]["values"].as_str().unwrap().replace("port: 8080", "port: 8085");
    published["packs"][4]["values"] = json!(values);
    scene.world.create(&version);
    version["spec"]["published"].clone()
}

#[test]
fn content_that_moved_is_shown_anew_and_asked_again() {
    let scene = Scene::new("asked");
    let between = create_between(&scene);
    let held = scene.gate.hold(Point::WriteCluster, Side::Before);
    let mut terminal = switch(&scene, "1.1.0");
    terminal.answer(1, "y");
    held.reached();
    scene.world.patch(SHOP, &json!({"spec": {"clusterProfileTemplates": [between]}}));
    assert_eq!(held.pass(), 409);
    terminal.answer(2, "y");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(0), "{screen}");
    let (first, second) = screen.split_once("The new diff:").unwrap_or_else(|| panic!("{screen}"));
    assert!(first.contains("the profile content of the cluster changed"), "{screen}");
    // Only now the address differs.
    assert!(!first.contains("port: 8085") && second.contains("port: 8085"), "{screen}");
    assert!(second.contains("switched to hello-aws@1.1.0"), "{screen}");
    scene.world.assert_shop_is_at("1.1.0");
    assert_eq!(scene.history(), ["1 abandoned hello-aws@1.1.0", "2 deployed hello-aws@1.1.0"]);
}

#[test]
fn a_no_to_the_new_diff_writes_nothing() {
    let scene = Scene::new("declined");
    let between = create_between(&scene);
    let held = scene.gate.hold(Point::WriteCluster, Side::Before);
    let mut terminal = switch(&scene, "1.1.0");
    terminal.answer(1, "y");
    held.reached();
    scene.world.patch(SHOP, &json!({"spec": {"clusterProfileTemplates": [between]}}));
    let spec = scene.spec();
    assert_eq!(held.pass(), 409);
    terminal.answer(2, "n");
    let (code, screen) = terminal.finish();
    assert_eq!(code, Some(2), "{screen}");
    assert!(screen.contains("not confirmed; nothing was changed"), "{screen}");
    assert_eq!(scene.spec(), spec, "{screen}");
    assert_eq!(scene.history(), ["1 abandoned hello-aws@1.1.0"]);
}

#[test]
fn a_status_that_moved_while_the_question_stood_is_not_asked_about() {
    let scene = Scene::new("unasked");
    let mut terminal = switch(&scene, "1.1.0");
    let held = scene.gate.hold(Point::WriteCluster, Side::Before);
    terminal.answer(1, "yes");
    held.reached();
    scene.status_moves();
    assert_eq!(held.pass(), 409);
    let (code, screen) = terminal.finish();
    assert_eq!((code, screen.matches(QUESTION).count()), (Some(0), 1), "{screen}");
    scene.world.assert_shop_is_at("1.1.0");
}
