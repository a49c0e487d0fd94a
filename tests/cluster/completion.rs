//! The completer against a real API server, and what it keeps of the answers.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use profile_sandbox::{Run, samples};
use tempfile::TempDir;

use crate::world::{SHOP, World};

/// A world, and a folder for what the completer keeps.
struct Scene {
    world: World,
    cache: TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { world: World::with_shop("completed"), cache: TempDir::new().unwrap() }
    }

    /// What is offered for the last of some words, in the world's namespace.
    fn complete(&self, words: &str) -> String {
        let mut command = self.world.sandbox.plugin_command();
        command.args(["__complete", "-n", &self.world.namespace]).args(words.split(' '));
        command.env("KUBECACHEDIR", self.cache.path()).env("KUBECTL_PROFILE_COMPLETION_TIMEOUT", "60s");
        let run = Run::of(&mut command).unwrap();
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{words}: {run}");
        run.stdout
    }

    /// The values that are offered, without the line that says what to do with them.
    fn values(&self, words: &str) -> Vec<String> {
        let text = self.complete(words);
        let values = text.lines().filter(|it| !it.starts_with(':')).filter_map(|it| it.split('\t').next());
        values.map(str::to_owned).collect()
    }

    fn folder(&self) -> PathBuf {
        self.cache.path().join("kubectl-profile")
    }

    fn kept(&self) -> Vec<PathBuf> {
        fs::read_dir(self.folder()).unwrap().map(|it| it.unwrap().path()).collect()
    }

    /// Lets everything that is kept be so many seconds older.
    fn age(&self, seconds: u64) {
        for path in self.kept() {
            let file = File::options().write(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
        }
    }

    fn add_cluster(&self, name: &str) {
        let mut cluster = samples::object("SpectroCluster", SHOP).unwrap();
        cluster["metadata"]["name"] = name.into();
        self.world.create(&cluster);
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn clusters_versions_and_namespaces_come_from_the_server() {
    let scene = Scene::new();
    assert_eq!(scene.values("status "), [SHOP]);
    assert_eq!(scene.complete(&format!("switch {SHOP} ")), "hello-aws@\tcurrent: 1.0.0\n:6\n");
    let versions = scene.complete(&format!("switch {SHOP} hello-aws@"));
    let line =
        |version: &str| versions.lines().position(|it| it.starts_with(&format!("hello-aws@{version}\t"))).unwrap();
    assert!(
        versions.contains("hello-aws@1.0.0\tcurrent\n") && versions.contains("hello-aws@1.1.0\tallowed\n"),
        "{versions}"
    );
    assert!(versions.contains("\tK8sMultiMinorUpgradeNotSupported: "), "{versions}");
    assert!(line("1.1.0") < line("1.0.0") && versions.ends_with(":36\n"), "{versions}");
    // The namespace that is being typed is not the one before it.
    assert!(scene.values("status -n ").contains(&scene.world.namespace));
    assert!(scene.values(&format!("override {SHOP} ")).contains(&"kubernetes".to_owned()));
}

#[test]
fn an_answer_is_kept_for_half_a_minute_and_for_its_owner_alone() {
    let scene = Scene::new();
    assert_eq!(scene.values("status "), [SHOP]);
    let kept = scene.kept();
    assert_eq!((kept.len(), mode(&scene.folder()), mode(&kept[0])), (1, 0o700, 0o600), "{kept:?}");
    scene.add_cluster("shop-new");
    scene.age(20);
    assert_eq!(scene.values("status "), [SHOP], "a server was asked again");
    scene.age(31);
    assert_eq!(scene.values("status "), [SHOP, "shop-new"], "an old answer was given");
}

#[test]
fn what_is_kept_is_for_one_question_in_one_place() {
    let scene = Scene::new();
    assert_eq!(scene.values("status "), [SHOP]);
    let elsewhere = scene.world.sandbox.namespace("elsewhere").unwrap();
    assert_eq!(scene.values(&format!("-n {elsewhere} status ")), Vec::<String>::new());
    let nobody = scene.world.sandbox.kubeconfig_for("nobody-completes", None).unwrap();
    assert_eq!(scene.values(&format!("--kubeconfig {} status ", nobody.display())), Vec::<String>::new());
    assert_eq!(scene.values("status "), [SHOP]);
}

#[test]
fn a_broken_file_is_no_answer() {
    let scene = Scene::new();
    assert_eq!(scene.values("status "), [SHOP]);
    for broken in ["", "{}", "[{\"value\": 1}]", "\u{0}"] {
        fs::write(&scene.kept()[0], broken).unwrap();
        assert_eq!(scene.values("status "), [SHOP], "{broken:?}");
    }
}

#[test]
fn no_value_is_ever_kept() {
    let scene = Scene::new();
    let paths = scene.values(&format!("override {SHOP} kubernetes --set "));
    assert!(!paths.is_empty());
    let cluster = scene.world.cluster(SHOP);
    let values = cluster["spec"]["clusterProfileTemplates"][0]["packs"][1]["values"].as_str().unwrap();
    let told: Vec<_> = values.lines().filter_map(|it| it.split_once(": ")).map(|(_, value)| value).collect();
    let long = told.into_iter().filter(|it| it.len() > 8);
    let kept: String = scene.kept().iter().map(|it| fs::read_to_string(it).unwrap()).collect();
    for value in long {
        assert!(!kept.contains(value), "{value} is kept: {kept}");
    }
}
