//! Names of charts and of their releases, and values that are the same to Helm.

use serde_json::Value;

use crate::field;

/// To how many characters each of the two names in a release's name is cut.
const CUT: usize = 21;

/// The first characters of a name, as many as a release's name takes of it.
pub(super) fn cut(name: &str) -> String {
    name.chars().take(CUT).collect()
}

/// What the values say that the release of a chart is called.
pub(super) fn overridden(values: &Value, chart: &str, is_only: bool) -> Option<String> {
    let named = field::at(values, &["pack", "releaseNameOverride"])?;
    let name = if is_only && named.is_string() { named.as_str() } else { named.get(chart).and_then(Value::as_str) };
    name.filter(|name| !name.is_empty()).map(str::to_owned)
}

/// The name and the version of a chart by its file: `charts/argo-cd-7.8.2.tgz`. A name that values use is believed first.
pub(super) fn of_file(path: &str, keys: &[&str]) -> (String, Option<String>) {
    let file = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = [".tar.gz", ".tgz"].iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file);
    let is_version = |text: &str| text.trim_start_matches('v').starts_with(|it: char| it.is_ascii_digit());
    let parts = |at: usize| (stem[..at].to_owned(), stem.get(at + 1..).filter(|it| !it.is_empty()).map(str::to_owned));
    let of_key = |key: &&&str| {
        stem == **key || stem.strip_prefix(**key).and_then(|it| it.strip_prefix('-')).is_some_and(is_version)
    };
    if let Some(key) = keys.iter().filter(of_key).max_by_key(|key| key.len()) {
        return parts(key.len());
    }
    let dash = stem.match_indices('-').map(|(at, _)| at).find(|at| *at > 0 && is_version(&stem[at + 1..]));
    parts(dash.unwrap_or(stem.len()))
}

/// Whether two values are the same to Helm, which reads every number as a float and leaves out what is empty.
pub(super) fn alike(one: &Value, other: &Value) -> bool {
    let is_nothing = |it: &Value| it.is_null() || it.as_object().is_some_and(serde_json::Map::is_empty);
    match (one, other) {
        (one, other) if is_nothing(one) && is_nothing(other) => true,
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| alike(one, other)))
        }
        (one, other) => one == other,
    }
}
