//! The manifest before krew's own judge.

use std::{collections::BTreeSet, fs, path::Path};

use profile_release::{PLATFORMS, TAG, manifest::TEMPLATE, root};
use profile_sandbox::assets::Program;
use profile_tests::{Run, binaries};
use serde_json::Value;

use crate::{archives::Release, downloads::Downloads, home::Home};

fn judge(home: &Home, manifest: &Path) -> Run {
    let mut command = home.command(binaries::program(Program::ValidateKrewManifest).unwrap());
    Run::of(command.arg("-manifest").arg(manifest)).unwrap()
}

fn read(manifest: &Path) -> Value {
    serde_saphyr::from_str(&fs::read_to_string(manifest).unwrap()).unwrap()
}

#[test]
fn krews_judge_finds_nothing_and_installs_every_platform() {
    let (home, release) = (Home::new(), Release::of_every_platform());
    let downloads = Downloads::serve(release.dir());
    let run = judge(&home, &release.manifest(&downloads.url())).success("validate-krew-manifest").unwrap();
    for said in ["structural validation OK", "no overlapping", "all 6 spec.platforms installed fine"] {
        assert!(run.stderr.contains(said), "{said}: {run}");
    }
}

#[test]
fn the_template_itself_is_refused() {
    let home = Home::new();
    let run = judge(&home, &root().join(TEMPLATE));
    assert!(run.code != Some(0) && run.stderr.contains("failed to parse plugin version"), "{run}");
}

#[test]
fn it_says_the_version_of_the_workspace_and_every_platform_once() {
    let release = Release::of_every_platform();
    let manifest = read(&release.manifest("https://example.org/releases/"));
    assert_eq!((TAG, &manifest["spec"]["version"]), (concat!("v", env!("CARGO_PKG_VERSION")), &TAG.into()));
    let platforms = manifest["spec"]["platforms"].as_array().unwrap();
    let uris: BTreeSet<&str> = platforms.iter().map(|it| it["uri"].as_str().unwrap()).collect();
    let expected = PLATFORMS.map(|it| format!("https://example.org/releases/{TAG}/{}", it.archive()));
    assert_eq!(uris, expected.iter().map(String::as_str).collect());
    let windows = platforms.iter().filter(|it| it["selector"]["matchLabels"]["os"] == "windows");
    assert_eq!(windows.filter(|it| it["bin"] == "kubectl-profile.exe").count(), 2);
}

#[test]
fn it_is_short_where_krew_cuts_and_tells_of_completion() {
    let manifest = read(&root().join(TEMPLATE));
    let short = manifest["spec"]["shortDescription"].as_str().unwrap();
    assert!(short.len() <= 50, "{} letters: {short}", short.len());
    let caveats = manifest["spec"]["caveats"].as_str().unwrap();
    assert!(caveats.contains("kubectl profile completion install"), "{caveats}");
}

#[test]
fn what_stands_in_the_index_is_a_filled_manifest() {
    for file in fs::read_dir(root().join("plugins")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let home = Home::new();
            let mut command = home.command(binaries::program(Program::ValidateKrewManifest).unwrap());
            let run = Run::of(command.arg("-skip-install").arg("-manifest").arg(&path)).unwrap();
            run.success("validate-krew-manifest -skip-install").unwrap();
            assert!(!fs::read_to_string(&path).unwrap().contains(&"0".repeat(64)), "{}", path.display());
        }
    }
}
