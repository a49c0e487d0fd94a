//! The Go modules that pin the versions of the programs.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::{SandboxError, files};

/// A Go module of this package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Module {
    /// Kubernetes and etcd.
    ControlPlane,
    /// kwok, on its own because it needs other versions of the Kubernetes libraries.
    Kwok,
    /// Helm, on its own for the same reason.
    Helm,
    /// krew, on its own for the same reason.
    Krew,
    /// The linter of the workflows under `.github/`.
    Actionlint,
    /// cert-manager, with the command that runs it.
    CertManager,
    /// The Prometheus operator, the newest version of it that is served with its commands.
    PrometheusOperator,
}

impl Module {
    fn name(self) -> &'static str {
        match self {
            Self::ControlPlane => "control-plane",
            Self::Kwok => "kwok",
            Self::Helm => "helm",
            Self::Krew => "krew",
            Self::Actionlint => "actionlint",
            Self::CertManager => "cert-manager",
            Self::PrometheusOperator => "prometheus-operator",
        }
    }

    /// The directory that holds `go.mod` and `go.sum`, and `main.go` where the module has a command of its own.
    pub(super) fn dir(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(self.name())
    }

    /// The name of the cache of exactly these versions and this command, such as `control-plane-1f2e3d4c5b6a`.
    pub(super) fn cache_name(self) -> Result<String, SandboxError> {
        let mut hash = Sha256::new();
        let command = (self == Self::CertManager).then_some("main.go");
        for file in ["go.mod", "go.sum"].into_iter().chain(command) {
            hash.update(files::read(&self.dir().join(file))?);
        }
        let checksum: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{}-{checksum}", self.name()))
    }

    /// What the linker must write into the programs: without it the API server reports a version that no client reads.
    pub(super) fn linker_flags(self) -> Result<String, SandboxError> {
        let go_mod = self.dir().join("go.mod");
        let text = files::read(&go_mod)?;
        Ok(match required_version(&text, "k8s.io/kubernetes") {
            Some(version) => version_flags(version),
            None => "-s -w".to_owned(),
        })
    }
}

/// The version that a `go.mod` requires of a module.
fn required_version<'a>(go_mod: &'a str, module: &str) -> Option<&'a str> {
    go_mod.lines().find_map(|line| {
        let mut words = line.trim().trim_start_matches("require ").split_whitespace();
        (words.next() == Some(module)).then(|| words.next()).flatten()
    })
}

fn version_flags(version: &str) -> String {
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    let set = |name: &str, value: &str| format!(" -X k8s.io/component-base/version.{name}={value}");
    let mut flags = "-s -w".to_owned();
    for (name, value) in [("gitVersion", version), ("gitMajor", major), ("gitMinor", minor), ("gitTreeState", "clean")]
    {
        flags += &set(name, value);
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_comes_from_the_module_file() {
        let go_mod = "module x\n\nrequire (\n\tk8s.io/kubernetes-x v9.9.9\n\tk8s.io/kubernetes v1.37.2\n)\n";
        assert_eq!(required_version(go_mod, "k8s.io/kubernetes"), Some("v1.37.2"));
        assert_eq!(required_version("require k8s.io/kubernetes v1.2.3\n", "k8s.io/kubernetes"), Some("v1.2.3"));
    }

    #[test]
    fn the_linker_writes_a_version_that_clients_can_read() {
        let flags = Module::ControlPlane.linker_flags().unwrap();
        assert!(flags.contains("gitVersion=v1.") && flags.contains("gitMajor=1 "), "{flags}");
        assert_eq!(Module::Kwok.linker_flags().unwrap(), "-s -w");
    }

    #[test]
    fn the_cache_is_named_by_the_checksum_of_its_module() {
        let name = Module::ControlPlane.cache_name().unwrap();
        let checksum = name.strip_prefix("control-plane-").unwrap();
        assert!(checksum.len() == 12 && checksum.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
    }
}
