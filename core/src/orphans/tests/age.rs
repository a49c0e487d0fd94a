//! Tests of what an object's age says against its proof.

use super::*;

#[test]
fn what_was_created_while_something_else_was_attached_is_not_proven() {
    let of = |since: &str, seen: &str, left: &str| {
        let [since, seen, left] = [since, seen, left].map(|it| (!it.is_empty()).then(|| it.to_owned()));
        Period { since, seen, left }
    };
    for (created, period, expected) in [
        ("2026-01-01T00:00:05Z", left("2026-01-01T00:00:05Z"), Confidence::Proven),
        ("2026-01-01T00:00:05Z", left("2026-01-01T00:00:05.900Z"), Confidence::Proven),
        ("2026-01-01T00:00:06Z", left("2026-01-01T00:00:05.900Z"), Confidence::Suspected),
        ("2026-01-01T00:00:06Z", Period { left: Some(String::new()), ..Period::default() }, Confidence::Suspected),
        ("2026-01-01T00:00:05Z", of("", "2026-01-01T00:00:05Z", ""), Confidence::Proven),
        ("2026-01-01T00:00:06Z", of("", "2026-01-01T00:00:05Z", ""), Confidence::Likely),
        ("2026-01-01T00:00:06Z", of("", "2026-01-01T00:00:05Z", "2026-01-01T00:00:06Z"), Confidence::Likely),
        ("2026-01-01T00:00:07Z", of("", "2026-01-01T00:00:05Z", "2026-01-01T00:00:06Z"), Confidence::Suspected),
        ("2026-01-01T00:00:05Z", of("2026-01-01T00:00:05.900Z", "", ""), Confidence::Proven),
        ("2026-01-01T00:00:04Z", of("2026-01-01T00:00:05.100Z", "", ""), Confidence::Likely),
        ("2026-01-01T00:00:06Z", Period::default(), Confidence::Proven),
    ] {
        let before = rendering("p@1", &[("app", &["Deployment/a"])]);
        let mut objects = live(&[&before]);
        objects[0]["metadata"]["creationTimestamp"] = json!(created);
        let past = Before { period: period.clone(), ..revision(1, before) };
        let orphan = find(&[past], &rendering("p@2", &[("app", &[])]), &objects).orphans.remove(0);
        assert_eq!(orphan.confidence, expected, "{created} {period:?}");
        let says_so = orphan.evidence.iter().any(|it| it.starts_with(&format!("created at {created}")));
        assert_eq!(says_so, expected != Confidence::Proven, "{:?}", orphan.evidence);
    }
}

#[test]
fn the_time_that_counts_is_when_it_was_rendered_last() {
    let old = rendering("p@1", &[("app", &["Deployment/a"])]);
    let mut objects = live(&[&old]);
    objects[0]["metadata"]["creationTimestamp"] = json!("2026-01-02T00:00:00Z");
    let at = |number, time: &str, rendering| Before { period: left(time), ..revision(number, rendering) };
    let past = [at(2, "2026-01-03T00:00:00Z", old.clone()), at(1, "2026-01-01T00:00:00Z", old)];
    let orphan = find(&past, &rendering("p@2", &[("app", &[])]), &objects).orphans.remove(0);
    assert_eq!((orphan.confidence, orphan.last_rendered_by.unwrap().source), (Confidence::Proven, Source::Revision(2)));
}
