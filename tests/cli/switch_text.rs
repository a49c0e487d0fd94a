//! `switch` on files: every line that does not have to change stays.

use std::{fs, os::unix};

use similar::{ChangeTag, TextDiff};

use crate::{fixtures, folder::Folder};

/// The lines that differ, as `-line` and `+line`.
fn changed(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let sign = |tag| match tag {
        ChangeTag::Delete => Some('-'),
        ChangeTag::Insert => Some('+'),
        ChangeTag::Equal => None,
    };
    diff.iter_all_changes()
        .filter_map(|change| Some(format!("{}{}", sign(change.tag())?, change.value().trim())))
        .collect()
}

#[test]
fn a_diff_in_git_shows_the_switch_and_nothing_else() {
    let folder = Folder::hub();
    let before = folder.text("cluster-shop-aws.yaml");
    folder.run("switch shop-aws hello-aws@1.1.0 --yes").exits(0);
    assert_eq!(
        changed(&before, &folder.text("cluster-shop-aws.yaml")),
        [
            "-- uid: \"6700aaaa0000000000010000\"",
            "+- uid: \"6700aaaa0000000000010100\"",
            "-profileVersion: \"1.0.0\"",
            "+profileVersion: \"1.1.0\"",
            "-# spectrocloud.com/enabled-presets: Backend:disable-api",
            "+# spectrocloud.com/enabled-presets: Backend:enable-api",
            "-apiEnabled: false",
            "+apiEnabled: true",
            "-image: hello-universe:1.3.0",
            "+image: hello-universe:1.3.0-proxy",
            "+api:",
            "+image: hello-universe-api:1.1.1",
            "+replicas: 1",
            "+port: 3000",
            "+postgres:",
            "+image: hello-universe-db:1.1.0",
            "+port: 5432",
            "+# Made up for the sandbox; real ones come from profile variables.",
            "+dbPassword: not-a-secret",
            "+authToken: not-a-token",
        ]
    );
}

#[test]
fn a_new_kubernetes_version_is_three_more_lines() {
    let folder = Folder::hub();
    folder.run("switch shop-aws hello-aws@1.1.0 --yes").exits(0);
    let before = folder.text("cluster-shop-aws.yaml");
    folder.run("switch shop-aws hello-aws@1.2.0 --yes").exits(0);
    assert_eq!(
        changed(&before, &folder.text("cluster-shop-aws.yaml")),
        [
            "-- uid: \"6700aaaa0000000000010100\"",
            "+- uid: \"6700aaaa0000000000010200\"",
            "-profileVersion: \"1.1.0\"",
            "+profileVersion: \"1.2.0\"",
            "-version: \"1.32.8\"",
            "-tag: \"1.32.8\"",
            "-packUid: \"67010000000000000000b032\"",
            "+version: \"1.33.4\"",
            "+tag: \"1.33.4\"",
            "+packUid: \"67010000000000000000b033\"",
        ]
    );
}

const CLUSTER: &str = "\
# first a note
kind: ConfigMap
data: {odd:   spacing}   # stays
---
kind: SpectroCluster
metadata:
  name: demo
  labels: { team:   a }   # flow and spacing stay
spec:
  unknownField:   [1,2,  3]
  clusterProfileTemplates:
  # the infrastructure
  - name: infra
    profileVersion: 1.0.0   # not ours
    packs: [ {name: os,  layer: os} ]
  # the application
  - name: hello
    relatedObject: kept   # too
    profileVersion: 1.0.0   # moves
    packs:
    # the cluster itself
    - name: kubernetes
      layer: k8s
      version: 1.32.1
    # what it is for
    - name: app
      layer: addon
      values: |
        replicas: 1
status: {state: Running}
---
kind: Last
";

fn yaml() -> Folder {
    let folder = fixtures::demo();
    fs::remove_file(folder.path("cluster.json")).unwrap();
    folder.with("cluster.yaml", CLUSTER)
}

#[test]
fn comments_unknown_fields_and_other_documents_stay_byte_for_byte() {
    let folder = yaml();
    folder.run("switch hello@1.1.0 --yes").exits(0);
    let expected = CLUSTER
        .replace("profileVersion: 1.0.0   # moves", "profileVersion: \"1.1.0\"   # moves")
        .replace("version: 1.32.1", "version: \"1.32.2\"")
        .replace("replicas: 1", "replicas: 2");
    assert_eq!(folder.text("cluster.yaml"), expected);
}

#[test]
fn windows_line_ends_stay() {
    let folder = yaml();
    folder.write("cluster.yaml", CLUSTER.replace('\n', "\r\n"));
    folder.run("switch hello@1.1.0 --yes").exits(0);
    let text = folder.text("cluster.yaml");
    assert!(text.contains("version: \"1.32.2\"\r\n"), "{text:?}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

#[test]
fn the_permissions_of_the_file_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = yaml();
    fs::set_permissions(folder.path("cluster.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    folder.run("switch hello@1.1.0 --yes").exits(0);
    assert_eq!(fs::metadata(folder.path("cluster.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_link_stays_a_link() {
    let folder = yaml();
    fs::create_dir(folder.path("real")).unwrap();
    fs::rename(folder.path("cluster.yaml"), folder.path("real/cluster.yaml")).unwrap();
    unix::fs::symlink("real/cluster.yaml", folder.path("cluster.yaml")).unwrap();
    folder.run("switch hello@1.1.0 --yes").exits(0);
    assert!(fs::symlink_metadata(folder.path("cluster.yaml")).unwrap().is_symlink());
    assert!(folder.text("real/cluster.yaml").contains("1.32.2"));
}

#[test]
fn json_stays_json_in_its_own_layout() {
    let compact = fixtures::demo();
    compact.run("switch hello@1.1.0 --yes").exits(0);
    assert_eq!(compact.json("cluster.json")["spec"]["clusterProfileTemplates"][0]["profileVersion"], "1.1.0");
    assert_eq!(compact.text("cluster.json").lines().count(), 1);
    let folder = fixtures::demo();
    let pretty = serde_json::to_string_pretty(&folder.json("cluster.json")).unwrap().replace("  ", "    ") + "\n";
    folder.write("cluster.json", &pretty);
    folder.run("switch hello@1.1.0 --yes").exits(0);
    let expected = pretty.replace("1.0.0", "1.1.0").replace("1.32.1", "1.32.2").replace("replicas: 1", "replicas: 2");
    assert_eq!(folder.text("cluster.json"), expected);
}

#[test]
fn flow_style_is_refused_and_not_rewritten() {
    let folder = fixtures::demo();
    fs::remove_file(folder.path("cluster.json")).unwrap();
    let text = "kind: SpectroCluster\nmetadata: {name: demo}\nspec: {clusterProfileTemplates: [{name: hello, profileVersion: 1.0.0, \
                packs: [{name: kubernetes, layer: k8s, version: 1.32.1}, {name: app, layer: addon, values: \"replicas: 1\\n\"}]}]}\n";
    folder.write("cluster.yaml", text);
    let before = folder.snapshot();
    for flag in ["--yes", "--dry-run", ""] {
        let ran = folder.run(&format!("switch hello@1.1.0 {flag}")).exits(2);
        ran.tells("./cluster.yaml").tells("block style").tells("nothing was written");
        assert_eq!(folder.snapshot(), before);
    }
}

#[test]
fn an_item_of_a_list_is_read_and_not_written() {
    let folder = fixtures::demo();
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [{"kind": "ConfigMap"}, folder.json("cluster.json")]});
    folder.write("cluster.json", list.to_string());
    folder.run("status").exits(0).shows("demo   hello@1.0.0");
    folder.run("diff hello@1.1.0").exits(1).shows("+replicas: 2\n");
    let before = folder.snapshot();
    let ran = folder.run("switch hello@1.1.0 --yes").exits(2);
    ran.tells("./cluster.json, document 1, item 2").tells("a document of its own").tells("nothing was written");
    assert_eq!(folder.snapshot(), before);
}

#[test]
fn values_keep_the_style_that_they_are_written_in() {
    let folder = yaml();
    let styles = [
        ("|\n        replicas: 1\n", "|\n        replicas: 2\n"),
        ("\"replicas: 1\\n\" # why\n", "\"replicas: 2\\n\" # why\n"),
        ("|-\n        replicas: 1\n", "|\n        replicas: 2\n"),
    ];
    for (from, to) in styles {
        let text = CLUSTER.replace(styles[0].0, from);
        folder.write("cluster.yaml", &text);
        folder.run("switch hello@1.1.0 --yes --no-history").exits(0);
        let expected = text
            .replace("profileVersion: 1.0.0   # moves", "profileVersion: \"1.1.0\"   # moves")
            .replace("version: 1.32.1", "version: \"1.32.2\"")
            .replace(from, to);
        assert_eq!(folder.text("cluster.yaml"), expected);
    }
}

#[test]
fn an_alias_is_not_torn_apart() {
    let folder = yaml();
    let text = CLUSTER.replace("      version: 1.32.1\n", "      version: &kubernetes 1.32.1\n");
    let text = text.replace("status: {state: Running}", "status: {state: Running, seen: *kubernetes}");
    folder.write("cluster.yaml", &text);
    let before = folder.snapshot();
    folder.run("switch hello@1.1.0 --yes").exits(2).tells("nothing was written");
    assert_eq!(folder.snapshot(), before);
}

/// The packs of profile hello, whose app has `values`.
fn publish(folder: &Folder, version: &str, values: &str) {
    fixtures::add(folder, version, &fixtures::packs("1.32.1", values));
}

#[test]
fn a_text_that_ends_in_blank_lines_leaves_comments_and_layout_alone() {
    let folder = yaml();
    let block = |values: &str| format!("      values: |+ # v\n{values}\n      tag: x # t\n");
    let text = CLUSTER.replace("      values: |\n        replicas: 1\n", &block("        replicas: 1\n"));
    let text = text.replace("version: 1.32.1", "version: '1.32.1'");
    folder.write("cluster.yaml", &text);
    for (version, values) in [("1.0.0", "replicas: 1\n\n"), ("1.1.0", "replicas: 2\nport: 80\n\n")] {
        let packs = serde_json::json!([
            {"name": "kubernetes", "layer": "k8s", "version": "1.32.1"},
            {"name": "app", "layer": "addon", "values": values, "tag": "x"},
        ]);
        fixtures::add(&folder, version, &packs);
    }
    folder.run("switch hello@1.1.0 --yes").exits(0);
    let expected = text
        .replace("profileVersion: 1.0.0   # moves", "profileVersion: \"1.1.0\"   # moves")
        .replace("replicas: 1\n", "replicas: 2\n        port: 80\n");
    assert_eq!(folder.text("cluster.yaml"), expected);
}

#[test]
fn what_was_written_can_be_written_again() {
    for (first, second) in [
        ("replicas: 2\n   \n", "replicas: 3\n"),
        ("replicas: 2\n\n\n", "replicas: 3"),
        ("\n  \nreplicas: 2\n     ", "replicas: 3\n\n"),
        ("replicas: 2\n# end\n \n", ""),
    ] {
        let folder = yaml();
        publish(&folder, "1.1.0", first);
        publish(&folder, "1.2.0", second);
        folder.run("switch hello@1.1.0 --yes").exits(0);
        folder.run("rollback --yes").exits(0);
        let back = folder.text("cluster.yaml");
        let version =
            |text: &str| text.replace("1.0.0   # moves", "\"1.0.0\"   # moves").replace(": 1.32.1", ": \"1.32.1\"");
        assert_eq!(version(&back.replace("\"1.0.0\"", "1.0.0").replace("\"1.32.1\"", "1.32.1")), version(CLUSTER));
        folder.run("switch hello@1.1.0 --yes").exits(0);
        folder.run("switch hello@1.2.0 --yes").exits(0);
        for comment in ["# first a note", "# the cluster itself", "# what it is for", "# moves", "# too"] {
            assert!(
                folder.text("cluster.yaml").contains(comment),
                "{comment} is gone: {}",
                folder.text("cluster.yaml")
            );
        }
    }
}

#[test]
fn what_would_lose_its_comments_is_refused_by_its_place() {
    let folder = yaml();
    let flow = "    - {name: kubernetes, layer: k8s, version: 1.32.1} # why this one\n";
    let block = "    - name: kubernetes\n      layer: k8s\n      version: 1.32.1\n";
    folder.write("cluster.yaml", CLUSTER.replace(block, flow));
    let before = folder.snapshot();
    for flag in ["--yes", "--dry-run"] {
        let ran = folder.run(&format!("switch hello@1.1.0 {flag}")).exits(2);
        ran.tells("./cluster.yaml, document 2: spec.clusterProfileTemplates[1].packs[0] ").tells("block style");
        assert_eq!(folder.snapshot(), before);
    }
    folder.write("cluster.yaml", CLUSTER.replace(block, &flow.replace(" # why this one", "")));
    folder.run("switch hello@1.1.0 --yes").exits(0);
}

#[test]
fn json_may_hold_what_yaml_may_not() {
    let folder = fixtures::demo();
    let text = folder.text("cluster.json").replace("aws", "aws\u{7f}");
    folder.write("cluster.json", &text);
    publish(&folder, "1.1.0", "replicas: 2 # \u{7f}\n");
    folder.run("switch hello@1.1.0 --yes").exits(0);
    assert_eq!(folder.json("cluster.json")["spec"]["cloudType"], "aws\u{7f}");
    fs::remove_file(folder.path("cluster.json")).unwrap();
    folder.write("cluster.yaml", CLUSTER);
    folder.run("switch hello@1.1.0 --yes").exits(0);
}
