//! `override --values`: what is a map of values, from a file or the standard input.

use std::{io::Write, process::Stdio};

use profile_tests::Run;

use crate::{
    fixtures,
    folder::{Folder, Ran},
};

/// Runs the plugin on the folder's files with `input` as its standard input.
#[track_caller]
fn with_input(folder: &Folder, words: &str, input: &str) -> Ran {
    let mut command = folder.command(&format!("{words} -f ."));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::from(words, Run::from(child.wait_with_output().unwrap()))
}

fn values(folder: &Folder) -> String {
    let cluster = folder.json("cluster.json");
    cluster["spec"]["clusterProfileTemplates"][0]["packs"][1]["values"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_no_map_is_refused_by_its_file() {
    let folder = fixtures::demo();
    for (text, said) in
        [("- x\n", "v.txt holds a list, and"), ("x\n", "v.txt holds a text, and"), ("{}\n", "v.txt holds no values")]
    {
        folder.write("v.txt", text);
        folder.refuses("override app --values v.txt --yes -f .", 2, &[said]);
    }
    folder.write("v.txt", "port: 80\n");
    folder.run("override app --values v.txt --yes").exits(0);
    assert_eq!(values(&folder), "replicas: 1\nport: 80\n");
}

#[test]
fn a_dash_is_the_standard_input() {
    let folder = fixtures::demo();
    with_input(&folder, "override app --values - --yes", "replicas: 44\n").exits(0);
    assert_eq!(values(&folder), "replicas: 44\n");
    with_input(&folder, "override app --values - --yes", "- x\n").exits(2).tells("standard input holds a list");
    with_input(&folder, "override app --values - --clusters-from - --yes", "demo\n").exits(2).tells("read once");
    assert_eq!(values(&folder), "replicas: 44\n");
}
