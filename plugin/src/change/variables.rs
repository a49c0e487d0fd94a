//! Values of profile variables that the user gives: by `--var` for all clusters, by a file for each.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::Args;
use profile_core::{
    field,
    merge::{Override, Part, Resolution, Verdict, is_mask},
    profile::AttachedProfile,
};
use serde_json::Value;

use crate::{
    error::{Error, Kind},
    nearest,
    store::{self, Document},
};

/// Values by the names of their variables.
pub(crate) type Values = BTreeMap<String, String>;

/// Flags that give values to profile variables.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct VariableArgs {
    /// Set a profile variable of every cluster that is meant; may be given several times. What is secret belongs into
    /// --vars-from, as others can see a command line
    #[arg(long = "var", value_name = "NAME=VALUE")]
    given: Vec<Assignment>,
    /// File with the profile variables of each cluster: a YAML map from the cluster's name to a map of NAME: VALUE
    #[arg(long, value_name = "FILE")]
    vars_from: Option<PathBuf>,
}

/// `NAME=VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
struct Assignment(String, String);

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self(name.into(), value.into())),
            // The text is not repeated: it may be a secret without its name.
            _ => Err("write NAME=VALUE".into()),
        }
    }
}

impl VariableArgs {
    /// The values for the cluster called `name`; those of the file win over those for all.
    pub(crate) fn of_cluster(&self, name: &str) -> Result<Values, Error> {
        let mut values: Values = self.given.iter().map(|it| (it.0.clone(), it.1.clone())).collect();
        if let Some(path) = &self.vars_from {
            values.extend(rows(path)?.remove(name).unwrap_or_default());
        }
        match values.iter().find(|(_, value)| is_mask(value)) {
            Some((variable, _)) => {
                Err(Error::usage(format!("the value of variable {variable:?} for cluster {name:?} is a mask"))
                    .hint("give the value itself; a mask is never written"))
            }
            None => Ok(values),
        }
    }

    /// Names in the file that none of `clusters` has: perhaps they are misspelt.
    pub(crate) fn unmet(&self, clusters: &BTreeSet<String>) -> Result<Vec<String>, Error> {
        let Some(path) = &self.vars_from else { return Ok(Vec::new()) };
        Ok(rows(path)?.into_keys().filter(|name| !clusters.contains(name)).collect())
    }
}

/// The rows of a file by the names of their clusters.
fn rows(path: &Path) -> Result<BTreeMap<String, Values>, Error> {
    let place = path.display();
    // No error repeats what stands there: it may be a secret.
    let wrong = |what: String| {
        Error::usage(format!("{place}: {what}")).hint("write `CLUSTER: {NAME: VALUE, …}` for each cluster")
    };
    let text = store::text(path)?;
    // Every value is the text that stands there: a number would lose its zeros.
    serde_saphyr::from_str(&text).map_err(|error| {
        let line = error.location().map(|it| format!(" at line {}", it.line())).unwrap_or_default();
        wrong(format!("this is no map from clusters to their variables{line}"))
    })
}

/// What is said of a variable where its profile version defines it (`v1Variable`).
fn definition<'d>(version: &'d Document, name: &str) -> Option<&'d Value> {
    let mut all = field::items(&version.value, &["spec", "variables"]).map(|(_, it)| it);
    all.find(|it| field::text(it, &["name"]).is_some_and(|it| it == name))
}

/// What stands for a variable: its own value, else the default.
fn effective(variable: &Value) -> Option<&Value> {
    let is_set = |it: &&Value| it.as_str().is_some_and(|it| !it.is_empty());
    variable.get("value").filter(is_set).or_else(|| variable.get("defaultValue").filter(is_set))
}

/// Puts `values` into the variables of `content`, whose version is published as `version` where that is visible. Tells which
/// names it has.
///
/// # Errors
/// When a variable may not be changed once it is set.
pub(super) fn put(
    content: &mut Value,
    current: &AttachedProfile<'_>,
    version: Option<&Document>,
    values: &Values,
) -> Result<BTreeSet<String>, Error> {
    let mut met = BTreeSet::new();
    let variables = content.get_mut("variables").and_then(Value::as_array_mut);
    for variable in variables.into_iter().flatten() {
        let name = field::text(variable, &["name"]).unwrap_or_default().into_owned();
        let Some(value) = values.get(&name) else { continue };
        let own = field::items(current.raw(), &["variables"]).map(|(_, it)| it);
        let was = own.filter(|it| field::text(it, &["name"]).is_some_and(|it| it == name)).find_map(effective);
        let is_immutable = version
            .and_then(|it| definition(it, &name))
            .is_some_and(|it| it.get("immutable") == Some(&Value::Bool(true)));
        if is_immutable && was.is_some_and(|was| was.as_str() != Some(value)) {
            return Err(Error::refused(format!(
                "profile variable {name:?} is immutable, and the cluster has a value for it"
            ))
            .hint("leave it out; another value takes another cluster"));
        }
        if let Some(fields) = variable.as_object_mut() {
            if fields.get("defaultValue").and_then(Value::as_str) == Some(value) {
                fields.shift_remove("value");
            } else {
                fields.insert("value".into(), value.as_str().into());
            }
        }
        met.insert(name);
    }
    Ok(met)
}

/// What is given is decided.
pub(super) fn settle(overrides: &mut [Override], values: &Values) {
    for it in overrides.iter_mut().filter(|it| it.is_open()) {
        if let Part::Variable(name) = &it.part
            && let Some(value) = values.get(name)
        {
            it.resolution = Some(Resolution::Value(value.as_str().into()));
        }
    }
}

/// Leaves a variable whose value is masked as it is, where the cluster stays at its version: what is not sent stays there.
pub(super) fn keep_masked(content: &mut Value, current: &AttachedProfile<'_>, overrides: &mut [Override]) {
    for it in overrides.iter_mut().filter(|it| it.is_open() && it.verdict == Verdict::Masked) {
        let Part::Variable(name) = &it.part else { continue };
        let is_it = |variable: &Value| field::text(variable, &["name"]).is_some_and(|it| it == *name);
        let own = field::items(current.raw(), &["variables"]).map(|(_, it)| it).find(|it| is_it(it));
        let variables = content.get_mut("variables").and_then(Value::as_array_mut);
        let there = variables.into_iter().flatten().find(|it| is_it(it));
        if let (Some(own), Some(there)) = (own, there) {
            *there = own.clone();
            it.resolution = Some(Resolution::Override);
        }
    }
}

/// Refuses names that no profile of the change has.
pub(super) fn refuse_unknown(values: &Values, met: &BTreeSet<String>, contents: &[&Value]) -> Result<(), Error> {
    let Some(unknown) = values.keys().find(|name| !met.contains(*name)) else { return Ok(()) };
    let known: Vec<_> = contents
        .iter()
        .flat_map(|it| field::items(it, &["variables"]))
        .filter_map(|(_, it)| field::text(it, &["name"]))
        .map(|it| it.into_owned())
        .collect();
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    let error = Error::usage(format!("no profile of this change has a variable {unknown:?}"));
    let error = nearest::hint(unknown, &known).into_iter().fold(error, Error::hint);
    Err(if known.is_empty() { error.hint("it defines no variables, or the store does not show them") } else { error })
}

/// The variables that `content` must have a value for, by its version, and has none.
pub(super) fn missing(content: &Value, version: &Document) -> Vec<String> {
    let has_value = |name: &str| {
        let mut own = field::items(content, &["variables"]).map(|(_, it)| it);
        own.any(|it| field::text(it, &["name"]).is_some_and(|it| it == name) && effective(it).is_some())
    };
    let required = field::items(&version.value, &["spec", "variables"]).map(|(_, it)| it);
    let required = required.filter(|it| it.get("required") == Some(&Value::Bool(true)) && effective(it).is_none());
    required
        .filter_map(|it| field::text(it, &["name"]))
        .filter(|name| !has_value(name))
        .map(|it| it.into_owned())
        .collect()
}

/// The variables of `content` whose value is a mask.
pub(super) fn masked(content: &Value) -> Vec<String> {
    let variables = field::items(content, &["variables"]).map(|(_, it)| it);
    let masked = variables.filter(|it| effective(it).and_then(Value::as_str).is_some_and(is_mask));
    masked.filter_map(|it| field::text(it, &["name"])).map(|it| format!("{it} (masked here)")).collect()
}

/// An error for variables without a value.
pub(super) fn lacking(cluster: &str, version: &str, names: &[String]) -> Error {
    Error::new(
        Kind::DecisionNeeded,
        format!("cluster {cluster:?} has no value for what {version} requires: {}", names.join(", ")),
    )
    .hint("give each by --vars-from FILE, or what is no secret by --var NAME=VALUE; nothing was written")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version() -> Document {
        let variables = json!([
            {"name": "region", "required": true}, {"name": "size", "required": true, "defaultValue": "3"},
            {"name": "zone", "required": true, "immutable": true},
        ]);
        Document { value: json!({"spec": {"variables": variables}}), place: String::new() }
    }

    fn content() -> Value {
        json!({"variables": [{"name": "region"}, {"name": "size", "defaultValue": "3"}, {"name": "zone", "value": "a"}]})
    }

    fn put_into(content: &mut Value, values: &[(&str, &str)]) -> Result<BTreeSet<String>, Error> {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let current = self::content();
        put(content, &AttachedProfile::new(&current, "p".into()), Some(&version()), &values)
    }

    #[test]
    fn a_value_is_put_where_the_variable_is() {
        let mut content = content();
        put_into(&mut content, &[("region", "eu"), ("size", "3"), ("zone", "a")]).unwrap();
        assert_eq!(content["variables"][0], json!({"name": "region", "value": "eu"}));
        assert_eq!(content["variables"][1], json!({"name": "size", "defaultValue": "3"}));
        assert!(missing(&content, &version()).is_empty());
    }

    #[test]
    fn rejects_another_value_of_what_is_immutable() {
        let error = put_into(&mut content(), &[("zone", "b")]).unwrap_err();
        assert_eq!(error.kind, Kind::Refused);
    }

    #[test]
    fn rejects_a_name_that_no_profile_has() {
        let values = [("regoin".to_owned(), "eu".to_owned())].into();
        let error = refuse_unknown(&values, &BTreeSet::new(), &[&content()]).unwrap_err();
        assert!(error.message.contains("regoin") && error.hints.iter().any(|it| it.contains("region")), "{error:?}");
    }

    #[test]
    fn what_is_required_and_has_no_value_is_missing() {
        assert_eq!(missing(&content(), &version()), ["region"]);
        assert_eq!(missing(&json!({}), &version()), ["region", "zone"]);
    }

    #[test]
    fn a_value_is_the_text_that_stands_there() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in ["012345678901", "00123", "1.10", "010", "0x1F", "1e3", "true", "123456789012345678901234567890"] {
            std::fs::write(&file, format!("c: {{v: {text}}}\n")).unwrap();
            let args = VariableArgs { given: Vec::new(), vars_from: Some(file.path().into()) };
            assert_eq!(args.of_cluster("c").unwrap(), [("v".to_owned(), text.to_owned())].into());
        }
    }

    #[test]
    fn a_file_has_a_row_for_each_cluster() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "shop-1: {region: eu, size: 5}\nshop-2:\n  region: us\n").unwrap();
        let args =
            VariableArgs { given: vec![Assignment("region".into(), "ap".into())], vars_from: Some(file.path().into()) };
        assert_eq!(
            args.of_cluster("shop-1").unwrap(),
            [("region".into(), "eu".into()), ("size".into(), "5".into())].into()
        );
        assert_eq!(args.of_cluster("other").unwrap(), [("region".into(), "ap".into())].into());
        assert_eq!(args.unmet(&["shop-1".to_owned()].into()).unwrap(), ["shop-2"]);
        for wrong in ["shop-1: [sesame]\n", "shop-1: {region: {a: sesame}}\n", "- sesame\n"] {
            std::fs::write(&file, wrong).unwrap();
            let error = args.of_cluster("shop-1").unwrap_err();
            assert!(error.message.contains("no map") && !error.message.contains("sesame"), "{error}");
        }
        std::fs::write(&file, "shop-1: {region: '*****'}\n").unwrap();
        assert!(args.of_cluster("shop-1").unwrap_err().message.contains("is a mask"));
    }
}
