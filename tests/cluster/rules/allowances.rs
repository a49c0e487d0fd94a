//! Break-glass through real kubectl: by a member of the group, by others, and only in the very write.

use jiff::{SignedDuration, Timestamp};
use profile_sandbox::Run;
use serde_json::{Value, json};

use super::{VERSIONS, sample};
use crate::world::World;

const ALLOW: &str = "kubectl-profile.dev/allow";
const MEMBER: &[&str] = &["--as=jane", "--as-group=system:masters", "--as-group=break-glass"];
const OTHER: &[&str] = &["--as=joe", "--as-group=system:masters"];

/// A cluster that runs Kubernetes 1.29.4, and the spec of the same with 1.31.0.
fn world() -> (World, Value) {
    let world = World::new("allow");
    let (current, pending) = sample("rejects/K8sMultiMinorUpgradeNotSupported.yaml");
    world.create(&current);
    (world, pending["spec"].clone())
}

fn patch(world: &World, version: &str, patch: &Value, flags: &[&str]) -> Run {
    let resource = format!("spectroclusters.{version}.cluster.spectrocloud.com");
    world.kubectl(&[&["patch", &resource, "aws-demo", "--type=merge", "-p", &patch.to_string()], flags].concat())
}

/// The spec together with an entry that names `target` and ends in so many hours.
fn asking(spec: &Value, target: &str, hours: i64) -> Value {
    let until = Timestamp::now() + SignedDuration::from_hours(hours);
    let words = format!("K8sMultiMinorUpgradeNotSupported={target}; until={until:.0}; reason=CVE-2026-1");
    json!({"metadata": {"annotations": {ALLOW: words}}, "spec": spec})
}

fn assert_denied(world: &World, run: &Run, words: &str) {
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains(words), "{words}: {run}");
    let cluster = world.cluster("aws-demo");
    assert_eq!(cluster["spec"]["clusterProfileTemplates"][0]["packs"][1]["version"], "1.29.4", "{run}");
    assert_eq!(cluster["metadata"]["annotations"][ALLOW], Value::Null, "{run}");
}

#[test]
fn a_member_lets_one_write_through_and_not_the_next() {
    for version in VERSIONS {
        let (world, spec) = world();
        let words = asking(&spec, "1.31.0", 1);
        let dry_run = patch(&world, version, &words, &[MEMBER, &["--dry-run=server"]].concat());
        for run in [dry_run, patch(&world, version, &words, MEMBER)] {
            assert!(run.is_success(), "{version}: {run}");
            let warning = "Warning: K8sMultiMinorUpgradeNotSupported=\"1.31.0\" is let through until ";
            assert!(run.stderr.starts_with(warning) && run.stderr.contains(": CVE-2026-1"), "{version}: {run}");
        }
        assert_eq!(world.cluster("aws-demo")["spec"], spec);
        // The annotation is still there, and lets nothing more through.
        let mut next = spec.clone();
        next["clusterProfileTemplates"][0]["packs"][1]["version"] = json!("1.33.0");
        let run = patch(&world, version, &json!({"spec": next}), MEMBER);
        assert!(run.code == Some(1) && run.stderr.contains("skips"), "{version}: {run}");
        let offer = format!("metadata.annotations[{ALLOW}]: to let exactly this through, write in the same write: ");
        assert!(run.stderr.contains(&offer), "{version}: {run}");
        assert_eq!(world.cluster("aws-demo")["spec"], spec);
    }
}

#[test]
fn others_do_not_break_the_glass() {
    let (world, spec) = world();
    for version in VERSIONS {
        let run = patch(&world, version, &asking(&spec, "1.31.0", 1), OTHER);
        assert_denied(&world, &run, "user \"joe\" is in none of the groups that may use it: break-glass");
        assert!(run.stderr.contains("skips 1.30"), "{run}");
    }
}

#[test]
fn what_is_too_long_over_or_about_something_else_is_denied() {
    let (world, spec) = world();
    for (target, hours, words) in [
        ("1.31.0", 25, "is more than 24h ahead"),
        ("1.31.0", -1, "is over"),
        ("1.31", 1, "lets nothing through: this write breaks the rule with \"1.31.0\""),
        ("*", 1, "a wildcard is too vague"),
    ] {
        let run = patch(&world, "v1", &asking(&spec, target, hours), MEMBER);
        assert_denied(&world, &run, words);
    }
}

#[test]
fn a_write_of_metadata_alone_waits_for_no_annotation() {
    let (world, _) = world();
    let words = json!({"metadata": {"annotations": {ALLOW: "nonsense"}}});
    let run = patch(&world, "v1", &words, OTHER);
    assert!(run.is_success(), "{run}");
    assert_eq!(world.cluster("aws-demo")["metadata"]["annotations"][ALLOW], "nonsense");
}
