//! `update`: flags that mean something, or are refused.

use serde_json::json;

use crate::{
    fixtures::{self, packs},
    folder::Folder,
};

/// Clusters demo, labelled `team: a` with a replica more than published, and twin; `edited.json` publishes three.
fn two() -> Folder {
    let mut cluster = fixtures::cluster(&packs("1.32.1", "replicas: 2\n"));
    cluster["metadata"]["labels"] = json!({"team": "a"});
    let folder = Folder::empty().with("cluster.json", cluster.to_string());
    cluster["metadata"] = json!({"name": "twin"});
    folder.write("twin.json", cluster.to_string());
    fixtures::add(&folder, "1.0.0", &packs("1.32.1", "replicas: 1\n"));
    std::fs::create_dir(folder.path("edits")).unwrap();
    folder.write("edits/edited.json", fixtures::profile("1.0.0", &packs("1.32.1", "replicas: 3\n")).to_string());
    folder
}

#[test]
fn an_edit_is_shown_for_the_clusters_that_are_selected() {
    let folder = two();
    let ran = folder.run("update -l team=a --from edits/edited.json").exits(1);
    ran.shows("demo").hides("twin");
    folder.run("update -l team=z --from edits/edited.json").exits(2).tells("team=z");
}

#[test]
fn an_edit_that_is_only_looked_at_takes_no_decisions() {
    let folder = two();
    for flags in ["--on-conflict=override", "--resolve x.json", "--accept-loss a", "--edit", "--base published"] {
        let name = flags.split(['=', ' ']).next().unwrap();
        folder
            .run(&format!("update --from edits/edited.json {flags}"))
            .exits(2)
            .tells(name)
            .tells("cannot be used together with");
    }
}
