//! Installed by krew from an archive, run through kubectl, and gone again.

use std::{fs, path::Path};

use profile_release::{TAG, manifest::DOWNLOADS};
use profile_tests::shell::{Shell, TAB};

use crate::{archives::Release, home::Home, index::Index};

#[test]
fn an_archive_is_installed_runs_through_kubectl_and_goes_without_a_trace() {
    let (home, release) = (Home::new(), Release::of_this_machine());
    // krew uninstalls nothing while it has no index.
    home.must(&["krew", "index", "add", "palette", &Index::before_a_release(&home).url()]);
    let before = home.tree();

    install(&home, &release);
    let licence = fs::read(home.krew(&format!("store/profile/{TAG}/LICENSE"))).unwrap();
    assert_eq!(licence, fs::read(profile_release::root().join("LICENSE")).unwrap());
    runs_through_kubectl(&home);
    completes_in_bash(&home);

    let run = home.must(&["krew", "uninstall", "profile"]);
    assert!(run.stderr.contains("Uninstalled plugin: profile"), "{run}");
    let after = home.tree();
    assert_eq!(after, before);
    let run = home.kubectl(&["profile", "version"]);
    assert!(run.code == Some(1) && run.stderr.contains("unknown command \"profile\""), "{run}");
}

fn install(home: &Home, release: &Release) {
    // What is downloaded otherwise is the archive that is named: the address is not asked.
    let manifest = release.manifest(DOWNLOADS);
    let manifest = format!("--manifest={}", manifest.display());
    let archive = format!("--archive={}", release.archive().display());
    let run = home.must(&["krew", "install", &manifest, &archive]);
    assert!(run.stderr.contains("Installed plugin: profile"), "{run}");
    assert!(run.stderr.contains("kubectl profile completion install"), "{run}");
    assert!(home.must(&["plugin", "list"]).stdout.contains("kubectl-profile"));
}

/// Two commands of the plugin, one of them on files.
fn runs_through_kubectl(home: &Home) {
    let version = concat!("kubectl-profile ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(home.must(&["profile", "version"]).stdout, version);
    let run = home.must(&["profile", "list", "-A", "-f", &hub()]);
    assert!(run.stdout.contains("hello-aws") && run.stdout.contains("shop-aws"), "{run}");
}

/// What the caveats tell of: one command, and a verb and a cluster are completed. krew knows nothing of the link that it
/// makes, so another command takes it away.
fn completes_in_bash(home: &Home) {
    let mut shell = Shell::start(|command| home.place(command));
    // A history would be left in the home.
    assert_eq!(shell.run("unset HISTFILE").code, 0);
    shell.load_completion();
    let installed = shell.run("kubectl profile completion install");
    assert!(installed.code == 0 && installed.screen.contains("linked "), "{installed:?}");
    let link = fs::read_link(home.krew("bin/kubectl_complete-profile")).unwrap();
    assert_eq!(link, Path::new("kubectl-profile"), "it leads to whatever version krew installs");
    assert_eq!(shell.run("source <(kubectl completion bash)").code, 0);
    shell.types(&format!("kubectl profile swi{TAB}"));
    shell.sees(" switch ");
    shell.types(&format!("-f {} shop{TAB}", hub()));
    shell.sees(" shop-aws ");
    shell.clears();
    assert_eq!(shell.run("kubectl profile completion uninstall").code, 0);
    shell.ends();
}

/// Clusters and profiles as files.
fn hub() -> String {
    let hub = Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox/fixtures/hub");
    hub.to_str().unwrap().to_owned()
}
