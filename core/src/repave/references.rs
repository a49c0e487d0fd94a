//! What a value takes in from elsewhere: `{{ .spectro.pack.… }}`, `{{ .spectro.var.… }}`, `{{ .spectro.system.… }}`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::keys;

/// The word that all references start with.
const START: &str = ".spectro.";

/// The references in a text without their start, such as `var.host` or `system.kubernetes.version`.
pub(super) fn of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        let inside = &rest[open + 2..];
        let (action, after) = inside.split_once("}}").unwrap_or((inside, ""));
        for (at, _) in action.match_indices(START) {
            let name = &action[at + START.len()..];
            let is_word =
                |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | '/' | '[' | ']' | '"');
            let name = name.find(|letter| !is_word(letter)).map_or(name, |end| &name[..end]);
            found.insert(keys::dotted(name));
        }
        rest = after;
    }
    found
}

/// The values of all packs that can be read, by the pack's name.
#[derive(Default)]
pub(super) struct Book {
    pub(super) values: BTreeMap<String, Value>,
}

impl Book {
    /// All that `text` takes in, directly or by way of other values.
    pub(super) fn reach(&self, text: &str) -> BTreeSet<String> {
        let mut open: Vec<String> = of(text).into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(reference) = open.pop() {
            if !seen.insert(reference.clone()) {
                continue;
            }
            let Some(value) = self.value(&reference) else { continue };
            keys::texts(value, "", &mut |_, text| open.extend(of(text)));
        }
        seen
    }

    /// The value that `pack.NAME.KEY` names.
    fn value(&self, reference: &str) -> Option<&Value> {
        let rest = reference.strip_prefix("pack.")?;
        self.values
            .iter()
            .find_map(|(pack, value)| keys::find(value, rest.strip_prefix(pack.as_str())?.strip_prefix('.')?))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_found_with_and_without_spaces_and_in_functions() {
        let text = "{{.spectro.pack.edge-native-byoi.options.system.registry}}/{{ .spectro.var.X | b64enc }}:{{- .spectro.macro.tag -}} .spectro.var.plain {{ .spectro.var.open";
        let expected = ["macro.tag", "pack.edge-native-byoi.options.system.registry", "var.X", "var.open"];
        assert_eq!(of(text).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_taken_in_by_way_of_others_is_reached_and_circles_end() {
        let values = json!({"options": {"system.a": "{{ .spectro.pack.os.options.system.b }}", "system.b": "{{ .spectro.var.x }}{{ .spectro.pack.os.options.system.a }}"}});
        let book = Book { values: [("os".to_owned(), values)].into() };
        let reached = book.reach("{{ .spectro.pack.os.options.system.a }}");
        assert!(reached.contains("var.x") && reached.len() == 3, "{reached:?}");
    }
}
