//! Reads pack directories: `pack.json` and the manifests that it names.

use std::{fs, path::Path};

use profile_core::{
    pack::Pack,
    render::{ManifestText, PackContent, PackManifest, manifest_name},
};

use crate::{SandboxError, files};

/// The packs of one directory, one sub-directory each.
#[derive(Clone, Debug)]
pub(crate) struct Packs {
    contents: Vec<PackContent>,
}

impl Packs {
    /// Reads every sub-directory that holds a `pack.json`.
    pub(crate) fn read(dir: &Path) -> Result<Self, SandboxError> {
        let entries = fs::read_dir(dir).map_err(SandboxError::io(format!("read the directory {}", dir.display())))?;
        let mut contents = Vec::new();
        for entry in entries {
            let pack = entry.map_err(SandboxError::io(format!("read the directory {}", dir.display())))?.path();
            if pack.join("pack.json").is_file() {
                contents.push(content(&pack)?);
            }
        }
        Ok(Self { contents })
    }

    /// The content of a pack in exactly its version.
    pub(crate) fn of(&self, pack: &Pack<'_>) -> Option<&PackContent> {
        let version = pack.version()?;
        self.contents.iter().find(|content| content.manifest.name == pack.name() && content.manifest.version == version)
    }
}

fn content(dir: &Path) -> Result<PackContent, SandboxError> {
    let path = dir.join("pack.json");
    let manifest = PackManifest::parse(files::read(&path)?.as_bytes());
    let manifest = manifest.map_err(SandboxError::document(path.display().to_string()))?;
    let texts = manifest
        .kube_manifests
        .iter()
        .map(|file| Ok(ManifestText { name: manifest_name(file), content: files::read(&dir.join(file))? }));
    let texts = texts.collect::<Result<_, SandboxError>>()?;
    let values = dir.join("values.yaml");
    let values = values.exists().then(|| files::read(&values)).transpose()?;
    Ok(PackContent { manifest, values, texts })
}
