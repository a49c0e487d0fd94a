//! Tests of what abandoned Helm releases leave.

use super::*;

/// One Deployment that a release of chart pack `app` held, live with Helm's marks, and the releases of what is attached now.
fn abandoned(now: &[&str], change: impl FnOnce(&mut PackRendering)) -> Findings {
    abandoned_with(now, true, change)
}

fn abandoned_with(now: &[&str], is_marked: bool, change: impl FnOnce(&mut PackRendering)) -> Findings {
    let release = |name: &str| Release { namespace: "n".into(), name: name.into(), revision: None };
    let mut before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let pack = &mut before.packs[0];
    pack.releases = vec![release("app-app")];
    for object in &mut pack.outcome.as_mut().unwrap().objects {
        object.release = Some(Release { revision: Some(3), ..release("app-app") });
    }
    change(pack);
    let mut objects = live(&[&before]);
    if is_marked {
        objects[0]["metadata"]["labels"] = json!({"app.kubernetes.io/managed-by": "Helm"});
        objects[0]["metadata"]["annotations"] =
            json!({"meta.helm.sh/release-name": "app-app", "meta.helm.sh/release-namespace": "n"});
    }
    let mut attached = rendering("p@2", &[("new", &[])]);
    attached.packs[0].releases = now.iter().map(|name| release(name)).collect();
    find(&[revision(1, before)], &attached, &objects)
}

#[test]
fn what_an_abandoned_release_holds_is_a_proven_orphan() {
    let orphan = abandoned(&["new-app"], |_| {}).orphans.remove(0);
    assert_eq!(orphan.confidence, Confidence::Proven);
    assert_eq!(
        orphan.evidence[..2],
        [
            "rendered by revision 1: chart m as Helm release app-app in namespace n, revision 3, of pack app of p@1",
            "no attached pack installs the Helm release app-app in its place",
        ]
    );
}

#[test]
fn what_helm_still_answers_for_is_left_out() {
    let still_attached = abandoned(&["app-app"], |_| {});
    let of_somebody_else = abandoned(&[], |pack| pack.releases.clear());
    for findings in [still_attached, of_somebody_else] {
        assert!(findings.orphans.is_empty());
        assert_eq!(findings.excluded[0].reason, Exclusion::HelmRelease("app-app".into()));
    }
}

#[test]
fn what_is_taken_for_granted_is_said_and_never_proven() {
    let assume = |pack: &mut PackRendering| pack.outcome.as_mut().unwrap().assumed = vec!["it is so".into()];
    let orphan = abandoned(&[], assume).orphans.remove(0);
    assert_eq!(orphan.confidence, Confidence::Likely);
    assert!(orphan.evidence.contains(&"taken for granted: it is so".to_owned()), "{:?}", orphan.evidence);

    let before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let objects = live(&[&before]);
    let mut now = rendering("p@2", &[("app", &[])]);
    assume(&mut now.packs[0]);
    let orphan = find(&[revision(1, before)], &now, &objects).orphans.remove(0);
    assert_eq!(orphan.confidence, Confidence::Suspected);
    assert!(orphan.evidence.contains(&"may still be rendered by pack app of p@2: it is so".to_owned()));
}

#[test]
fn what_helm_did_not_mark_is_only_suspected_unless_it_is_a_hook() {
    let orphan = abandoned_with(&[], false, |_| {}).orphans.remove(0);
    assert_eq!(orphan.confidence, Confidence::Suspected);
    assert!(orphan.evidence.iter().any(|it| it.starts_with("without the mark of the Helm release app-app")));
    let hook = |pack: &mut PackRendering| {
        let object = &mut pack.outcome.as_mut().unwrap().objects[0];
        object.document["metadata"]["annotations"] = json!({"helm.sh/hook": "post-install"});
    };
    assert_eq!(abandoned_with(&[], false, hook).orphans.remove(0).confidence, Confidence::Proven);
}

#[test]
fn what_a_pack_ever_rendered_that_is_attached_unchanged_is_its_own() {
    let before = rendering("p@1", &[("app", &["Deployment/a", "Deployment/b"])]);
    let mut now = rendering("p@1", &[("app", &["Deployment/a"])]);
    let objects = live(&[&before]);
    let found = |now: &Rendering| find(&[revision(1, before.clone())], now, &objects).orphans.len();
    now.packs[0].fingerprint.push_str("changed");
    assert_eq!(found(&now), 1);
    now.packs[0].fingerprint.clone_from(&before.packs[0].fingerprint);
    assert_eq!(found(&now), 0);
}

#[test]
fn what_is_rendered_and_not_seen_live_bears_no_mark_of_anybody() {
    let mut before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let pack = &mut before.packs[0];
    pack.outcome.as_mut().unwrap().objects[0].release =
        Some(Release { namespace: "n".into(), name: "app-app".into(), revision: None });
    let mut objects = live(&[&before]);
    objects[0]["metadata"].as_object_mut().unwrap().remove("uid");
    let found = find(&[revision(1, before)], &rendering("p@2", &[("new", &[])]), &objects);
    assert_eq!(found.orphans[0].confidence, Confidence::Proven);
}
