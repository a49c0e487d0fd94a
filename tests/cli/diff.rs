//! `diff` on files: exit codes, the text of values, and what is hidden.

use serde_json::{Value, json};

use crate::{
    fixtures::{self, packs},
    folder::Folder,
};

const SECRET: &str = "hunter2-planted";

#[test]
fn no_difference_is_nothing_and_0() {
    let folder = Folder::hub();
    folder.run("diff shop-aws hello-aws@1.0.0").exits(0).prints("");
    folder.run("diff hello-aws@1.0.0 hello-aws@1.0.0").exits(0).prints("");
    folder.run("diff shop-aws").exits(0).prints("");
    assert_eq!(folder.run("diff shop-aws -o json").exits(0).document("Diff")["differs"], false);
}

#[test]
fn a_difference_is_a_unified_diff_and_1() {
    let ran = Folder::hub().run("diff shop-aws hello-aws@1.1.0").exits(1);
    ran.shows("--- Current, cluster shop-aws: pack hello-universe\n+++ Pending, hello-aws@1.1.0: pack hello-universe\n@@ -1,4 +1,4 @@\n");
    ran.shows("\n-    apiEnabled: false\n+    apiEnabled: true\n");
}

#[test]
fn comments_of_the_values_are_kept() {
    let ran = Folder::hub().run("diff shop-aws hello-aws@1.1.0").exits(1);
    ran.shows("\n     # Whether the greeting comes from a backend of its own.\n");
    ran.shows("\n       replicas: 1  # one is enough for a greeting\n");
    ran.shows("\n+    # Made up for the sandbox; real ones come from profile variables.\n");
}

#[test]
fn the_presets_have_a_line_of_their_own() {
    let ran = Folder::hub().run("diff shop-aws hello-aws@1.1.0").exits(1);
    ran.shows("~ hello-aws/hello-universe: presets Backend:disable-api → Backend:enable-api\n");
}

#[test]
fn an_error_is_2_and_never_taken_for_a_difference() {
    for words in ["diff nope hello-aws@1.1.0", "diff shop-aws hello-aws@9.9.9", "diff shop-aws hello-aws", "diff a b c"]
    {
        Folder::hub().run(words).exits(2).prints("");
    }
}

#[test]
fn one_version_is_compared_with_another() {
    let ran = Folder::hub().run("diff hello-aws@1.1.0 hello-aws@1.2.0").exits(1);
    ran.shows("~ hello-aws: hello-aws@1.1.0 → hello-aws@1.2.0\n~ hello-aws/kubernetes: 1.32.8 → 1.33.4\n");
    Folder::hub().run("diff hello-aws@1.0.0 hello-edge@1.0.0").exits(1).shows("hello-aws@1.0.0 → hello-edge@1.0.0");
}

#[test]
fn a_cluster_alone_is_compared_with_what_is_published_for_it() {
    let folder = Folder::hub();
    folder.edit("cluster-shop-aws.yaml", "mtu: 1440", "mtu: 8951");
    let ran = folder.run("diff shop-aws").exits(1);
    ran.shows("--- Current, cluster shop-aws: pack cni-calico\n+++ Published, hello-aws@1.0.0: pack cni-calico\n");
    ran.shows("\n-    mtu: 8951\n+    mtu: 1440\n");
}

#[test]
fn what_is_not_visible_is_an_error_and_not_no_difference() {
    let folder = fixtures::demo();
    std::fs::remove_file(folder.path("hello-1.0.0.json")).unwrap();
    folder.refuses("diff demo -f .", 2, &["hello@1.0.0", "not visible"]);
}

#[test]
fn the_json_holds_each_change_with_both_sides() {
    let document = Folder::hub().run("diff shop-aws hello-aws@1.1.0 -o json").exits(1).document("Diff");
    assert_eq!((&document["cluster"], &document["differs"]), (&json!("shop-aws"), &json!(true)));
    let changes = document["changes"].as_array().unwrap();
    let at =
        |path: &str| changes.iter().find(|it| it["path"] == path).unwrap_or_else(|| panic!("no {path}: {document}"));
    let change = at("manifests.hello-universe.apiEnabled");
    assert_eq!((&change["current"], &change["pending"]), (&json!(false), &json!(true)));
    assert_eq!((&change["profile"], &change["pack"]), (&json!("hello-aws"), &json!("hello-universe")));
    assert_eq!(document["violations"], json!([]));
}

/// Both sides of a difference hold planted secrets, in each way that values write them.
fn secrets() -> Folder {
    let values = |number: u32| {
        format!(
            "user: me\ndbPassword: {SECRET}-{number}\nnested:\n  clientSecret: \"{SECRET}-{number}\"\n  token: |\n    {SECRET}-{number}\n\
             env:\n- name: API_TOKEN\n  value: {SECRET}-{number}\nport: {number}\n"
        )
    };
    let folder = fixtures::demo().with("cluster.json", fixtures::cluster(&packs("1.32.1", &values(1))).to_string());
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", &values(2)));
    folder
}

#[test]
fn secrets_are_masked_in_every_format() {
    for format in ["", "json", "yaml", "jsonpath={@}"] {
        for words in ["diff hello@1.1.0", "diff demo", "diff hello@1.0.0 hello@1.1.0"] {
            let ran = secrets().run(&format!("{words} -o={format}")).exits(1);
            ran.hides(SECRET).shows("***");
        }
    }
}

#[test]
fn secrets_are_masked_where_a_switch_shows_and_refuses() {
    secrets().run("switch hello@1.1.0 --dry-run").exits(6).hides(SECRET).tells("dbPassword");
    let folder = secrets();
    folder.run("switch hello@1.1.0 --yes --on-conflict=profile").exits(0).hides(SECRET).shows("dbPassword");
    folder.run("history -o json").exits(0).hides(SECRET);
    folder.run("history").exits(0).hides(SECRET);
}

#[test]
fn values_that_are_no_yaml_are_masked_and_compared_as_text() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.1.0", &packs("1.32.1", &format!("a: [\npassword: {SECRET}\nb: }}\n")));
    folder.run("diff hello@1.1.0").exits(1).hides(SECRET).shows("+a: [\n+password: ***\n");
    folder.run("diff hello@1.1.0 -o json").exits(1).hides(SECRET);
}

fn with_manifest(content: &str) -> Value {
    json!([{"name": "app", "layer": "addon", "manifests": [{"name": "web", "kind": "Manifest", "content": content}]}])
}

#[test]
fn manifests_with_content_are_compared_and_masked() {
    let folder = Folder::empty();
    let secret = format!("kind: Secret\nstringData:\n  password: {SECRET}\n");
    fixtures::add(&folder, "1.0.0", &with_manifest("kind: Service\n"));
    fixtures::add(&folder, "1.1.0", &with_manifest(&secret));
    let ran = folder.run("diff hello@1.0.0 hello@1.1.0").exits(1);
    ran.hides(SECRET).shows("~ hello/app: web: manifest\n").shows("+++ hello@1.1.0: pack app, manifest web\n");
    ran.shows("-kind: Service\n+kind: Secret\n+stringData:\n+  ***\n");
    let document = folder.run("diff hello@1.0.0 hello@1.1.0 -o json").exits(1).document("Diff");
    let change = document["changes"].as_array().unwrap().iter().find(|it| it["path"] == "web").unwrap().clone();
    assert!(change["current"].as_str().unwrap().starts_with("kind: Service"), "{change}");
    assert!(!document.to_string().contains(SECRET), "{document}");
}

#[test]
fn packs_that_come_and_go_are_named() {
    let folder = fixtures::demo();
    let next = json!([{"name": "kubernetes", "layer": "k8s", "version": "1.32.1"}, {"name": "web", "layer": "addon", "version": "2.0.0"}]);
    fixtures::add(&folder, "1.1.0", &next);
    folder.run("diff hello@1.1.0").exits(1).shows("+ hello/web 2.0.0\n").shows("- hello/app");
}

#[test]
fn the_order_of_packs_is_no_difference() {
    let folder = fixtures::demo();
    let mut turned = packs("1.32.1", "replicas: 1\n");
    turned.as_array_mut().unwrap().reverse();
    folder.write("cluster.json", fixtures::cluster(&turned).to_string());
    folder.run("diff demo").exits(0).prints("");
}

#[test]
fn an_exported_profile_is_compared_like_any_other() {
    let folder = fixtures::demo();
    let export = json!({
        "metadata": {"name": "hello"},
        "spec": {"version": "3.0.0", "template": {"type": "cluster", "packs": packs("1.33.0", "# spectrocloud.com/enabled-presets: A:b\nreplicas: 9\n")}},
    });
    folder.write("export.json", export.to_string());
    let ran = folder.run("diff demo hello@3.0.0").exits(1);
    ran.shows("~ hello/kubernetes: 1.32.1 → 1.33.0\n").shows("+replicas: 9\n");
    folder.run("diff hello@1.0.0 hello@3.0.0").exits(1).shows("+++ hello@3.0.0: pack app\n");
}

#[test]
fn the_only_cluster_needs_no_name() {
    fixtures::demo().run("diff hello@1.1.0").exits(1).shows("Current, cluster demo");
    fixtures::demo().run("diff").exits(0).prints("");
}

#[test]
fn what_the_published_version_calls_sensitive_is_hidden_in_the_clusters_copy() {
    let folder = fixtures::demo();
    let mut cluster = folder.json("cluster.json");
    cluster["spec"]["clusterProfileTemplates"][0]["variables"] = json!([{"name": "greeting", "value": SECRET}]);
    folder.write("cluster.json", cluster.to_string());
    for version in ["1.0.0", "1.1.0"] {
        let name = format!("hello-{version}.json");
        let mut profile = folder.json(&name);
        profile["spec"]["variables"] = json!([{"name": "greeting", "isSensitive": true}]);
        profile["spec"]["published"]["variables"] = json!([{"name": "greeting", "value": "of the author"}]);
        folder.write(&name, profile.to_string());
    }
    for words in
        ["diff hello@1.1.0", "diff hello@1.1.0 -o json", "diff hello@1.1.0 -o html", "overrides", "overrides -o json"]
    {
        folder.run(words).hides(SECRET).shows("greeting");
    }
    folder.run("switch hello@1.1.0 --yes").exits(0).hides(SECRET).shows("greeting");
    folder.run("overrides --show-secrets").exits(0).shows(SECRET);
}
