//! Runs the plugin on a fake of Palette.

use std::{
    fs,
    ops::Deref,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use profile_palette::{Fake, Options, World};
use profile_tests::{Run, binaries, schema};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The sample hub: clusters shop-aws and store-edge, profiles hello-aws and hello-edge; and an add-on profile in two
/// versions, the first of which shop-aws has attached.
pub(crate) fn hub() -> World {
    let mut world = World::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox/fixtures/hub");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    // Profiles come before clusters, which take from them.
    paths.sort_by_key(|it| (!it.file_name().unwrap().to_string_lossy().starts_with("profile"), it.clone()));
    for version in ["1.0.0", "1.1.0"] {
        world.add(&monitoring(version));
    }
    for path in paths {
        let mut document: Value = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        if document["metadata"]["name"] == "shop-aws" {
            let attached = json!({"name": "monitoring", "type": "add-on", "profileVersion": "1.0.0"});
            document["spec"]["clusterProfileTemplates"].as_array_mut().unwrap().push(attached);
        }
        assert!(world.add(&document));
    }
    world
}

fn monitoring(version: &str) -> Value {
    let values =
        "# The agents.\npack:\n  namespace: monitoring   # theirs\n  additionalNamespaces: [alerts]\nreplicas: 1\n";
    json!({
        "kind": "ClusterProfile", "metadata": {"name": format!("monitoring-{version}")},
        "spec": {"version": version, "published": {"name": "monitoring", "type": "add-on", "cloudType": "all", "packs": [
            {"name": "metrics", "layer": "addon", "type": "manifest", "version": "2.0.0", "tag": "2.0.0", "values": values,
             "manifests": [{"name": "rules", "content": "kind: ConfigMap\n"}]},
            {"name": "logs", "layer": "addon", "type": "helm", "version": "3.0.0", "tag": "3.0.0", "values": "level: info\n"},
        ]}},
    })
}

/// A fake, and a folder that is home and state of whoever asks it.
pub(crate) struct Palette {
    pub(crate) fake: Fake,
    folder: TempDir,
}

impl Deref for Palette {
    type Target = Fake;

    fn deref(&self) -> &Fake {
        &self.fake
    }
}

/// A fake with the sample hub.
pub(crate) fn fake() -> Palette {
    fake_of(hub())
}

/// A fake with any world.
pub(crate) fn fake_of(world: World) -> Palette {
    fake_with(world, Options::default())
}

/// A fake with any world, which behaves otherwise.
pub(crate) fn fake_with(world: World, options: Options) -> Palette {
    Palette { fake: Fake::start(world, options).unwrap(), folder: TempDir::new().unwrap() }
}

/// A run, with what belongs to it.
pub(crate) struct Request<'p> {
    palette: &'p Palette,
    words: Vec<String>,
    input: String,
    environment: Vec<(String, String)>,
}

impl Palette {
    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder, and gives its name.
    pub(crate) fn write(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).unwrap();
        name.to_owned()
    }

    /// Runs the plugin with these words on the fake, in the folder, with an empty input.
    #[track_caller]
    pub(crate) fn run(&self, words: &str) -> Ran {
        self.request(words).run()
    }

    /// The same, for what needs an input or an environment of its own.
    pub(crate) fn request(&self, words: &str) -> Request<'_> {
        let words = shlex::split(words).unwrap();
        Request { palette: self, words, input: String::new(), environment: Vec::new() }
    }

    /// The requests so far that could change something, as `METHOD TEMPLATE`.
    pub(crate) fn changes(&self) -> Vec<String> {
        let calls = self.fake.calls();
        calls.iter().filter(|it| it.is_change()).map(|it| format!("{} {}", it.method(), it.template())).collect()
    }
}

impl Request<'_> {
    pub(crate) fn input(mut self, text: &str) -> Self {
        self.input = text.to_owned();
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs it with Palette's variables set and no flag that names Palette.
    #[track_caller]
    pub(crate) fn elsewhere(self) -> Ran {
        self.run_with(&[])
    }

    /// Runs it.
    #[track_caller]
    pub(crate) fn run(self) -> Ran {
        let authority = self.palette.ca_file().to_str().unwrap().to_owned();
        self.run_with(&["--palette-ca", &authority])
    }

    /// Runs it on a pseudo-terminal that `script` makes, on which the input is typed. What is on the screen is its stdout.
    #[track_caller]
    pub(crate) fn at_a_terminal(self) -> Ran {
        let authority = self.palette.ca_file().to_str().unwrap().to_owned();
        let plugin = binaries::kubectl_profile().unwrap().to_str().unwrap();
        let words = self.words.iter().map(String::as_str).chain(["--palette-ca", &authority]);
        let line = shlex::try_join([plugin].into_iter().chain(words)).unwrap();
        let mut command = Command::new("script");
        command.args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"]);
        self.finish(command)
    }

    /// Runs it, and interrupts it as Ctrl-C does as soon as `is_time`.
    #[track_caller]
    pub(crate) fn interrupted_when(self, is_time: impl Fn() -> bool) -> Ran {
        let authority = self.palette.ca_file().to_str().unwrap().to_owned();
        let mut command = Command::new(binaries::kubectl_profile().unwrap());
        self.hermetic(command.args(&self.words).args(["--palette-ca", &authority]));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let began = Instant::now();
        while !is_time() && began.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let run = child.wait_with_output().unwrap().into();
        Ran { words: self.words.join(" "), run }
    }

    #[track_caller]
    fn run_with(self, flags: &[&str]) -> Ran {
        let mut command = Command::new(binaries::kubectl_profile().unwrap());
        command.args(&self.words).args(flags);
        self.finish(command)
    }

    #[track_caller]
    fn finish(self, mut command: Command) -> Ran {
        self.hermetic(&mut command);
        let Self { palette, words, input, .. } = self;
        let ran = Ran { words: words.join(" "), run: Run::with_input(&mut command, &input).unwrap() };
        schema::hold(&ran);
        ran.holds(!ran.stderr.contains("panicked"), "it panicked");
        ran.hides(palette.key());
        let violations = palette.violations();
        ran.holds(violations.is_empty(), &format!("it does not fit Palette's API description: {violations:?}"));
        ran
    }

    fn hermetic(&self, command: &mut Command) {
        let palette = self.palette;
        command.current_dir(palette.folder.path()).env_clear().env("SHELL", "/bin/sh");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", palette.path("home")).env("XDG_STATE_HOME", palette.path("state"));
        command.env("KUBECONFIG", "/nonexistent").env("NO_COLOR", "1");
        command.env("SPECTROCLOUD_HOST", palette.host()).env("SPECTROCLOUD_APIKEY", palette.key());
        command.env("SPECTROCLOUD_DEFAULT_PROJECT", palette.project()).envs(self.environment.iter().cloned());
    }
}

/// A finished run. What is checked of it fails with all that it printed.
pub(crate) struct Ran {
    words: String,
    run: Run,
}

impl Deref for Ran {
    type Target = Run;

    fn deref(&self) -> &Run {
        &self.run
    }
}

impl Ran {
    #[track_caller]
    fn holds(&self, holds: bool, claim: &str) {
        assert!(holds, "{claim}\n$ kubectl profile {}\n{}", self.words, self.run);
    }

    /// It ended with `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        self.holds(self.code == Some(code), &format!("the exit code is not {code}"));
        self
    }

    /// Its stdout holds `part`.
    #[track_caller]
    pub(crate) fn shows(&self, part: &str) -> &Self {
        self.holds(self.stdout.contains(part), &format!("stdout holds no {part:?}"));
        self
    }

    /// Its stderr holds `part`.
    #[track_caller]
    pub(crate) fn tells(&self, part: &str) -> &Self {
        self.holds(self.stderr.contains(part), &format!("stderr holds no {part:?}"));
        self
    }

    /// Neither stream holds `part`.
    #[track_caller]
    pub(crate) fn hides(&self, part: &str) -> &Self {
        self.holds(!self.stdout.contains(part) && !self.stderr.contains(part), &format!("{part:?} is shown"));
        self
    }

    /// Its stdout as JSON, with our version and the kind.
    #[track_caller]
    pub(crate) fn document(&self, kind: &str) -> Value {
        let document: Value = serde_json::from_str(&self.stdout).unwrap_or_default();
        self.holds(document["apiVersion"] == "kubectl-profile.dev/v1alpha1", "stdout is no document of ours");
        self.holds(document["kind"] == kind, &format!("the kind is not {kind}"));
        document
    }
}
