//! The guard believes the status that stands in the cluster. Whoever writes the spec cannot change it in the same write, and
//! whoever may write status is believed.

use serde_json::{Value, json};

use super::{MERGE, Scene, kubectl_as, user};
use crate::{
    rules::{Method, VERSIONS},
    world::assert_run,
};

/// A status that would let a write pass, for each rule that looks at it.
fn spoofs() -> [(&'static str, Value); 2] {
    let reached =
        json!([{"name": "kubernetes", "version": "1.30.9", "condition": {"type": "Ready", "status": "True"}}]);
    [
        ("ClusterProvisioning", json!({"state": "Running"})),
        ("K8sMultiMinorUpgradeNotSupported", json!({"state": "Running", "packs": reached})),
    ]
}

#[test]
fn a_status_in_the_same_write_is_not_believed() {
    for (code, spoof) in spoofs() {
        let mut scene = Scene::new("spoof", code);
        let status = scene.world.cluster(scene.name())["status"].clone();
        scene.denies(&json!({"spec": scene.pending["spec"], "status": spoof}));
        scene.pending["status"] = spoof.clone();
        for version in VERSIONS {
            let mut document = scene.pending.clone();
            document["apiVersion"] = json!(format!("cluster.spectrocloud.com/{version}"));
            for words in [&["replace", "-f", "-"][..], &["apply", "--server-side", "--force-conflicts", "-f", "-"]] {
                assert_run(&scene.world.kubectl_with(words, &document.to_string()), 1, &[code]);
            }
        }
        // A write that passes does not store it either.
        let (answer, said) = scene.merge("", &json!({"spec": {"tags": ["x"]}, "status": spoof}));
        assert_eq!(answer, 200, "{said}");
        assert_eq!(scene.world.cluster(scene.name())["status"], status, "{code}");
        scene.denies(&scene.bad());
    }
}

#[test]
fn a_spec_in_a_write_of_status_is_not_stored() {
    for (code, spoof) in spoofs() {
        let scene = Scene::new("spec", code);
        let path = format!("{}/status", scene.path());
        let mut document = scene.world.cluster(scene.name());
        document["spec"] = scene.pending["spec"].clone();
        document["status"]["note"] = json!("put");
        let patch = json!({"spec": scene.pending["spec"], "status": {"note": "merged"}});
        let mut applied =
            json!({"apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster", "metadata": {}});
        applied["spec"] = scene.pending["spec"].clone();
        applied["status"] = json!({"note": "applied"});
        for (method, query, content_type, body, note) in [
            ("PUT", "", "application/json", &document, "put"),
            ("PATCH", "", MERGE, &patch, "merged"),
            ("PATCH", "?fieldManager=x&force=true", "application/apply-patch+yaml", &applied, "applied"),
        ] {
            let (answer, said) = scene.world.ask(method, &format!("{path}{query}"), content_type, body);
            assert_eq!(answer, 200, "{method} {content_type}: {said}");
            let cluster = scene.world.cluster(scene.name());
            assert_eq!(
                (&cluster["spec"], &cluster["status"]["note"]),
                (&scene.current["spec"], &json!(note)),
                "{method}"
            );
        }
        let (answer, said) = scene.world.ask("PATCH", &path, MERGE, &json!({"status": spoof}));
        assert_eq!(answer, 200, "{said}");
        scene.assert_spec_is_as_it_was();
    }
}

#[test]
fn a_status_is_believed_so_whoever_may_write_it_lets_himself_through() {
    for (code, spoof) in spoofs() {
        let scene = Scene::new("believed", code);
        let pending = scene.bad().to_string();
        let spoof = json!({"status": spoof}).to_string();
        let lie = ["patch", "spc", scene.name(), "--subresource=status", "--type=merge", "-p", &spoof];
        let write = ["patch", "spc", scene.name(), "--type=merge", "-p", &pending];
        let verbs: &[&str] = &["get", "list", "patch", "update"];

        // What holds: it takes a right of its own, which nobody needs who only edits clusters.
        let editor = user(&scene.world, "editor", &[("spectroclusters", verbs)]);
        let run = kubectl_as(&scene.world, &editor, &lie, "");
        assert_run(&run, 1, &["Forbidden", "resource \"spectroclusters/status\""]);
        assert_run(&kubectl_as(&scene.world, &editor, &write, ""), 1, &[code]);
        scene.assert_spec_is_as_it_was();

        // What does not: with that right the guard judges by the lie.
        let liar = user(&scene.world, "liar", &[("spectroclusters", verbs), ("spectroclusters/status", verbs)]);
        assert_run(&kubectl_as(&scene.world, &liar, &write, ""), 1, &[code]);
        assert_run(&kubectl_as(&scene.world, &liar, &lie, ""), 0, &[]);
        assert_run(&kubectl_as(&scene.world, &liar, &write, ""), 0, &[]);
        assert_eq!(scene.world.cluster(scene.name())["spec"], scene.pending["spec"], "{code}");
    }
}

/// Both ways at once: the status of the document that is written counts as little as that of the patch.
#[test]
fn every_way_to_write_is_judged_by_the_status_that_is_stored() {
    for (code, spoof) in spoofs() {
        let mut scene = Scene::new("stored", code);
        scene.pending["status"] = spoof;
        for method in [Method::JsonPatch, Method::MergePatch] {
            let run = method.write(&scene.world, "v1", &scene.pending, &[]);
            assert!(run.code == Some(1) && run.stderr.contains(code), "{run}");
        }
        let patch = json!([
            {"op": "replace", "path": "/status", "value": scene.pending["status"]},
            {"op": "replace", "path": "/spec", "value": scene.pending["spec"]},
        ]);
        let (answer, said) = scene.world.ask("PATCH", &scene.path(), "application/json-patch+json", &patch);
        assert!(answer == 422 && said.to_string().contains(code), "{answer} {said}");
        scene.assert_spec_is_as_it_was();
    }
}
