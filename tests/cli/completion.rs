//! The completer on files, called as kubectl calls it, and the link that makes kubectl call it.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use profile_tests::binaries;
use serde_json::{Value, json};

use crate::{
    fixtures,
    folder::{Folder, Ran},
};

/// Words whose candidates may take a while on a busy machine.
const PATIENT: (&str, &str) = ("KUBECTL_PROFILE_COMPLETION_TIMEOUT", "60s");

/// The folder with a directory of programs: the plugin by a link, as krew installs it.
fn installed(folder: Folder) -> Folder {
    fs::create_dir(folder.path("bin")).unwrap();
    symlink(binaries::kubectl_profile().unwrap(), folder.path("bin/kubectl-profile")).unwrap();
    folder
}

/// A program of that directory, which alone is on the path.
fn program(folder: &Folder, name: &str, words: &[&str]) -> Command {
    let mut command = Command::new(folder.path("bin").join(name));
    folder.hermetic(command.args(words));
    command.env("PATH", folder.path("bin")).env(PATIENT.0, PATIENT.1);
    command
}

fn plugin(folder: &Folder, words: &str) -> Ran {
    let words: Vec<_> = words.split(' ').collect();
    Ran::of(&words.join(" "), &mut program(folder, "kubectl-profile", &words))
}

/// The hub with the completer beside the plugin.
fn hub() -> Folder {
    completing(Folder::hub())
}

fn completing(folder: Folder) -> Folder {
    let folder = installed(folder);
    symlink("kubectl-profile", folder.path("bin/kubectl_complete-profile")).unwrap();
    folder
}

/// What the completer prints for words, of which a space at the end begins an empty one.
#[track_caller]
fn complete(folder: &Folder, words: &str) -> String {
    let list: Vec<_> = words.split(' ').collect();
    let ran = Ran::of(words, &mut program(folder, "kubectl_complete-profile", &list)).exits(0);
    assert_eq!(ran.stderr, "", "{words}");
    ran.stdout.clone()
}

#[track_caller]
fn offers(folder: &Folder, words: &str, lines: &[&str]) {
    assert_eq!(complete(folder, words), lines.join("\n") + "\n", "{words}");
}

/// The values alone, and the line that says what to do with them.
#[track_caller]
fn offers_values(folder: &Folder, words: &str, values: &[&str]) {
    let text = complete(folder, words);
    let found: Vec<_> = text.lines().map(|it| it.split('\t').next().unwrap_or_default()).collect();
    assert_eq!(found, values, "{words}");
}

#[test]
fn commands_are_offered_with_their_help() {
    let folder = hub();
    offers(&folder, "swi", &["switch\tSwitch clusters to another version of an attached profile", ":4"]);
    offers_values(&folder, "scale-", &["scale-down", "scale-back", ":4"]);
    offers_values(&folder, "completion un", &["uninstall", ":4"]);
    offers_values(&folder, "help over", &["overrides", "override", ":4"]);
}

#[test]
fn the_script_of_a_shell_asks_by_a_first_word() {
    let folder = hub();
    plugin(&folder, "__complete swi").exits(0).shows("switch\tSwitch clusters");
}

#[test]
fn flags_are_offered_once_with_their_help() {
    let folder = hub();
    offers_values(&folder, "list --nam", &["--namespace", ":4"]);
    offers_values(&folder, "list --namespace x --nam", &[":4"]);
    offers_values(&folder, "list -A", &["-A", ":4"]);
    offers_values(&folder, "switch --dry", &["--dry-run", "--dry-run=", ":4"]);
    assert!(complete(&folder, "status --all-n").starts_with("--all-namespaces\tLook in all namespaces\n"));
}

#[test]
fn values_that_a_flag_names_are_offered() {
    let folder = hub();
    offers_values(&folder, "switch --dry-run=", &["none", "client", "server", ":4"]);
    offers_values(&folder, "list --store ", &["kubernetes", "files", "palette", ":4"]);
    assert!(complete(&folder, "list -o j").starts_with("json\t"));
}

#[test]
fn files_and_folders_are_left_to_the_shell() {
    let folder = hub();
    for words in ["list -f ", "apply ", "import ", "switch --save-plan=", "list --kubeconfig x"] {
        offers(&folder, words, &[":0"]);
    }
    offers(&folder, "orphans --packs ", &[":16"]);
    offers(&folder, "diff -f . ./clus", &[":0"]);
}

#[test]
fn clusters_come_first_and_then_what_is_done_to_them() {
    let folder = hub();
    offers_values(&folder, "status -f . ", &["shop-aws", "store-edge", ":4"]);
    offers(&folder, "switch -f . sh", &["shop-aws\thello-aws@1.0.0, Running", ":4"]);
    offers(&folder, "switch -f . shop-aws ", &["hello-aws@\tcurrent: 1.0.0", ":6"]);
    offers_values(&folder, "switch -f . shop-aws st", &["store-edge", ":4"]);
    offers_values(&folder, "status -f . shop-aws ", &["store-edge", ":4"]);
    offers_values(&folder, "switch -f . shop-aws hello-aws@1.1.0 ", &[":4"]);
}

#[test]
fn the_flags_before_say_where_clusters_are_looked_for() {
    let folder = hub();
    offers_values(&folder, "-f cluster-shop-aws.yaml status ", &["shop-aws", ":4"]);
    offers_values(&folder, "status -f nowhere.yaml ", &[":4"]);
    offers_values(
        &folder,
        "list -f . -n ",
        &["cluster-66f0a1b2c3d4e5f600000001", "cluster-66f0a1b2c3d4e5f600000002", ":4"],
    );
}

#[test]
fn legal_versions_come_first_and_the_others_with_their_reason() {
    let folder = fixtures::demo();
    fixtures::add(&folder, "1.2.0", &fixtures::packs("1.34.0", "replicas: 2\n"));
    fixtures::add(&folder, "0.9.0", &fixtures::packs("1.31.0", "replicas: 2\n"));
    let text = complete(&completing(folder), "switch -f . demo hello@");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines[0], lines[1]), ("hello@1.1.0\tallowed", "hello@1.0.0\tcurrent"), "{text}");
    assert!(lines[2].starts_with("hello@1.2.0\tK8sMultiMinorUpgradeNotSupported: "), "{text}");
    assert!(lines[3].starts_with("hello@0.9.0\tK8sDowngradeAfterUpgradeNotSupported: "), "{text}");
    // No file names, and the order stays.
    assert_eq!(lines[4..], [":36"], "{text}");
}

#[test]
fn a_shell_that_ends_words_at_the_sign_gets_what_it_lacks() {
    let folder = completing(fixtures::demo());
    offers_values(&folder, "check -f . demo hello @", &["@1.1.0", "@1.0.0", ":36"]);
    offers_values(&folder, "check -f . demo hello @ 1.1", &["1.1.0", ":36"]);
}

#[test]
fn versions_without_a_cluster_are_all_of_them() {
    let folder = hub();
    offers(&folder, "show -f . hello-a", &["hello-aws@\t5 versions", ":6"]);
    let all = ["1.3.0", "1.2.0", "1.1.0", "1.0.0", "0.9.0"].map(|it| format!("hello-aws@{it}"));
    let all: Vec<_> = all.iter().map(String::as_str).chain([":36"]).collect();
    offers_values(&folder, "show -f . hello-aws@", &all);
    offers_values(&folder, "detach -f . shop-aws ", &["hello-aws@1.0.0", ":4"]);
    offers_values(&folder, "update -f . shop-aws --only ", &["hello-aws", ":4"]);
}

#[test]
fn packs_and_the_paths_of_their_values_are_offered_without_a_value() {
    let folder = fixtures::demo();
    let values = "ui:\n  replicas: 1\n  tokens: {a: hidden}\n";
    folder.write("cluster.json", fixtures::cluster(&fixtures::packs("1.32.1", values)).to_string());
    let folder = completing(folder);
    offers(&folder, "override -f . demo ", &["kubernetes\tk8s, 1.32.1, hello@1.0.0", "app\taddon, hello@1.0.0", ":4"]);
    offers(&folder, "override -f . demo app --set ", &["ui.", ":6"]);
    offers(&folder, "override -f . demo app --set ui.", &["ui.replicas=", "ui.tokens.", ":6"]);
    offers(&folder, "override -f . app --unset ui.r", &["ui.replicas", ":4"]);
    assert!(!complete(&folder, "override -f . demo app --set ui.tokens.").contains("hidden"));
}

/// Packs of which one is a manifest.
fn with_manifest(content: &str) -> Value {
    let manifests = json!([{"name": "app", "content": content}]);
    json!([{"name": "app", "layer": "addon", "type": "manifest", "version": "1", "values": "", "manifests": manifests}])
}

#[test]
fn orphans_and_revisions_are_offered_by_name() {
    let folder = fixtures::demo();
    let stays = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stays, namespace: demo}\n";
    let goes =
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: goes, namespace: demo}\nspec: {replicas: 1}\n";
    let first = with_manifest(&format!("{stays}{goes}"));
    folder.write("cluster.json", fixtures::cluster(&first).to_string());
    fixtures::add(&folder, "1.0.0", &first);
    fixtures::add(&folder, "1.1.0", &with_manifest(stays));
    let folder = completing(folder);
    plugin(&folder, "switch demo hello@1.1.0 -f . --yes").exits(0);
    let text = complete(&folder, "rollback -f . demo --to-revision ");
    assert!(text.starts_with("1\tswitch hello@1.0.0 to hello@1.1.0, ") && text.ends_with(":36\n"), "{text}");
    for words in ["scale-down -f . demo ", "scale-down -f . demo deployment.apps/", "orphans -f . --explain "] {
        offers_values(&folder, words, &["deployment.apps/goes", ":4"]);
    }
}

#[test]
fn the_kubeconfig_names_contexts_clusters_and_their_users() {
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: b\ncontexts:\n- name: a\n  context: {cluster: one, user: u}\n\
                - name: b\n  context: {cluster: one, user: u}\nclusters:\n- name: one\n  cluster: {server: 'http://127.0.0.1:1'}\n\
                users:\n- name: u\n  user: {}\n";
    let folder = hub().with("no-kubeconfig", text).with("other", text.replace("name: a", "name: c"));
    offers(&folder, "list --context ", &["a\thttp://127.0.0.1:1", "b\tcurrent, http://127.0.0.1:1", ":4"]);
    offers_values(&folder, "list --kubeconfig other --context=", &["c", "b", ":4"]);
    offers_values(&folder, "status --contexts a,", &["a,a", "a,b", ":4"]);
}

#[test]
fn whatever_is_wrong_is_no_candidate_and_nothing_on_the_screen() {
    let folder = hub().with("broken.yaml", "a: [").with("no-kubeconfig", "{{{");
    let many = "x".repeat(100_000);
    for words in [
        "",
        "nope ",
        "switch --nope=",
        "status -f broken.yaml ",
        "list --context ",
        "status ",
        "switch -f . nope hello-aws@",
        "override -f . shop-aws nope --set ",
        "show -f . @",
        "-",
        "--",
        "list --store nope -n ",
        &many,
    ] {
        let text = complete(&folder, words);
        assert!(text.lines().last().is_some_and(|it| it.starts_with(':')), "{words}: {text}");
    }
}

#[test]
fn install_links_the_completer_beside_the_plugin_and_once() {
    let folder = installed(Folder::hub());
    let path = folder.path("bin/kubectl_complete-profile");
    plugin(&folder, "completion install --dry-run").exits(0).shows("would link ");
    assert!(!path.exists());
    plugin(&folder, "completion install")
        .exits(0)
        .shows("linked ")
        .shows("kubectl_complete-profile -> kubectl-profile\n");
    // Not to where the plugin's own entry leads, which the next version moves.
    assert_eq!(fs::read_link(&path).unwrap(), Path::new("kubectl-profile"));
    plugin(&folder, "completion install").exits(0).shows("linked already: ");
    offers_values(&folder, "swi", &["switch", ":4"]);
    plugin(&folder, "completion uninstall --dry-run").exits(0).shows("would remove ");
    assert!(path.exists());
    plugin(&folder, "completion uninstall").exits(0).shows("removed ");
    assert!(fs::symlink_metadata(&path).is_err());
    plugin(&folder, "completion uninstall").exits(0).shows("nothing to remove");
}

#[test]
fn a_link_to_one_version_of_the_plugin_is_made_anew() {
    let folder = installed(Folder::empty());
    let path = folder.path("bin/kubectl_complete-profile");
    symlink(binaries::kubectl_profile().unwrap(), &path).unwrap();
    plugin(&folder, "completion install").exits(0).shows("linked ");
    assert_eq!(fs::read_link(&path).unwrap(), Path::new("kubectl-profile"));
}

#[test]
fn what_is_not_ours_is_neither_replaced_nor_removed() {
    let folder = installed(Folder::empty());
    let path = folder.path("bin/kubectl_complete-profile");
    fs::write(&path, "#!/bin/sh\n").unwrap();
    for words in ["completion install", "completion uninstall", "completion install --dry-run"] {
        plugin(&folder, words).exits(4).tells("kubectl_complete-profile is no link to kubectl-profile");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "#!/bin/sh\n");
    fs::remove_file(&path).unwrap();
    symlink("elsewhere", &path).unwrap();
    plugin(&folder, "completion install").exits(4).tells("so it is not replaced");
    assert_eq!(fs::read_link(&path).unwrap(), Path::new("elsewhere"));
}

#[test]
fn a_plugin_that_kubectl_does_not_find_is_told() {
    let folder = installed(Folder::empty());
    let mut command = program(&folder, "kubectl-profile", &["completion", "install"]);
    Ran::of("completion install", command.env("PATH", "/nowhere")).exits(2).tells("in no directory of PATH");
    symlink("kubectl-profile", folder.path("bin/profile")).unwrap();
    let mut command = program(&folder, "profile", &["completion", "install"]);
    Ran::of("completion install", &mut command).exits(2).tells("called as \"profile\"");
    assert!(fs::symlink_metadata(folder.path("bin/kubectl_complete-profile")).is_err());
}

#[test]
fn a_plugin_of_another_name_has_a_completer_of_that_name() {
    let folder = installed(Folder::empty());
    symlink("kubectl-profile", folder.path("bin/kubectl-cluster_profile")).unwrap();
    let mut command = program(&folder, "kubectl-cluster_profile", &["completion", "install"]);
    Ran::of("completion install", &mut command)
        .exits(0)
        .shows("kubectl_complete-cluster_profile -> kubectl-cluster_profile");
    let mut command = program(&folder, "kubectl_complete-cluster_profile", &["swi"]);
    Ran::of("swi", &mut command).exits(0).shows("switch\t");
}

#[test]
fn every_shell_has_a_script_that_asks_the_completer() {
    let folder = installed(Folder::empty());
    for shell in ["bash", "zsh", "fish", "powershell"] {
        plugin(&folder, &format!("completion {shell}")).exits(0).shows("kubectl-profile __complete");
    }
}
