//! Keys of values as the tables name them, whether written with dots or nested.

use serde_json::Value;

/// The path with dots alone: `options["system.uri"]` and `options.system.uri` are the same key to the tables, and which item
/// of a list it is makes no difference.
pub(super) fn dotted(path: &str) -> String {
    let mut plain = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('[') {
        plain.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let quoted =
            inside.strip_prefix('"').and_then(|text| text.find("\"]").map(|end| (&text[..end], &text[end + 2..])));
        rest = if let Some((key, after)) = quoted {
            plain = format!("{plain}.{key}");
            after
        } else {
            inside.find(']').map_or("", |end| &inside[end + 1..])
        };
    }
    plain.push_str(rest);
    plain.trim_start_matches('.').to_owned()
}

/// Whether `key` is `prefix` or stands below it.
pub(super) fn is_under(key: &str, prefix: &str) -> bool {
    key.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether one of the two is the other, or stands below it.
pub(super) fn overlap(left: &str, right: &str) -> bool {
    is_under(left, right) || is_under(right, left)
}

/// The path of the entry `key` below `path`.
pub(super) fn join(path: &str, key: &str) -> String {
    if key.is_empty() || key.contains(['.', '[', ']']) {
        format!("{path}[{key:?}]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The value at a key that is written with dots, whatever the nesting is.
pub(super) fn find<'v>(value: &'v Value, dotted: &str) -> Option<&'v Value> {
    if dotted.is_empty() {
        return Some(value);
    }
    let rest_of = |key: &str| Some(dotted.strip_prefix(key)?).filter(|rest| rest.is_empty() || rest.starts_with('.'));
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !key.is_empty())
            .find_map(|(key, value)| rest_of(key).and_then(|rest| find(value, rest.trim_start_matches('.')))),
        Value::Array(items) => {
            let (step, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
            items.get(step.parse::<usize>().ok()?).and_then(|item| find(item, rest))
        }
        _ => None,
    }
}

/// Calls `each` with the path and the text of every text in `value`.
pub(super) fn texts<'v>(value: &'v Value, path: &str, each: &mut impl FnMut(&str, &'v str)) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| texts(value, &join(path, key), each)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| texts(item, &format!("{path}[{index}]"), each));
        }
        Value::String(text) => each(path, text),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_with_dots_is_the_same_as_nested_ones() {
        for (path, expected) in [
            ("options[\"system.uri\"]", "options.system.uri"),
            ("options.system.uri", "options.system.uri"),
            ("stages.initramfs[name=Say [hi]].commands", "stages.initramfs].commands"),
            ("stages.boot[0].files[1].path", "stages.boot.files.path"),
            ("[\"a.b\"]", "a.b"),
            ("a[", "a"),
            ("", ""),
        ] {
            assert_eq!(dotted(path), expected);
        }
    }

    #[test]
    fn values_are_found_by_keys_with_dots() {
        let value = json!({"options": {"system.uri": "x", "system": {"repo": "y"}}, "l": [{"a": 1}]});
        assert_eq!(find(&value, "options.system.uri"), Some(&json!("x")));
        assert_eq!(find(&value, "options.system.repo"), Some(&json!("y")));
        assert_eq!(find(&value, "l.0.a"), Some(&json!(1)));
        assert_eq!(find(&value, "option"), None);
    }

    #[test]
    fn a_prefix_ends_at_a_key() {
        assert!(is_under("pack.content", "pack") && is_under("pack", "pack") && !is_under("packs", "pack"));
        assert!(overlap("a", "a.b") && overlap("a.b", "a") && !overlap("a.b", "a.c"));
    }
}
