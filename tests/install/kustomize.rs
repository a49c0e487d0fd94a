//! What kubectl renders of a folder, as objects.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use profile_sandbox::{Run, assets::Program, binaries};
use serde_json::Value;

/// A folder or a file of the repository.
pub(crate) fn place(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The objects of a folder of the repository, in the order in which `kubectl apply -k` sends them.
pub(crate) fn render(folder: &str) -> Vec<Value> {
    render_at(&place(folder))
}

/// The objects of the components that are named, together over the base.
pub(crate) fn render_components(names: &[&str]) -> Vec<Value> {
    let components: Vec<_> = names.iter().map(|it| format!("manifests/components/{it}")).collect();
    let kustomization = serde_json::json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["manifests/guard", "manifests/webhook"],
        "components": components,
        "sortOptions": {"order": "fifo"},
    });
    render_with(&kustomization.to_string())
}

/// The objects of a kustomization that somebody else wrote beside `manifests/`.
pub(crate) fn render_with(kustomization: &str) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("manifests")).unwrap();
    copy(&place("manifests"), &dir.path().join("manifests"));
    fs::write(dir.path().join("kustomization.yaml"), kustomization).unwrap();
    render_at(dir.path())
}

fn render_at(folder: &Path) -> Vec<Value> {
    static KUBECTL: OnceLock<PathBuf> = OnceLock::new();
    let kubectl = KUBECTL.get_or_init(|| binaries::program(Program::Kubectl).unwrap());
    let home = tempfile::tempdir().unwrap();
    let run = Run::of(Command::new(kubectl).env_clear().env("HOME", home.path()).arg("kustomize").arg(folder)).unwrap();
    documents(&run.success(&format!("kubectl kustomize {}", folder.display())).unwrap().stdout)
}

/// The objects in a stream of YAML.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    let documents = text.split("\n---\n").map(|it| it.trim_start_matches("---\n"));
    let read = documents.map(|it| serde_saphyr::from_str(it).unwrap_or_else(|error| panic!("{error}\n{it}")));
    read.filter(|it: &Value| !it.is_null()).collect()
}

/// What an object is, as kubectl names it.
pub(crate) fn name(object: &Value) -> String {
    let part = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{}/{}", part("/kind"), part("/metadata/name"))
}

/// The one object of that name.
#[track_caller]
pub(crate) fn find<'a>(objects: &'a [Value], wanted: &str) -> &'a Value {
    let names: Vec<_> = objects.iter().map(name).collect();
    objects.iter().find(|it| name(it) == wanted).unwrap_or_else(|| panic!("no {wanted} in {names:?}"))
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}
