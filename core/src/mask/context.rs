//! What is known to be secret by more than its name.

use std::collections::BTreeSet;

use crate::{pack::Pack, profile::AttachedProfile};

/// What a pack's schema and a profile's sensitive variables say of their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Paths into a pack's values, with dots between their keys.
    paths: BTreeSet<String>,
    /// Names of sensitive profile variables.
    variables: BTreeSet<String>,
}

impl Context {
    /// What the schema of `pack` says of its values.
    pub fn of_pack(pack: &Pack<'_>) -> Self {
        let _ = pack;
        Self::default()
    }

    /// What the variables of `profile` say of their values.
    pub fn of_profile(profile: &AttachedProfile<'_>) -> Self {
        let _ = profile;
        Self::default()
    }

    /// All that either knows.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        self.variables.extend(other.variables);
        self
    }

    /// Whether the value at `path`, a key for each step, is secret.
    pub fn hides(&self, path: &[&str]) -> bool {
        let _ = path;
        false
    }

    /// Whether the profile variable `name` is sensitive.
    pub fn hides_variable(&self, name: &str) -> bool {
        self.variables.contains(name)
    }
}
