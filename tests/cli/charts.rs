//! Charts of a pack directory: rendered by the helm program where there is one, and never taken for nothing.

use std::path::Path;

use profile_tests::binaries;
use serde_json::{Value, json};

use crate::{fixtures, folder::Folder};

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-{{ .Values.name }}}\n\
                        data: {kubernetes: {{ .Capabilities.KubeVersion.Version }}}\n";

/// Cluster demo, which runs chart `web` with another value than hello@0.9.0 gave to it, and the pack in `packs`.
fn demo(template: &str) -> Folder {
    let packs = |name: &str| {
        let values = format!("pack: {{namespace: shop}}\ncharts:\n  web:\n    name: {name}\n");
        let web = json!({"name": "shop", "layer": "addon", "type": "helm", "version": "1.2.0", "values": values});
        json!([{"name": "kubernetes", "layer": "k8s", "version": "1.32.8"}, web])
    };
    let folder = Folder::empty().with("cluster.json", fixtures::cluster(&packs("new")).to_string());
    fixtures::add(&folder, "0.9.0", &packs("old"));
    for directory in ["packs/shop/charts/web/templates", "bin"] {
        std::fs::create_dir_all(folder.path(directory)).unwrap();
    }
    let pack = json!({"name": "shop", "version": "1.2.0", "layer": "addon", "charts": ["charts/web"]});
    folder.write("packs/shop/pack.json", pack.to_string());
    folder.write("packs/shop/charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.0\n");
    folder.write("packs/shop/charts/web/templates/all.yaml", template);
    folder
}

/// What `orphans` answers with a PATH of these directories alone.
fn orphans(folder: &Folder, flags: &str, path: &Path) -> Value {
    let words =
        format!("orphans demo --from hello@0.9.0 --packs packs -o json -f cluster.json -f hello-0.9.0.json {flags}");
    let run = folder.command(&words).env("PATH", path).env("HELM_NAMESPACE", "elsewhere").output().unwrap();
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// What is said of the pack, in all that is said.
fn said(answer: &Value) -> String {
    format!("{} {}", answer["unrendered"], answer["notVisible"])
}

#[test]
fn without_a_helm_program_a_chart_is_said_to_be_not_rendered() {
    let folder = demo(TEMPLATE);
    let answer = orphans(&folder, "", &folder.path("bin"));
    let said = said(&answer);
    assert!(said.contains("chart `web` of pack `shop` is not rendered"), "{answer:#}");
    assert!(said.contains("there is no helm program on the PATH"), "{answer:#}");
    assert_eq!(answer["isComplete"], false, "{answer:#}");
}

#[test]
fn the_helm_program_renders_what_the_chart_held_and_holds() {
    let folder = demo(TEMPLATE);
    let helm = binaries::helm().unwrap().parent().unwrap();
    let answer = orphans(&folder, "", helm);
    let text = answer.to_string();
    assert!(text.contains("shop-web-old") && !text.contains("shop-web-new"), "{answer:#}");
    assert_eq!(answer["unrendered"], json!([]), "{answer:#}");
}

#[test]
fn the_helm_program_can_be_declined() {
    let folder = demo(TEMPLATE);
    let answer = orphans(&folder, "--no-helm", binaries::helm().unwrap().parent().unwrap());
    assert!(said(&answer).contains("--no-helm declines the helm program"), "{answer:#}");
}

#[test]
fn what_helm_complains_about_is_told() {
    let folder = demo("{{ fail \"no such thing\" }}");
    let answer = orphans(&folder, "", binaries::helm().unwrap().parent().unwrap());
    let said = said(&answer);
    assert!(said.contains("helm template failed") && said.contains("no such thing"), "{answer:#}");
}
