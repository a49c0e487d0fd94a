//! Copies the files that a program needs beside it, which its Go module holds, into the cache.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::process::Command;

use super::{
    build::{lock, output},
    program::Program,
};
use crate::{SandboxError, files};

/// Files of a Go module that a program's own module requires.
struct Beside {
    module: &'static str,
    /// The folder of the cache that they are copied into.
    folder: &'static str,
    files: &'static [&'static str],
}

/// How nodes and pods live: nodes that become Ready and stay so, pods that run at once and go at once.
const STAGES: Beside = Beside {
    module: "sigs.k8s.io/kwok",
    folder: "stages",
    files: &[
        "kustomize/stage/node/fast/node-initialize.yaml",
        "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
        "kustomize/stage/pod/fast/pod-ready.yaml",
        "kustomize/stage/pod/fast/pod-complete.yaml",
        "kustomize/stage/pod/fast/pod-delete.yaml",
    ],
};

/// The CRDs of what makes certificates by an authority of one's own.
const CERTIFICATES: Beside = Beside {
    module: "github.com/cert-manager/cert-manager",
    folder: "crds",
    files: &[
        "deploy/crds/cert-manager.io_certificaterequests.yaml",
        "deploy/crds/cert-manager.io_certificates.yaml",
        "deploy/crds/cert-manager.io_clusterissuers.yaml",
        "deploy/crds/cert-manager.io_issuers.yaml",
    ],
};

/// The CRDs of what scrapes, and of the rules that it alerts by.
const MONITORING: Beside = Beside {
    module: "github.com/prometheus-operator/prometheus-operator",
    folder: "crds",
    files: &[
        "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ],
};

fn of(program: Program) -> Option<&'static Beside> {
    match program {
        Program::Kwok => Some(&STAGES),
        Program::CertManager => Some(&CERTIFICATES),
        Program::PrometheusAdmissionWebhook => Some(&MONITORING),
        _ => None,
    }
}

/// The paths of a program's files in the directory `cache`, whether they are there yet or not.
pub(super) fn paths(program: Program, cache: &Path) -> Vec<PathBuf> {
    let name = |file: &'static str| file.rsplit('/').next().unwrap_or(file);
    let beside = of(program).into_iter();
    beside.flat_map(|it| it.files.iter().map(|file| cache.join(it.folder).join(name(file)))).collect()
}

/// A program's files in the directory `cache`, copied there first if need be.
pub(super) async fn find(go: &Path, program: Program, cache: &Path) -> Result<Vec<PathBuf>, SandboxError> {
    let paths = paths(program, cache);
    if let Some(beside) = of(program).filter(|_| !paths.iter().all(|path| path.is_file())) {
        let _lock = lock(cache, program.name()).await?;
        let module = module_dir(go, program, beside.module).await?;
        for (file, path) in beside.files.iter().zip(&paths) {
            let unfinished = path.with_extension("unfinished");
            files::write(&unfinished, &files::read(&module.join(file))?)?;
            files::rename(&unfinished, path)?;
        }
    }
    Ok(paths)
}

/// Where Go keeps a module in the version that `program` is built from, downloaded first if need be.
async fn module_dir(go: &Path, program: Program, module: &str) -> Result<PathBuf, SandboxError> {
    let mut command = Command::new(go);
    command.current_dir(program.module().dir()).args(["mod", "download", "-json", module]);
    let text = output(command).await?;
    let answer: Value = serde_json::from_str(&text).map_err(SandboxError::document("answer of `go mod download`"))?;
    let dir = answer["Dir"].as_str().filter(|dir| !dir.is_empty()).map(PathBuf::from);
    dir.ok_or_else(|| SandboxError::Document {
        what: format!("answer of `go mod download -json {module}`"),
        problem: format!("it names no directory: {text}"),
    })
}
