//! Reads a world from files.

use std::{fs, io, path::Path};

use serde_json::Value;

use super::World;

impl World {
    /// The profiles and clusters of a YAML file, or of all YAML files of a directory.
    pub fn from_files(path: &Path) -> io::Result<Self> {
        let mut files = vec![path.to_owned()];
        if path.is_dir() {
            files = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
            files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"));
            files.sort();
        }
        let mut documents: Vec<Value> = Vec::new();
        for file in files {
            let text = fs::read_to_string(&file)?;
            let problem = |error| io::Error::other(format!("{}: {error}", file.display()));
            documents.extend(serde_saphyr::from_multiple::<Value>(&text).map_err(problem)?);
        }
        // Clusters refer to profiles.
        documents.sort_by_key(|document| document["kind"] != "ClusterProfile");
        let mut world = Self::default();
        let known = documents.iter().filter(|document| world.add(document)).count();
        if known == 0 {
            return Err(io::Error::other(format!("{} has no profile and no cluster", path.display())));
        }
        Ok(world)
    }
}
