//! Tests of what an object's age says against its proof.

use super::*;

#[test]
fn what_was_created_after_its_rendering_was_left_is_only_suspected() {
    for (created, ended, expected) in [
        ("2026-01-01T00:00:05Z", Ended::By("2026-01-01T00:00:05Z".into()), Confidence::Proven),
        ("2026-01-01T00:00:05Z", Ended::By("2026-01-01T00:00:05.900Z".into()), Confidence::Proven),
        ("2026-01-01T00:00:06Z", Ended::By("2026-01-01T00:00:05.900Z".into()), Confidence::Suspected),
        ("2026-01-01T00:00:06Z", Ended::By(String::new()), Confidence::Suspected),
        ("2026-01-01T00:00:05Z", Ended::After("2026-01-01T00:00:05Z".into()), Confidence::Proven),
        ("2026-01-01T00:00:06Z", Ended::After("2026-01-01T00:00:05Z".into()), Confidence::Likely),
        ("2026-01-01T00:00:06Z", Ended::Unknown, Confidence::Proven),
    ] {
        let before = rendering("p@1", &[("app", &["Deployment/a"])]);
        let mut objects = live(&[&before]);
        objects[0]["metadata"]["creationTimestamp"] = json!(created);
        let past = Before { ended: ended.clone(), ..revision(1, before) };
        let orphan = find(&[past], &rendering("p@2", &[("app", &[])]), &objects).orphans.remove(0);
        assert_eq!(orphan.confidence, expected, "{created} {ended:?}");
        let says_so = orphan.evidence.iter().any(|it| it.starts_with(&format!("created at {created}")));
        assert_eq!(says_so, expected != Confidence::Proven, "{:?}", orphan.evidence);
    }
}

#[test]
fn the_time_that_counts_is_when_it_was_rendered_last() {
    let old = rendering("p@1", &[("app", &["Deployment/a"])]);
    let mut objects = live(&[&old]);
    objects[0]["metadata"]["creationTimestamp"] = json!("2026-01-02T00:00:00Z");
    let at = |number, time: &str, rendering| Before { ended: Ended::By(time.into()), ..revision(number, rendering) };
    let past = [at(2, "2026-01-03T00:00:00Z", old.clone()), at(1, "2026-01-01T00:00:00Z", old)];
    let orphan = find(&past, &rendering("p@2", &[("app", &[])]), &objects).orphans.remove(0);
    assert_eq!((orphan.confidence, orphan.last_rendered_by.unwrap().source), (Confidence::Proven, Source::Revision(2)));
}
