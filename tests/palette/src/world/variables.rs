//! Values of a profile's variables on a cluster.

use serde_json::Value;

use super::{Attached, ProfileVersion};

/// What the API shows instead of a sensitive value.
pub(crate) const MASK: &str = "********";

/// Reads `[{name, value}]`.
pub(crate) fn read(list: &Value) -> Vec<(String, String)> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|entry| {
        let value = entry.get("value").and_then(Value::as_str).unwrap_or_default();
        Some((entry.get("name")?.as_str()?.to_owned(), value.to_owned()))
    })
    .collect()
}

impl ProfileVersion {
    /// The names of the variables that need a value and have neither one in `given` nor a default.
    pub(super) fn missing_variables(&self, given: &[(String, String)]) -> Vec<String> {
        let name = |variable: &Value| variable["name"].as_str().unwrap_or_default().to_owned();
        let required = self.variables.iter().filter(|variable| variable["required"] == true);
        let without_default = required.filter(|variable| variable["defaultValue"].as_str().is_none_or(str::is_empty));
        let names = without_default.map(name);
        names.filter(|name| !given.iter().any(|(given, value)| given == name && !value.is_empty())).collect()
    }

    /// The names in `given` that this version does not define.
    pub(super) fn unknown_variables(&self, given: &[(String, String)]) -> Vec<String> {
        let known = |name: &str| self.variables.iter().any(|variable| variable["name"] == name);
        given.iter().map(|(name, _)| name.clone()).filter(|name| !known(name)).collect()
    }
}

impl Attached {
    /// The value of a variable that was set on the cluster.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Sets variables and leaves the others as they are.
    pub(super) fn set_variables(&mut self, values: &[(String, String)]) {
        for (name, value) in values {
            match self.variables.iter_mut().find(|(given, _)| given == name) {
                Some((_, old)) => old.clone_from(value),
                None => self.variables.push((name.clone(), value.clone())),
            }
        }
    }
}
