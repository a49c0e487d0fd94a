//! The annotation of a scale-down, edited by hand: told in words, both ways, and the object stays as it is.

use super::*;
use crate::{orphans::deployment, world::assert_run};

impl World {
    /// Puts another annotation in the place of the record; null removes it.
    fn edit(&self, name: &str, record: Value) {
        self.patch("deployment", name, &json!({"metadata": {"annotations": {RECORD: record}}}));
    }

    fn state(&self, name: &str) -> (Value, Value) {
        let found = self.get("deployment", name);
        (found["spec"].clone(), found["metadata"]["annotations"][RECORD].clone())
    }
}

#[test]
fn a_record_that_was_edited_is_refused_both_ways_and_taken_when_it_is_put_back() {
    let world = World::switched(&[deployment("web", 2)]);
    assert_run(&world.down(&[]), 0, &["scaled down (was 2)"]);
    let true_record = world.annotation("deployment", "web", RECORD);
    let text = true_record.as_str().unwrap();
    for (edited, said) in [
        ("{".to_owned(), "cannot be read"),
        ("2".to_owned(), "cannot be read"),
        (String::new(), "cannot be read"),
        (text.replace("\"replicas\":2", "\"replicas\":9"), "it was edited: its `check` does not fit the rest"),
        (text.replace("\"replicas\":2", "\"replicas\":0"), "which is no size to go back to"),
        (text.replace("\"replicas\"", "\"suspend\""), "cannot be read"),
    ] {
        assert_ne!(edited, text);
        world.edit("web", json!(edited));
        let before = world.state("web");
        for run in [world.back(&[]), world.down(&[])] {
            assert_run(&run, 4, &["deployment.apps/web is left as it is", said]);
        }
        assert_eq!(world.state("web"), before, "{edited}");
    }
    world.edit("web", true_record);
    assert_run(&world.down(&[]), 0, &["unchanged (scaled down already"]);
    assert_run(&world.back(&[]), 0, &["scaled back to 2"]);
    assert_eq!(world.replicas("deployment", "web"), 2);
}

#[test]
fn a_record_of_another_object_or_cluster_is_not_taken_for_this_ones() {
    let world = World::switched(&[deployment("web", 2), deployment("other", 3)]);
    assert_run(&world.down(&["deployment/web"]), 0, &["scaled down (was 2)"]);
    let record = world.annotation("deployment", "web", RECORD);
    // Copied to another object.
    world.edit("other", record.clone());
    let before = world.state("other");
    assert_run(&world.down(&["deployment/other"]), 4, &["was created anew since it was scaled down"]);
    assert_run(&world.back(&["deployment/other"]), 4, &["was created anew since it was scaled down"]);
    assert_eq!(world.state("other"), before);
    world.edit("other", Value::Null);
    // Said to be another cluster's, by somebody who made the check fit, or before there was one.
    let mut foreign: Value = serde_json::from_str(record.as_str().unwrap()).unwrap();
    foreign["cluster"] = json!("elsewhere/demo");
    foreign.as_object_mut().unwrap().remove("check");
    world.edit("web", json!(foreign.to_string()));
    let before = world.state("web");
    assert_run(&world.back(&[]), 0, &["nothing is scaled down for cluster \"demo\""]);
    assert_run(
        &world.down(&["deployment/web"]),
        0,
        &["unchanged (scaled down already for another cluster, elsewhere/demo"],
    );
    assert_eq!(world.state("web"), before);
}

#[test]
fn a_record_that_was_deleted_is_missed_in_words() {
    let world = World::switched(&[deployment("web", 2), deployment("still", 0)]);
    assert_run(&world.down(&["deployment/web"]), 0, &["scaled down (was 2)"]);
    world.edit("web", Value::Null);
    assert_run(&world.back(&[]), 0, &["nothing is scaled down for cluster \"demo\""]);
    assert_run(
        &world.down(&[]),
        0,
        &[
            "deployment.apps/web unchanged (it stands still already by a scale-down whose record is gone",
            "deployment.apps/still unchanged (it stands still already, and not by a scale-down)",
        ],
    );
    assert_eq!(world.replicas("deployment", "web"), 0);
}
