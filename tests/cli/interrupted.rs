//! What a switch leaves behind that was killed or ran out of space, and what the next run makes of it.

use std::{
    fs,
    process::Command,
    time::{Duration, SystemTime},
};

use profile_tests::binaries;
use serde_json::json;

use crate::{
    fixtures,
    folder::{Folder, Ran},
};

const REVISION: &str = ".kubectl-profile/cluster.json++demo.v1.json";

/// The demo after a switch to 1.1.0 whose revision was never settled.
fn left_pending() -> Folder {
    let folder = fixtures::demo();
    folder.run("switch hello@1.1.0 --yes").exits(0);
    let mut revision = folder.json(REVISION);
    revision["status"] = json!("pending");
    folder.with(REVISION, revision.to_string())
}

#[test]
fn a_write_that_happened_is_settled_as_deployed() {
    let folder = left_pending();
    folder.run("history").exits(0).shows("pending(deployed)");
    let ran = folder.run("switch hello@1.1.0 --yes").exits(0);
    ran.tells("revision 1 was left pending; the cluster tells that it was deployed");
    assert_eq!(folder.json(REVISION)["status"], "deployed");
}

#[test]
fn a_write_that_never_happened_is_settled_as_abandoned() {
    let folder = left_pending();
    let mut cluster = folder.json("cluster.json");
    cluster["spec"]["clusterProfileTemplates"] = folder.json(REVISION)["before"].clone();
    folder.write("cluster.json", cluster.to_string());
    folder.run("history").exits(0).shows("pending(abandoned)");
    let ran = folder.run("switch hello@1.1.0 --yes").exits(0);
    ran.tells("revision 1 was left pending; the cluster tells that it was abandoned");
    let document = folder.run("history -o json").exits(0).document("RevisionList");
    let statuses: Vec<_> = document["items"].as_array().unwrap().iter().map(|it| it["status"].clone()).collect();
    assert_eq!(statuses, ["abandoned", "deployed"]);
}

#[test]
fn a_dry_run_tells_the_truth_and_settles_nothing() {
    let folder = left_pending();
    let before = folder.snapshot();
    folder.run("switch hello@1.1.0 --dry-run").exits(0).tells("was left pending");
    assert_eq!(folder.snapshot(), before);
}

/// Runs a switch that cannot write files larger than `blocks` of 512 bytes, after `before` in the same shell.
fn limited(folder: &Folder, before: &str, blocks: u32) -> Ran {
    let mut shell = Command::new("sh");
    let script = format!("{before} ulimit -c 0; ulimit -f {blocks}; exec \"$0\" switch demo hello@1.1.0 --yes -f .");
    folder.hermetic(shell.args(["-c", &script]).arg(binaries::kubectl_profile().unwrap()));
    Ran::of("switch, with little space", &mut shell)
}

/// Without it the limit kills.
const SURVIVE: &str = "trap '' XFSZ;";

#[test]
fn no_space_for_the_revision_leaves_the_cluster_as_it_was() {
    let folder = fixtures::demo();
    let before = folder.text("cluster.json");
    limited(&folder, SURVIVE, 1).exits(2).tells(".kubectl-profile").tells("File too large");
    assert_eq!(folder.text("cluster.json"), before);
    folder.run("switch hello@1.1.0 --yes").exits(0);
}

/// The demo in a file that is larger than its revision: 64 KiB of another document stand before it.
fn large() -> Folder {
    let folder = fixtures::demo();
    fs::remove_file(folder.path("cluster.json")).unwrap();
    let note = "x".repeat(64 * 1024);
    let block = "spec:\n  clusterProfileTemplates:\n  - name: hello\n    profileVersion: 1.0.0\n    packs:\n    \
                 - {name: kubernetes, layer: k8s, version: 1.32.1}\n    - {name: app, layer: addon, values: \"replicas: 1\\n\"}\n";
    folder.with("cluster.yaml", format!("note: {note}\n---\nkind: SpectroCluster\nmetadata: {{name: demo}}\n{block}"))
}

#[test]
fn no_space_for_the_cluster_leaves_it_as_it_was_and_abandons_the_revision() {
    let folder = large();
    let before = folder.text("cluster.yaml");
    limited(&folder, SURVIVE, 64).exits(2).tells("./cluster.yaml").tells("nothing was written");
    assert_eq!(folder.text("cluster.yaml"), before);
    assert_eq!(folder.json(".kubectl-profile/cluster.yaml++demo.v1.json")["status"], "abandoned");
}

#[test]
fn a_kill_while_the_revision_is_written_leaves_nothing_that_matters() {
    let folder = fixtures::demo();
    let before = folder.text("cluster.json");
    let ran = limited(&folder, "", 1);
    assert_eq!(ran.code, None, "{}", *ran);
    assert_eq!(folder.text("cluster.json"), before);
    folder.run("history").exits(0).tells("no revisions");
    folder.run("switch hello@1.1.0 --yes").exits(0);
}

#[test]
fn a_kill_while_the_cluster_is_written_is_settled_by_the_next_run() {
    let folder = large();
    let before = folder.text("cluster.yaml");
    let ran = limited(&folder, "", 64);
    assert_eq!(ran.code, None, "{}", *ran);
    assert_eq!(folder.text("cluster.yaml"), before);
    folder.run("history").exits(0).shows("pending(abandoned)");
    folder.run("switch hello@1.1.0 --yes").exits(0).tells("revision 1 was left pending");
    folder.run("diff").exits(0);
}

#[test]
fn what_a_kill_left_behind_goes_with_the_next_write() {
    let folder = fixtures::demo();
    fs::create_dir(folder.path(".kubectl-profile")).unwrap();
    let leave = |name: &str, age: u64| {
        folder.write(name, "a: secret");
        let file = fs::File::options().write(true).open(folder.path(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
    };
    let (gone, fresh) = ([".kubectl-profile-aB3xYz", ".kubectl-profile/.staged-aB3xYz"], [".kubectl-profile-fresh1"]);
    let foreign = [
        ".kubectl-profile-of.mi",
        ".kubectl-profile-notes",
        ".kubectl-profil-aB3xYz",
        ".staged-aB3xYz",
        "x.kubectl-profile-aB3xYz",
    ];
    gone.iter().chain(&foreign).for_each(|name| leave(name, 3600));
    fresh.iter().for_each(|name| leave(name, 0));
    folder.run("switch hello@1.1.0 --dry-run").exits(0);
    assert!(folder.path(gone[0]).exists(), "a dry run removed a file");
    folder.run("switch hello@1.1.0 --yes").exits(0);
    gone.iter().for_each(|name| assert!(!folder.path(name).exists(), "{name} is left"));
    foreign.iter().chain(&fresh).for_each(|name| assert!(folder.path(name).exists(), "{name} is gone"));
}
