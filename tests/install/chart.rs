//! The Helm chart: its templates are made of the manifests, and what it renders is held against them, object by object.

use std::collections::BTreeMap;

use crate::kustomize::place;

mod compared;
mod made;
mod release;
mod template;
mod values;
mod ways;

/// Where it lies.
const CHART: &str = "charts/profile-webhook";
/// The namespace of the manifests; a chart takes that of its release.
const NAMESPACE: &str = "kubectl-profile-system";

/// Files of the chart by their paths below it.
type Files = BTreeMap<String, String>;

#[test]
fn the_committed_templates_are_what_the_manifests_make() {
    let files = made::files();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        files.iter().for_each(|(name, text)| std::fs::write(place(CHART).join(name), text).unwrap());
    }
    let committed = |name: &str| std::fs::read_to_string(place(CHART).join(name)).unwrap_or_default();
    let mut stale: Vec<_> =
        files.iter().filter(|(name, text)| committed(name) != **text).map(|(name, _)| name.clone()).collect();
    let folder = std::fs::read_dir(place(CHART).join("templates")).unwrap();
    let there = folder.map(|it| format!("templates/{}", it.unwrap().file_name().to_str().unwrap()));
    // The notes are written by hand.
    stale.extend(there.filter(|it| !files.contains_key(it) && it != "templates/NOTES.txt"));
    assert!(
        stale.is_empty(),
        "stale in {CHART}: {stale:?}: run `just generate`, or UPDATE_GENERATED=1 cargo test -p profile-tests --test install -- chart"
    );
}
