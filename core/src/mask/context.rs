//! What is known to be secret by more than its name.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;

use super::{keys, leftover};
use crate::{
    field,
    pack::Pack,
    profile::{AttachedProfile, PublishedProfile},
};

/// Shorter texts stand in too many places to be hidden wherever they are.
const SHORTEST: usize = 8;

/// What a pack's schema, a profile's sensitive variables and YAML aliases say of values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Paths into a pack's values, with dots between their keys.
    paths: BTreeSet<String>,
    /// Names of sensitive profile variables.
    variables: BTreeSet<String>,
    /// Texts that are secret wherever they stand.
    texts: BTreeSet<String>,
}

/// Nothing is known.
pub(super) const NOTHING: &Context =
    &Context { paths: BTreeSet::new(), variables: BTreeSet::new(), texts: BTreeSet::new() };

impl Context {
    /// What is known of the values of `pack`: what its schema calls a password, and what an alias repeats of a secret.
    pub fn of_pack(pack: &Pack<'_>) -> Self {
        let is_password = |entry: &Value| {
            ["format", "type"].iter().any(|key| {
                field::text(entry, &[key]).is_some_and(|text| text.to_ascii_lowercase().contains("password"))
            })
        };
        let paths = field::items(pack.raw(), &["schema"])
            .filter(|(_, entry)| is_password(entry))
            .filter_map(|(_, entry)| Some(plain(field::text(entry, &["name"])?.split('.'))))
            .filter(|path| !path.is_empty())
            .collect();
        let mut context = Self { paths, ..Self::default() };
        let values = pack.values();
        if leftover::has_aliases(&values) {
            let secrets = leftover::secrets(&values, &context).into_iter();
            context.texts = secrets.filter(|text| text.chars().count() >= SHORTEST).collect();
        }
        context
    }

    /// The sensitive variables of a profile that a cluster holds.
    pub fn of_profile(profile: &AttachedProfile<'_>) -> Self {
        let mut context = Self::default();
        context.add_variables(profile.raw(), &["variables"]);
        context
    }

    /// The sensitive variables of a published profile. A cluster's copy has their values and does not say that they are
    /// sensitive, so that its version's context is needed for both.
    pub fn of_published(profile: &PublishedProfile<'_>) -> Self {
        let mut context = Self::default();
        for path in
            [&["spec", "variables"][..], &["spec", "published", "variables"], &["spec", "template", "variables"]]
        {
            context.add_variables(profile.raw(), path);
        }
        context
    }

    fn add_variables(&mut self, document: &Value, path: &[&str]) {
        for (_, variable) in field::items(document, path) {
            if !variable.as_object().is_some_and(keys::is_sensitive) {
                continue;
            }
            self.variables.extend(field::text(variable, &["name"]).map(|name| name.into_owned()));
            for key in ["value", "defaultValue"] {
                let text = field::text(variable, &[key]).filter(|text| text.chars().count() >= SHORTEST);
                self.texts.extend(text.map(|text| text.into_owned()));
            }
        }
    }

    /// All that either knows.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        self.variables.extend(other.variables);
        self.texts.extend(other.texts);
        self
    }

    /// Whether the value at `path`, a step for each key or list item, is secret.
    pub fn hides(&self, path: &[&str]) -> bool {
        !self.paths.is_empty() && self.hides_path(&plain(path.iter().copied()))
    }

    /// Whether the profile variable `name` is sensitive.
    pub fn hides_variable(&self, name: &str) -> bool {
        self.variables.contains(name)
    }

    /// Whether a path with dots is secret or stands below one that is.
    pub(super) fn hides_path(&self, path: &str) -> bool {
        self.paths.iter().any(|secret| is_under(path, secret))
    }

    /// Whether something below a path with dots is secret.
    pub(super) fn hides_below(&self, path: &str) -> bool {
        self.paths.iter().any(|secret| is_under(secret, path))
    }

    pub(super) fn knows_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Whether this very text is a secret of another place.
    pub(super) fn hides_text(&self, text: &str) -> bool {
        self.texts.contains(text)
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }
}

/// It holds secrets, so it tells only how many.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = (self.paths.len(), self.variables.len(), self.texts.len());
        f.debug_tuple("Context").field(&counts).finish()
    }
}

fn is_under(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The keys of a path with dots between them; which item of a list it is makes no difference.
pub(super) fn plain<'s>(steps: impl Iterator<Item = &'s str>) -> String {
    let is_item = |step: &str| {
        step.is_empty() || step.starts_with('$') || step.contains('=') || step.bytes().all(|byte| byte.is_ascii_digit())
    };
    let keys: Vec<_> = steps
        .map(|step| step.split_once('[').map_or(step, |(key, _)| key).trim_matches('"'))
        .filter(|step| !is_item(step))
        .collect();
    keys.join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(schema: Value) -> Context {
        Context::of_pack(&Pack::new(&json!({"name": "p", "schema": schema}), "p".into()))
    }

    #[test]
    fn a_schema_names_passwords_by_format() {
        let context = of(json!([
            {"name": "registry.login", "format": "password"},
            {"name": "users.$[].phrase", "format": "${password:/^a/}"},
            {"name": "registry.host", "format": "string"},
            {"format": "password"}, 7,
        ]));
        for path in [
            &["registry", "login"][..],
            &["registry", "login", "x"],
            &["users", "name=a", "phrase"],
            &["users", "0", "phrase"],
        ] {
            assert!(context.hides(path), "{path:?}");
        }
        for path in [&["registry", "host"][..], &["registry"], &["registry", "logins"], &["phrase"], &[]] {
            assert!(!context.hides(path), "{path:?}");
        }
    }

    #[test]
    fn a_context_shows_no_secret_of_its_own() {
        let profile = json!({"variables": [{"name": "a", "isSensitive": true, "value": "hunter22hunter"}]});
        let context = Context::of_profile(&AttachedProfile::new(&profile, "p".into()));
        assert!(context.hides_variable("a") && context.hides_text("hunter22hunter"));
        assert!(!format!("{context:?}").contains("hunter"));
    }
}
