//! Copies kwok's stage files, which say how nodes and pods live, from its module into the cache.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::process::Command;

use super::{
    build::{lock, output},
    module::Module,
};
use crate::{SandboxError, files};

/// Where the files are in kwok's module: nodes that become Ready and stay so, pods that run at once and go at once.
const FILES: [&str; 5] = [
    "kustomize/stage/node/fast/node-initialize.yaml",
    "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "kustomize/stage/pod/fast/pod-ready.yaml",
    "kustomize/stage/pod/fast/pod-complete.yaml",
    "kustomize/stage/pod/fast/pod-delete.yaml",
];

/// The names of the files in the cache.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|file| file.rsplit('/').next().unwrap_or(file))
}

/// The stage files in the directory `cache`, copied there first if need be.
pub(super) async fn find(go: &Path, cache: &Path) -> Result<Vec<PathBuf>, SandboxError> {
    let dir = cache.join("stages");
    let paths: Vec<PathBuf> = names().map(|name| dir.join(name)).collect();
    if !paths.iter().all(|path| path.is_file()) {
        let _lock = lock(cache, "kwok").await?;
        let module = module_dir(go).await?;
        for (file, path) in FILES.iter().zip(&paths) {
            let unfinished = path.with_extension("unfinished");
            files::write(&unfinished, &files::read(&module.join(file))?)?;
            files::rename(&unfinished, path)?;
        }
    }
    Ok(paths)
}

/// Where Go keeps kwok's module, downloaded first if need be.
async fn module_dir(go: &Path) -> Result<PathBuf, SandboxError> {
    let mut command = Command::new(go);
    command.current_dir(Module::Kwok.dir()).args(["mod", "download", "-json", "sigs.k8s.io/kwok"]);
    let text = output(command).await?;
    let answer: Value = serde_json::from_str(&text).map_err(SandboxError::document("answer of `go mod download`"))?;
    let dir = answer["Dir"].as_str().filter(|dir| !dir.is_empty()).map(PathBuf::from);
    dir.ok_or_else(|| SandboxError::Document {
        what: "answer of `go mod download -json sigs.k8s.io/kwok`".into(),
        problem: format!("it names no directory: {text}"),
    })
}
