//! `status --watch` on a real API server.

use std::io::{BufRead as _, BufReader, Read as _};

use serde_json::json;

use crate::world::{SHOP, World};

#[test]
fn a_cluster_is_printed_again_when_it_changes_and_the_watch_ends_when_all_is_as_it_should_be() {
    let world = World::with_shop("watched");
    let words = ["status", "-w", "--until=jsonpath={.state}=Upgraded", "--timeout=60s"];
    let mut child = world.start_profile_as(world.sandbox.kubeconfig(), &words);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("NAME       PROFILES"));
    assert!(lines.next().unwrap().contains("   Running   "));
    world.patch_status(SHOP, &json!({"state": "Upgrading"}));
    assert!(lines.next().unwrap().contains("   Upgrading   "), "the change alone is printed, without headers");
    world.patch_status(SHOP, &json!({"state": "Upgraded"}));
    assert!(lines.next().unwrap().contains("   Upgraded"));
    assert_eq!(lines.next(), None);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
}

#[test]
fn a_watch_outlives_a_change_that_does_not_matter_and_ends_with_its_time() {
    let world = World::with_shop("watched");
    let run = world.profile(&["status", "-w", "-o", "json", "--until=jsonpath={.state}=Nope", "--timeout=3s"]);
    assert_eq!(run.code, Some(124), "{run}");
    let documents = serde_json::Deserializer::from_str(&run.stdout).into_iter::<serde_json::Value>();
    assert_eq!(documents.map(Result::unwrap).filter(|it| it["kind"] == "ClusterStatus").count(), 1, "{run}");
}
