//! Finds the control plane's programs: `KUBEBUILDER_ASSETS`, then a cache, then `go build` into the cache.

mod beside;
mod build;
mod module;
mod program;

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

pub use program::Program;

use crate::SandboxError;

/// Where programs are looked for, in this order.
#[derive(Clone, Debug)]
pub struct Places {
    /// The directory that `KUBEBUILDER_ASSETS` names.
    pub assets: Option<PathBuf>,
    /// The directory that holds one cache per module checksum.
    pub cache: PathBuf,
    /// The Go program that builds what is in neither.
    pub go: PathBuf,
}

/// The programs that were asked for, and where each one is.
#[derive(Clone, Debug)]
pub struct Assets {
    programs: BTreeMap<Program, PathBuf>,
    beside: BTreeMap<Program, Vec<PathBuf>>,
}

impl Places {
    /// The places that the environment names.
    pub fn from_environment() -> Self {
        let directory = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || env::home_dir().unwrap_or_else(env::temp_dir);
        let cache = directory("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache"));
        Self { assets: directory("KUBEBUILDER_ASSETS"), cache: cache.join("kubectl-profile"), go: PathBuf::from("go") }
    }

    /// Finds the programs, building what is missing.
    pub async fn find(&self, programs: &[Program]) -> Result<Assets, SandboxError> {
        let (mut found, mut beside) = (BTreeMap::new(), BTreeMap::new());
        for &program in programs {
            found.insert(program, self.find_one(program).await?);
            beside.insert(program, self.beside(program).await?);
        }
        Ok(Assets { programs: found, beside })
    }

    async fn find_one(&self, program: Program) -> Result<PathBuf, SandboxError> {
        if let Some(path) = self.assets.as_ref().map(|dir| dir.join(program.name())).filter(|path| path.is_file()) {
            return Ok(path);
        }
        let cache = self.cache_of(program)?;
        let path = cache.join(program.name());
        if !path.is_file() {
            let built = build::program(&self.go, program, &cache).await;
            built.map_err(|error| self.missing(program, &cache, &error))?;
        }
        Ok(path)
    }

    async fn beside(&self, program: Program) -> Result<Vec<PathBuf>, SandboxError> {
        let cache = self.cache_of(program)?;
        let found = beside::find(&self.go, program, &cache).await;
        found.map_err(|error| self.missing(program, &cache, &error))
    }

    fn cache_of(&self, program: Program) -> Result<PathBuf, SandboxError> {
        Ok(self.cache.join(program.module().cache_name()?))
    }

    fn missing(&self, program: Program, cache: &Path, error: &SandboxError) -> SandboxError {
        let assets = self.assets.as_ref().map_or_else(|| "it is not set".to_owned(), |dir| dir.display().to_string());
        SandboxError::Missing {
            program: program.name(),
            assets,
            cache: cache.display().to_string(),
            build: error.to_string(),
        }
    }
}

impl Assets {
    /// The path of a program that was asked for.
    pub fn path(&self, program: Program) -> Result<&Path, SandboxError> {
        let path = self.programs.get(&program).map(PathBuf::as_path);
        path.ok_or_else(|| SandboxError::Supervisor(format!("{} was not asked for", program.name())))
    }

    /// The files that a program needs beside it: how nodes and pods live for kwok, CRDs for what has kinds of its own.
    pub fn beside(&self, program: Program) -> &[PathBuf] {
        self.beside.get(&program).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn places(dir: &Path) -> Places {
        Places { assets: Some(dir.join("assets")), cache: dir.join("cache"), go: dir.join("no-such-go") }
    }

    fn put(path: PathBuf) -> PathBuf {
        crate::files::write(&path, "").unwrap();
        path
    }

    fn find(places: &Places, program: Program) -> Result<Assets, SandboxError> {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(places.find(&[program]))
    }

    #[test]
    fn kubebuilder_assets_come_before_the_cache_and_the_cache_before_go() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        let cached = put(places.cache_of(Program::Etcd).unwrap().join("etcd"));
        assert_eq!(find(&places, Program::Etcd).unwrap().path(Program::Etcd).unwrap(), cached);
        let asset = put(dir.path().join("assets/etcd"));
        assert_eq!(find(&places, Program::Etcd).unwrap().path(Program::Etcd).unwrap(), asset);
    }

    #[test]
    fn a_program_that_is_nowhere_names_all_three_ways() {
        let dir = tempfile::tempdir().unwrap();
        let error = find(&places(dir.path()), Program::Etcd).unwrap_err().to_string();
        for part in ["etcd", "KUBEBUILDER_ASSETS", "/cache/control-plane-", "no-such-go"] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }

    #[test]
    fn a_warm_cache_needs_no_go() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        let cache = places.cache_of(Program::Kwok).unwrap();
        put(cache.join("kwok"));
        beside::paths(Program::Kwok, &cache).into_iter().for_each(|path| drop(put(path)));
        let found = find(&places, Program::Kwok).unwrap();
        let stages = found.beside(Program::Kwok);
        assert!(stages.iter().all(|stage| fs::exists(stage).unwrap()) && stages.len() > 3);
    }
}
