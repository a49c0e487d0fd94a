//! What goes with a profile that leaves a cluster.

use profile_core::{field, pack::Pack, profile::AttachedProfile, yaml};
use serde_json::Value;

/// The type of the profiles that may be detached.
pub(crate) const ADD_ON: &str = "add-on";

/// The cluster document without the profile.
pub(crate) fn without(cluster: &Value, profile: &AttachedProfile<'_>) -> Value {
    let mut document = cluster.clone();
    let templates = document.pointer_mut("/spec/clusterProfileTemplates").and_then(Value::as_array_mut);
    if let Some(templates) = templates {
        templates.retain(|it| it != profile.raw());
    }
    document
}

/// The namespaces that a pack's values name as its own: Palette removes them with everything in them (librarium,
/// profiles/profile-customization.md).
pub(crate) fn namespaces(pack: &Pack<'_>) -> Vec<String> {
    let Ok(values) = yaml::parse(&pack.values()) else { return Vec::new() };
    let mut found: Vec<String> =
        field::text(&values, &["pack", "namespace"]).map(|it| it.into_owned()).into_iter().collect();
    match field::at(&values, &["pack", "additionalNamespaces"]) {
        Some(Value::Object(fields)) => found.extend(fields.keys().cloned()),
        Some(Value::Array(items)) => {
            let name = |it: &Value| field::text(it, &["name"]).map(|it| it.into_owned());
            found.extend(items.iter().filter_map(|it| it.as_str().map(str::to_owned).or_else(|| name(it))));
        }
        Some(Value::String(text)) => found.extend(text.split(',').map(|it| it.trim().to_owned())),
        _ => {}
    }
    found.retain(|it| !it.is_empty());
    let mut met = std::collections::BTreeSet::new();
    found.retain(|it| met.insert(it.clone()));
    found
}

#[cfg(test)]
mod tests {
    use profile_core::cluster::Cluster;
    use serde_json::json;

    use super::*;

    fn check(values: &str, expected: &[&str]) {
        let raw = json!({"name": "app", "values": values});
        assert_eq!(namespaces(&Pack::new(&raw, String::new())), expected, "{values}");
    }

    #[test]
    fn all_namespaces_of_the_values_are_named_once() {
        check("pack:\n  namespace: web\n", &["web"]);
        check("pack:\n  namespace: web\n  additionalNamespaces: [db, web, {name: x}]\n", &["web", "db", "x"]);
        check("pack:\n  additionalNamespaces:\n    db:\n    mail: {}\n", &["db", "mail"]);
        check("pack:\n  additionalNamespaces: \"db, mail\"\n", &["db", "mail"]);
        check("pack:\n  namespace: \"\"\n", &[]);
        check("a: [", &[]);
        check("", &[]);
    }

    #[test]
    fn nothing_but_the_profile_leaves_the_document() {
        let document = json!({"metadata": {"name": "c"}, "spec": {"x": 1, "clusterProfileTemplates": [{"name": "a"}, {"name": "b"}]}});
        let cluster = Cluster::new(&document);
        let rest = without(&document, &cluster.profiles()[0]);
        assert_eq!(
            rest,
            json!({"metadata": {"name": "c"}, "spec": {"x": 1, "clusterProfileTemplates": [{"name": "b"}]}})
        );
    }
}
