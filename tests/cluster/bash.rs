//! Completion in a real bash, through kubectl's own script and through ours.

use std::{fs, os::unix::fs::symlink};

use profile_tests::shell::{Shell, TAB};
use tempfile::TempDir;

use crate::world::{SHOP, World};

/// A world, and a directory of programs as a user has them.
struct Scene {
    world: World,
    home: TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { world: World::with_shop("typed"), home: TempDir::new().unwrap() };
        let bin = scene.home.path().join("bin");
        fs::create_dir(&bin).unwrap();
        symlink(scene.world.sandbox.kubectl(), bin.join("kubectl")).unwrap();
        symlink(scene.world.sandbox.plugin(), bin.join("kubectl-profile")).unwrap();
        scene
    }

    fn shell(&self) -> Shell {
        let mut shell = Shell::start(|command| {
            let home = self.home.path();
            command.current_dir(home).env("HOME", home).env("KUBECONFIG", self.world.sandbox.kubeconfig());
            command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", home.join("bin").display()));
            command.env("KUBECTL_PROFILE_COMPLETION_TIMEOUT", "60s");
        });
        shell.load_completion();
        shell
    }

    /// The words of a switch up to the cluster, completed with TAB.
    fn types_switch(&self, shell: &mut Shell, program: &str) {
        shell.types(&format!("{program} -n {} swi{TAB}", self.world.namespace));
        shell.sees(" switch ");
        shell.types(&format!("{}{TAB}", &SHOP[..4]));
        shell.sees(&format!("{SHOP} "));
        shell.types(TAB);
        shell.sees("hello-aws@");
        // All versions, with what the rules say of them.
        shell.types(TAB);
        shell.sees("hello-aws@1.1.0  (allowed)");
        shell.sees("hello-aws@1.0.0  (current)");
        shell.sees("(K8sMultiMinorUpgradeNotSupported: ");
        shell.types(&format!("1.1{TAB}"));
        shell.sees("1.1.0 ");
        shell.clears();
    }

    /// A path of a value, step by step, without a space in it.
    fn types_path(&self, shell: &mut Shell, program: &str) {
        shell.types(&format!("{program} -n {} override {SHOP} kubernetes --set pa{TAB}", self.world.namespace));
        shell.sees("--set pack.");
        shell.types(&format!("k8sH{TAB}"));
        shell.sees("k8sHardening=");
        // The line is printed instead of run.
        shell.types("no\u{1}echo \n");
        shell.sees(&format!(" {SHOP} kubernetes --set pack.k8sHardening=no\nready> "));
    }
}

#[test]
fn kubectl_completes_the_plugin_once_it_is_installed() {
    let scene = Scene::new();
    let mut shell = scene.shell();
    let installed = shell.run("kubectl profile completion install");
    assert!(installed.code == 0 && installed.screen.contains("linked "), "{installed:?}");
    assert_eq!(shell.run("source <(kubectl completion bash)").code, 0);
    scene.types_switch(&mut shell, "kubectl profile");
    let removed = shell.run("kubectl profile completion uninstall");
    assert!(removed.code == 0 && removed.screen.contains("removed "), "{removed:?}");
    shell.ends();
    assert!(fs::symlink_metadata(scene.home.path().join("bin/kubectl_complete-profile")).is_err());
}

#[test]
fn a_value_goes_on_without_a_space_and_files_are_files() {
    let scene = Scene::new();
    fs::write(scene.home.path().join("one-file.yaml"), "").unwrap();
    let mut shell = scene.shell();
    assert_eq!(shell.run("kubectl profile completion install && source <(kubectl completion bash)").code, 0);
    shell.types(&format!("kubectl profile list -f one{TAB}"));
    shell.sees("one-file.yaml ");
    shell.clears();
    shell.types(&format!("kubectl profile switch --on-conf{TAB}"));
    shell.sees("--on-conflict ");
    shell.clears();
    shell.types(&format!("kubectl profile list --store=kub{TAB}"));
    shell.sees("--store=kubernetes ");
    shell.clears();
    scene.types_path(&mut shell, "kubectl profile");
    shell.ends();
}

#[test]
fn our_own_script_completes_the_program_itself() {
    let scene = Scene::new();
    let mut shell = scene.shell();
    assert_eq!(shell.run("source <(kubectl-profile completion bash)").code, 0);
    scene.types_switch(&mut shell, "kubectl-profile");
    shell.types(&format!("kubectl-profile list --store=kub{TAB}"));
    shell.sees("--store=kubernetes ");
    shell.clears();
    scene.types_path(&mut shell, "kubectl-profile");
    shell.ends();
}
