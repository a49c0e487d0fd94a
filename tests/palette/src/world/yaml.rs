//! What the server does to YAML: compares it by key, and writes it anew.

use serde_json::Value;

/// The paths of the keys in which two texts differ, such as `kubeadmconfig.apiServer`.
pub(super) fn different_keys(a: &str, b: &str) -> Vec<String> {
    let read = |text: &str| serde_saphyr::from_str::<Value>(text).unwrap_or(Value::Null);
    let mut paths = Vec::new();
    compare(&read(a), &read(b), "", &mut paths);
    paths
}

fn compare(a: &Value, b: &Value, path: &str, paths: &mut Vec<String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                compare(value, b.get(key).unwrap_or(&Value::Null), &below(key), paths);
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                compare(&Value::Null, value, &below(key), paths);
            }
        }
        _ if a != b => paths.push(path.to_owned()),
        _ => {}
    }
}

/// The same values as the server gives them back: indented twice as deep, where that means the same, with one newline
/// at the end.
pub(super) fn normalised(text: &str) -> String {
    let trimmed = text.trim_end();
    let indented: String = trimmed.lines().fold(String::new(), |mut text, line| {
        let depth = line.len() - line.trim_start_matches(' ').len();
        text.push_str(&" ".repeat(depth));
        text.push_str(line.trim_end());
        text.push('\n');
        text
    });
    let means = |text: &str| serde_saphyr::from_str::<Value>(text).ok();
    if means(&indented) == means(trimmed) && means(trimmed).is_some() { indented } else { format!("{trimmed}\n") }
}
