//! Bad values inside of readable files: fields that are missing, null, doubled or of another type.

use serde_json::{Value, json};

use crate::{
    fixtures::{self, packs},
    folder::Folder,
};

/// The demo, with its cluster changed.
fn demo(change: impl FnOnce(&mut Value)) -> Folder {
    let folder = fixtures::demo();
    let mut cluster = folder.json("cluster.json");
    change(&mut cluster);
    folder.with("cluster.json", cluster.to_string())
}

#[test]
fn a_missing_status_is_no_error() {
    let folder = demo(|cluster| drop(cluster.as_object_mut().unwrap().remove("status")));
    folder.run("status").exits(0).shows("demo   hello@1.0.0   1.32.1       <none>");
    folder.run("check hello@1.1.0").exits(0);
    folder.run("switch hello@1.1.0 --yes").exits(0);
    assert!(folder.json("cluster.json").get("status").is_none());
}

#[test]
fn no_attached_profiles_are_no_error_and_no_target() {
    for templates in [None, Some(json!(null)), Some(json!([])), Some(json!("text")), Some(json!({}))] {
        let folder = demo(|cluster| match &templates {
            Some(templates) => cluster["spec"]["clusterProfileTemplates"] = templates.clone(),
            None => drop(cluster["spec"].as_object_mut().unwrap().remove("clusterProfileTemplates")),
        });
        folder.run("status").exits(0).shows("demo   <none>");
        folder.run("diff").exits(0).prints("");
        for command in ["check hello@1.1.0", "switch hello@1.1.0 --yes", "diff hello@1.1.0"] {
            folder.refuses(
                &format!("{command} -f ."),
                2,
                &["profile \"hello\" is not attached to cluster \"demo\"", "attached: none"],
            );
        }
    }
}

#[test]
fn a_missing_spec_is_no_error() {
    let folder = fixtures::demo()
        .with("cluster.json", json!({"kind": "SpectroCluster", "metadata": {"name": "demo"}}).to_string());
    folder.run("status").exits(0).shows("demo");
    folder.refuses("switch hello@1.1.0 --yes -f .", 2, &["attached: none"]);
}

#[test]
fn a_pack_without_values_can_be_compared_and_switched() {
    let folder = fixtures::demo();
    let bare = json!([{"name": "kubernetes", "layer": "k8s", "version": "1.32.1"}, {"name": "app", "layer": "addon"}]);
    fixtures::add(&folder, "1.1.0", &bare);
    folder.run("diff hello@1.1.0").exits(1).shows("-replicas: 1\n");
    folder.run("switch hello@1.1.0 --yes").exits(0);
    assert_eq!(folder.json("cluster.json")["spec"]["clusterProfileTemplates"][0]["packs"], bare);
    folder.run("switch hello@1.0.0 --yes").exits(0);
    folder.run("diff").exits(0);
}

#[test]
fn duplicate_packs_lose_nothing_silently() {
    let twice = |values: &str| {
        let mut list = packs("1.32.1", "replicas: 1\n");
        list.as_array_mut().unwrap().push(json!({"name": "app", "layer": "addon", "values": values}));
        list
    };
    let folder = fixtures::demo().with("cluster.json", fixtures::cluster(&twice("second: 1\n")).to_string());
    folder.run("status").exits(0).shows("demo");
    folder.run("switch hello@1.1.0 --yes").exits(0).shows("(the pack itself)");
    let held = folder.json("cluster.json")["spec"]["clusterProfileTemplates"][0]["packs"].clone();
    assert_eq!((&held[1]["values"], &held[2]["values"]), (&json!("replicas: 2\n"), &json!("second: 1\n")));
    let folder = fixtures::demo().with("cluster.json", fixtures::cluster(&twice("second: 1\n")).to_string());
    fixtures::add(&folder, "1.0.0", &twice("second: 1\n"));
    fixtures::add(&folder, "1.1.0", &twice("second: 2\n"));
    folder.run("diff hello@1.1.0").exits(1).shows("pack app #2\n@@ -1 +1 @@\n-second: 1\n+second: 2\n");
    folder.run("switch hello@1.1.0 --yes").exits(0);
    assert_eq!(folder.json("cluster.json")["spec"]["clusterProfileTemplates"][0]["packs"], twice("second: 2\n"));
}

#[test]
fn two_profiles_with_a_kubernetes_layer_are_both_judged() {
    let folder = demo(|cluster| {
        let templates = cluster["spec"]["clusterProfileTemplates"].as_array_mut().unwrap();
        let infra = json!({"name": "infra", "profileVersion": "1.0.0", "packs": [{"name": "edge-k3s", "layer": "k8s", "version": "1.30.1"}]});
        templates.push(infra);
    });
    folder.run("status").exits(0).shows("1.32.1,1.30.1");
    folder.run("check hello@1.1.0").exits(0);
    fixtures::add(&folder, "2.0.0", &packs("1.34.0", ""));
    folder
        .run("check hello@2.0.0")
        .exits(4)
        .shows("K8sMultiMinorUpgradeNotSupported: Kubernetes pack \"kubernetes\": 1.32.1 → 1.34.0");
    folder.run("switch hello@1.1.0 --yes").exits(0);
    assert_eq!(folder.json("cluster.json")["spec"]["clusterProfileTemplates"][1]["packs"][0]["version"], "1.30.1");
}

#[test]
fn a_kubernetes_version_that_cannot_be_read_is_told_by_field() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "2.0.0", &packs("banana", "replicas: 1\n"));
    let ran = folder.run("check hello@2.0.0").exits(4);
    ran.shows("K8sVersionUnreadable").shows("\"banana\"").shows("spec.clusterProfileTemplates[0].packs[0].version");
    let before = folder.snapshot();
    folder.run("switch hello@2.0.0 --yes").exits(4).tells("K8sVersionUnreadable");
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn an_unreadable_version_that_runs_already_may_be_repaired() {
    let folder = demo(|cluster| cluster["spec"]["clusterProfileTemplates"][0]["packs"][0]["version"] = json!("banana"));
    folder.run("check hello@1.1.0").exits(0);
}

#[test]
fn numbers_where_text_belongs_are_read() {
    let folder = Folder::empty().with(
        "cluster.yaml",
        "kind: SpectroCluster\nmetadata: {name: 7}\nspec:\n  clusterProfileTemplates:\n  - name: hello\n    profileVersion: 1.5\n    \
         packs:\n    - {name: k, layer: k8s, version: 1.32}\nstatus: 5\n",
    );
    folder.run("status").exits(0).shows("7      hello@1.5   1.32");
}

/// JSON with every control character escaped, as YAML takes no others.
fn ascii(document: &Value) -> String {
    document.to_string().replace('\u{9b}', "\\u009b").replace('\u{202e}', "\\u202e")
}

#[test]
fn text_of_objects_does_not_drive_the_terminal() {
    let evil = "\u{1b}[31mred\u{7}\u{9b}2J\u{202e}";
    let folder = fixtures::demo();
    let mut cluster = folder.json("cluster.json");
    cluster["metadata"]["name"] = json!(evil);
    cluster["spec"]["clusterProfileTemplates"][0]["packs"][1]["values"] = json!(format!("a: 1 # {evil}\n"));
    cluster["status"]["state"] = json!(evil);
    let evil_pack = json!([{"name": evil, "layer": evil, "version": evil, "values": format!("# {evil}\n")}]);
    folder.write("cluster.json", ascii(&cluster));
    folder.write("hello-9.0.0.json", ascii(&fixtures::profile("9.0.0", &evil_pack)));
    let commands = [
        ("list", 0),
        ("status", 0),
        ("show hello@9.0.0", 0),
        ("diff", 1),
        ("diff hello@9.0.0", 1),
        ("check hello@9.0.0", 4),
        ("history", 0),
        ("status nope", 2),
        ("switch hello@9.0.0", 4),
    ];
    for (words, code) in commands {
        for format in ["", "json", "yaml"] {
            let format = if words.starts_with("switch") { String::new() } else { format!(" -o={format}") };
            let ran = folder.run(&format!("{words}{format}")).exits(code);
            ran.hides("\u{1b}").hides("\u{7}").hides("\u{9b}").hides("\u{202e}");
        }
    }
    folder.run("status").shows("^[[31mred^G\\u{9b}2J\\u{202e}");
}
