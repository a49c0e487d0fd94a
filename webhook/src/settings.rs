//! What an operator decides: the mode of each rule, who may break the glass, and who is exempt.
//!
//! It comes from flags and from a mounted file, and a flag wins over the file, as it does in all of Kubernetes: whoever
//! starts the program has the last word, also after the file was edited. Break-glass and exempt writers are in the
//! file alone. While the webhook runs the file is looked at again and again, see [`Reloader`].

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use profile_core::{
    allowance::{BreakGlass, Exceptions},
    content,
    rules::{Code, Mode, Policy},
    yaml::YamlError,
};
use serde_json::{Value, json};
use thiserror::Error;

pub use self::reload::{Current, Reloader, SettingsStatus};

mod file;
mod reload;

/// Everything that a decision needs besides the review and the time.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The mode of each rule.
    pub policy: Policy,
    /// Break-glass and exempt writers.
    pub exceptions: Exceptions,
}

/// Where settings come from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The configuration file, where there is one.
    pub file: Option<PathBuf>,
    /// The modes that flags set; they win over the file.
    pub modes: BTreeMap<Code, Mode>,
}

/// Why the configuration file cannot be used; each names the file.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{FLAG} {}: cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no YAML, or holds a key twice.
    #[error("{FLAG} {}: {source}", file.display())]
    NotYaml {
        /// The file.
        file: PathBuf,
        /// Where and why.
        source: YamlError,
    },
    /// The file says something that is not understood; all of it is named.
    #[error("{FLAG} {}: {}", file.display(), faults.join("; "))]
    Invalid {
        /// The file.
        file: PathBuf,
        /// The path of each field and what is wrong with it.
        faults: Vec<String>,
    },
}

const FLAG: &str = "--config";

impl Source {
    /// Reads the file, where there is one, and puts the flags over it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or says anything that is not understood.
    pub fn load(&self) -> Result<Settings, SettingsError> {
        match &self.file {
            Some(file) => self.settings(file, std::fs::read(file)),
            None => Ok(self.under_the_flags(Settings::default())),
        }
    }

    /// The settings of a file that was read.
    fn settings(&self, file: &Path, read: io::Result<Vec<u8>>) -> Result<Settings, SettingsError> {
        let bytes = read.map_err(|source| SettingsError::Unreadable { file: file.into(), source })?;
        let settings = file::parse(&bytes).map_err(|problem| match problem {
            file::Problem::Yaml(source) => SettingsError::NotYaml { file: file.into(), source },
            file::Problem::Faults(faults) => SettingsError::Invalid { file: file.into(), faults },
        })?;
        Ok(self.under_the_flags(settings))
    }

    fn under_the_flags(&self, settings: Settings) -> Settings {
        let policy = self.modes.iter().fold(settings.policy, |policy, (code, mode)| policy.with(*code, *mode));
        Settings { policy, ..settings }
    }
}

impl Settings {
    /// A hash of what is in force, flags included: replicas with the same one decide alike.
    pub fn hash(&self) -> String {
        content::hash(&self.document())
    }

    /// Everything in force, in one order, whatever it was written like.
    fn document(&self) -> Value {
        let BreakGlass { groups, longest } = &self.exceptions.break_glass;
        let modes: Vec<_> = Code::ALL.iter().map(|it| [it.as_str(), self.policy.mode(*it).as_str()]).collect();
        json!([modes, groups, longest.as_secs(), longest.subsec_nanos(), self.exceptions.exempt_writers])
    }
}

impl Default for Settings {
    fn default() -> Self {
        Policy::default().into()
    }
}

impl From<Policy> for Settings {
    fn from(policy: Policy) -> Self {
        Self { policy, exceptions: Exceptions::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKIP: Code = Code::K8sMultiMinorUpgradeNotSupported;

    #[test]
    fn without_a_file_and_a_flag_everything_is_enforced() {
        let settings = Source::default().load().unwrap();
        assert!(Code::ALL.iter().all(|code| settings.policy.mode(*code) == Mode::Enforce));
        assert_eq!(settings.exceptions, Exceptions::default());
    }

    #[test]
    fn a_flag_wins_over_the_file_and_leaves_the_rest() {
        let source = Source { file: None, modes: BTreeMap::from([(SKIP, Mode::Enforce)]) };
        let text = "apiVersion: kubectl-profile.dev/v1alpha1\nkind: GuardConfiguration\n\
                    rules: {K8sMultiMinorUpgradeNotSupported: audit, ClusterProvisioning: warn}\n";
        let settings = source.settings(Path::new("f"), Ok(text.into())).unwrap();
        assert_eq!(settings.policy.mode(SKIP), Mode::Enforce);
        assert_eq!(settings.policy.mode(Code::ClusterProvisioning), Mode::Warn);
    }

    #[test]
    fn the_hash_tells_what_is_in_force_and_not_how_it_was_written() {
        let default = Settings::default();
        assert_eq!(Settings::from(Policy::default().with(SKIP, Mode::Enforce)).hash(), default.hash());
        let mut others = [Settings::from(Policy::default().with(SKIP, Mode::Warn)), default.clone(), default.clone()];
        others[1].exceptions.exempt_writers.insert("a".into());
        others[2].exceptions.break_glass.groups.insert("a".into());
        let mut hashes: Vec<_> = others.iter().map(Settings::hash).chain([default.hash()]).collect();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), 4);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let source = Source { file: Some("/nowhere/guard.yaml".into()), ..Source::default() };
        let error = source.load().unwrap_err().to_string();
        assert!(error.starts_with("--config /nowhere/guard.yaml: cannot be read: "), "{error}");
    }
}
