//! The sample clusters and profiles: where they are, and how they get into a sandbox.
//!
//! `fixtures/hub` holds one object per file, readable without any cluster; `fixtures/packs` the contents of their packs.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{Run, Sandbox, SandboxError, files, supervisor::AGENT_LABEL};

/// The sample AWS cluster: its namespace and name.
pub const AWS_CLUSTER: (&str, &str) = ("cluster-66f0a1b2c3d4e5f600000001", "shop-aws");

/// The sample Edge cluster: its namespace and name.
pub const EDGE_CLUSTER: (&str, &str) = ("cluster-66f0a1b2c3d4e5f600000002", "store-edge");

/// The directory of the sample objects.
pub fn hub_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hub")
}

/// The directory of the contents of their packs.
pub fn packs_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packs")
}

/// Every sample object, in the order of the files' names: the clusters first.
pub fn objects() -> Result<Vec<Value>, SandboxError> {
    let dir = hub_dir();
    let reading = || SandboxError::io(format!("read the directory {}", dir.display()));
    let mut paths = Vec::new();
    for entry in fs::read_dir(&dir).map_err(reading())? {
        paths.push(entry.map_err(reading())?.path());
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// One sample object by its kind and name, such as `SpectroCluster` and `shop-aws`.
pub fn object(kind: &str, name: &str) -> Result<Value, SandboxError> {
    let found = objects()?.into_iter().find(|it| it["kind"] == kind && it["metadata"]["name"] == name);
    found.ok_or_else(|| SandboxError::Document {
        what: format!("sample {kind} {name}"),
        problem: format!("{} holds no such object", hub_dir().display()),
    })
}

/// Creates the sample objects in their namespaces, with their status, and lets the agent play for the clusters.
pub fn install(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let mut objects = objects()?;
    let namespaces: BTreeSet<_> =
        objects.iter().filter_map(|it| it["metadata"]["namespace"].as_str().map(str::to_owned)).collect();
    for name in namespaces {
        sandbox.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}).to_string())?;
    }
    for object in objects.iter_mut().filter(|object| object["kind"] == "SpectroCluster") {
        object["metadata"]["labels"][AGENT_LABEL] = json!("play");
    }
    create(sandbox, &objects)
}

/// Creates objects together with their status. An object's first write never holds the status, so that is a second one.
pub fn create(sandbox: &Sandbox, objects: &[Value]) -> Result<(), SandboxError> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    sandbox.apply(&list)?;
    let mut command = sandbox.kubectl_command();
    command.args(["apply", "--server-side", "--force-conflicts", "--subresource=status", "-f", "-"]);
    Run::with_input(&mut command, &list)?.success("kubectl apply --subresource=status")?;
    Ok(())
}

fn read(path: &Path) -> Result<Value, SandboxError> {
    serde_saphyr::from_str(&files::read(path)?).map_err(SandboxError::document(path.display().to_string()))
}

#[cfg(test)]
mod tests;
