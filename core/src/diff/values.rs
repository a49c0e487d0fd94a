//! Compares the values of a pack by YAML path.

use std::{collections::BTreeSet, rc::Rc};

use serde_json::{Map, Value};

use super::{Difference, Kind};
use crate::{mask, yaml};

/// The comment on line 1 in which Palette records the presets that are switched on.
const PRESETS: &str = "# spectrocloud.com/enabled-presets:";

/// All differences between two texts of values.
pub(super) fn compare(current: &str, pending: &str) -> Vec<Difference> {
    if current == pending {
        return Vec::new();
    }
    let mut found = Vec::new();
    let presets = (presets(current), presets(pending));
    if presets.0 != presets.1 {
        found.push(difference(Kind::Presets, None, presets.0.map(Value::from), presets.1.map(Value::from)));
    }
    match (yaml::parse_once(current), yaml::parse_once(pending)) {
        (Ok(before), Ok(after)) => walk(&mut found, "", (Some(&*before), Some(&*after)), false),
        (before, after) => {
            let reason = |side: Result<Rc<Value>, yaml::YamlError>| {
                Value::from(side.err().map_or_else(|| "valid YAML".into(), |error| format!("not valid YAML: {error}")))
            };
            found.push(difference(Kind::Text, None, Some(reason(before)), Some(reason(after))));
        }
    }
    if found.is_empty() {
        found.push(difference(Kind::Format, None, None, None));
    }
    found
}

fn presets(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.trim().strip_prefix(PRESETS)).map(str::trim).filter(|presets| !presets.is_empty())
}

fn difference(kind: Kind, path: Option<String>, current: Option<Value>, pending: Option<Value>) -> Difference {
    Difference { kind, path, current, pending, is_secret: false }
}

/// Descends where both sides are objects, or lists whose items all have a name; anything else is one value. What is
/// around a value can make it a secret, which its path alone does not tell.
fn walk(found: &mut Vec<Difference>, path: &str, sides: (Option<&Value>, Option<&Value>), is_secret: bool) {
    if sides.0 == sides.1 {
        return;
    }
    let value = || Difference {
        is_secret,
        ..difference(Kind::Value, Some(path.to_owned()), sides.0.cloned(), sides.1.cloned())
    };
    match sides {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            for key in keys(before, after) {
                let is_secret = is_secret || mask::is_hidden(key, before) || mask::is_hidden(key, after);
                walk(found, &join(path, key), (before.get(key), after.get(key)), is_secret);
            }
        }
        (Some(Value::Array(before_items)), Some(Value::Array(after_items))) => {
            let seen = found.len();
            if let (Some(before), Some(after)) = (by_name(before_items), by_name(after_items)) {
                for name in keys(&before, &after) {
                    walk(found, &format!("{path}[name={name}]"), (before.get(name), after.get(name)), is_secret);
                }
            }
            // No item differs, or the items have no names: then the list, or its order, is the difference.
            if found.len() == seen {
                found.push(value());
            }
        }
        _ => found.push(value()),
    }
}

/// The items of a list by their `name`, where every item has one of its own.
fn by_name(items: &[Value]) -> Option<Map<String, Value>> {
    let named: Option<Vec<_>> =
        items.iter().map(|item| Some((item.get("name")?.as_str()?.to_owned(), item.clone()))).collect();
    let named = named?;
    let names: BTreeSet<_> = named.iter().map(|(name, _)| name.clone()).collect();
    (names.len() == named.len()).then(|| named.into_iter().collect())
}

fn keys<'m>(before: &'m Map<String, Value>, after: &'m Map<String, Value>) -> impl Iterator<Item = &'m String> {
    before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)))
}

fn join(path: &str, key: &str) -> String {
    let key = if key.contains(['.', '[', ']']) || key.is_empty() { format!("[{key:?}]") } else { key.to_owned() };
    if path.is_empty() || key.starts_with('[') { format!("{path}{key}") } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(current: &str, pending: &str, expected: &[(Kind, &str)]) {
        let found: Vec<_> =
            compare(current, pending).into_iter().map(|it| (it.kind, it.path.unwrap_or_default())).collect();
        let expected: Vec<_> = expected.iter().map(|(kind, path)| (*kind, (*path).to_owned())).collect();
        assert_eq!(found, expected, "{current:?} against {pending:?}");
    }

    #[test]
    fn names_each_path_that_differs() {
        check("a: {b: 1, c: 2}\n", "a: {b: 1, c: 3, d: 4}\n", &[(Kind::Value, "a.c"), (Kind::Value, "a.d")]);
        check("a: 1\nb: 2\n", "b: 2\n", &[(Kind::Value, "a")]);
        check("", "a: 1\n", &[(Kind::Value, "")]);
        check("a: {}\n", "a: null\n", &[(Kind::Value, "a")]);
    }

    #[test]
    fn list_items_are_matched_by_name() {
        let (current, pending) = ("l: [{name: x, v: 1}, {name: y, v: 1}]\n", "l: [{name: y, v: 2}, {name: z, v: 1}]\n");
        check(
            current,
            pending,
            &[(Kind::Value, "l[name=x]"), (Kind::Value, "l[name=y].v"), (Kind::Value, "l[name=z]")],
        );
        check("l: [1, 2]\n", "l: [1, 3]\n", &[(Kind::Value, "l")]);
        check("l: [{name: x}, {name: x}]\n", "l: [{name: x}]\n", &[(Kind::Value, "l")]);
    }

    #[test]
    fn an_order_that_changed_is_told() {
        check("l: [{name: x}, {name: y}]\n", "l: [{name: y}, {name: x}]\n", &[(Kind::Value, "l")]);
    }

    #[test]
    fn comments_and_format_are_told_apart() {
        check("a: 1 # why\n", "a:   1\n", &[(Kind::Format, "")]);
        check("a: 1\nb: 2\n", "b: 2\na: 1\n", &[(Kind::Format, "")]);
    }

    #[test]
    fn a_switch_of_presets_is_told() {
        let (current, pending) = (
            "# spectrocloud.com/enabled-presets: Backend:disable-api\na: 1\n",
            "# spectrocloud.com/enabled-presets: Backend:enable-api\na: 1\n",
        );
        check(current, pending, &[(Kind::Presets, "")]);
    }

    #[test]
    fn what_is_not_yaml_is_told() {
        check("a: {{ .spectro.macro.X }}\n", "a: 1\n", &[(Kind::Text, "")]);
    }

    #[test]
    fn keys_with_dots_are_quoted() {
        check("a: {b.c/d: 1}\n", "a: {b.c/d: 2}\n", &[(Kind::Value, "a[\"b.c/d\"]")]);
    }
}
