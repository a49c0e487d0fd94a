//! The workflows under `.github/`, which cannot run here: their linter reads them, and what they must say is looked up.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

use profile_release::{PLATFORMS, root};
use profile_sandbox::assets::Program;
use profile_tests::{Run, binaries};
use serde_json::{Value, json};

fn workflows() -> BTreeMap<String, (PathBuf, Value)> {
    let files = fs::read_dir(root().join(".github/workflows")).unwrap();
    files
        .map(|file| {
            let path = file.unwrap().path();
            let document = serde_saphyr::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            (path.file_name().unwrap().to_string_lossy().into_owned(), (path, document))
        })
        .collect()
}

fn jobs(workflow: &Value) -> impl Iterator<Item = (&String, &Value)> {
    workflow["jobs"].as_object().unwrap().iter()
}

fn steps(workflow: &Value) -> impl Iterator<Item = &Value> {
    jobs(workflow).flat_map(|(_, job)| job["steps"].as_array().unwrap())
}

#[test]
fn their_linter_finds_nothing() {
    let actionlint = binaries::program(Program::Actionlint).unwrap();
    for (path, _) in workflows().values() {
        // What other linters it would call is no matter of the machine.
        let run =
            Run::of(Command::new(&actionlint).args(["-no-color", "-shellcheck=", "-pyflakes="]).arg(path)).unwrap();
        assert!(run.is_success() && run.stdout.is_empty(), "{run}");
    }
    assert_eq!(workflows().keys().collect::<Vec<_>>(), ["ci.yml", "release.yml"]);
}

#[test]
fn a_release_builds_every_platform() {
    let (_, release) = &workflows()["release.yml"];
    let matrix = release["jobs"]["archive"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let platforms: Vec<&str> = matrix.iter().map(|it| it["platform"].as_str().unwrap()).collect();
    assert_eq!(platforms, PLATFORMS.map(|platform| platform.to_string()));
}

#[test]
fn advisories_are_checked_before_anything_is_built() {
    let (_, release) = &workflows()["release.yml"];
    assert!(release["jobs"]["check"].to_string().contains(".ci/deny advisories"));
    assert_eq!(release["jobs"]["archive"]["needs"], "check");
}

#[test]
fn every_action_is_pinned_to_a_commit() {
    for (name, (_, workflow)) in workflows() {
        for action in steps(&workflow).filter_map(|step| step["uses"].as_str()) {
            let commit = action.split_once('@').unwrap().1;
            let pinned = commit.len() == 40 && commit.chars().all(|letter| letter.is_ascii_hexdigit());
            assert!(pinned, "{name}: {action}");
        }
    }
}

#[test]
fn one_job_may_write_and_it_compiles_nothing() {
    let mut writing = Vec::new();
    for (_, workflow) in workflows().into_values() {
        for (name, job) in jobs(&workflow) {
            let permissions = job.get("permissions").unwrap_or(&workflow["permissions"]);
            if *permissions != json!({"contents": "read"}) {
                assert_eq!(*permissions, json!({"contents": "write"}), "{name}");
                assert!(!job["steps"].to_string().contains("cargo"), "{name}");
                writing.push(name.clone());
            }
        }
        assert!(!workflow.to_string().contains("secrets."), "the token of the workflow is enough");
    }
    assert_eq!(writing, ["publish"]);
}
