//! `kubectl replace --force` deletes and creates: to a hook that is asked about one write at a time there is no update. Rights
//! are the answer to it.

use serde_json::Value;

use super::{Scene, kubectl_as, user};
use crate::world::assert_run;

const CODE: &str = "K8sMultiMinorUpgradeNotSupported";

const UPDATES: &[&str] = &["get", "list", "watch", "update", "patch"];

/// The document that `replace` gets.
fn document(scene: &Scene) -> String {
    let mut document = scene.pending.clone();
    document.as_object_mut().unwrap().remove("status");
    document.to_string()
}

const REPLACE: [&str; 3] = ["replace", "-f", "-"];
const FORCED: [&str; 4] = ["replace", "--force", "-f", "-"];

#[test]
fn replace_force_passes_because_it_deletes_and_creates() {
    let scene = Scene::new("forced", CODE);
    let before = scene.world.cluster(scene.name());
    assert_run(&scene.world.kubectl_with(&REPLACE, &document(&scene)), 1, &[CODE]);
    let run = scene.world.kubectl_with(&FORCED, &document(&scene));
    assert_run(&run, 0, &["deleted", "replaced"]);
    let after = scene.world.cluster(scene.name());
    assert_eq!(after["spec"], scene.pending["spec"]);
    // It is another object: what it ran and who it was is gone.
    assert_ne!(after["metadata"]["uid"], before["metadata"]["uid"]);
    assert_eq!(after["status"], Value::Null);
}

#[test]
fn replace_force_is_refused_to_whoever_may_not_delete() {
    for (name, verbs) in [("updates", UPDATES), ("creates", &[UPDATES, &["create"]].concat()[..])] {
        let scene = Scene::new("refused", CODE);
        let before = scene.world.cluster(scene.name());
        let kubeconfig = user(&scene.world, name, &[("spectroclusters", verbs)]);
        let run = kubectl_as(&scene.world, &kubeconfig, &FORCED, &document(&scene));
        assert_run(&run, 1, &["Forbidden", "cannot delete resource \"spectroclusters\""]);
        assert_run(&kubectl_as(&scene.world, &kubeconfig, &REPLACE, &document(&scene)), 1, &[CODE]);
        assert_eq!(scene.world.cluster(scene.name()), before, "{name}");
    }
}

/// To take `create` away is not enough, and the worse half of the answer: the cluster is gone then.
#[test]
fn replace_force_loses_the_cluster_of_whoever_may_delete_and_not_create() {
    let scene = Scene::new("lost", CODE);
    let kubeconfig = user(&scene.world, "deletes", &[("spectroclusters", &[UPDATES, &["delete"]].concat())]);
    let run = kubectl_as(&scene.world, &kubeconfig, &FORCED, &document(&scene));
    assert_run(&run, 1, &["deleted", "Forbidden", "cannot create resource \"spectroclusters\""]);
    assert_eq!(scene.world.kubectl(&["get", "spc", "-o", "name"]).stdout, "");
}
