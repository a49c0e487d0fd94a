//! Presets of a pack: named changes of its values, and the comment that records which are switched on.

use std::ops::Range;

use serde_json::Value;

use crate::{field, splice::Tree};

/// How the comment begins that records the presets.
const MARK: &str = "# spectrocloud.com/enabled-presets:";

/// The comment that records which presets are switched on: `# spectrocloud.com/enabled-presets: GROUP:NAME,…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The bytes that it takes, with the end of the line.
    pub span: Range<usize>,
    /// Each group with its presets, in the written order.
    pub groups: Vec<(String, Vec<String>)>,
}

/// The first such comment of `values`; mostly it is line 1.
pub fn line(values: &str) -> Option<Line> {
    lines(values).next()
}

/// All such comments of `values`; only the first counts.
pub fn lines(values: &str) -> impl Iterator<Item = Line> {
    let mut end = 0;
    values.split_inclusive('\n').filter_map(move |line| {
        let start = end;
        end += line.len();
        let entries = line.trim().strip_prefix(MARK)?;
        Some(Line { span: start..end, groups: groups(entries) })
    })
}

fn groups(entries: &str) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for entry in entries.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (group, name) = entry.split_once(':').unwrap_or(("", entry));
        match groups.iter_mut().find(|(other, _)| other == group) {
            Some((_, names)) => names.push(name.to_owned()),
            None => groups.push((group.to_owned(), vec![name.to_owned()])),
        }
    }
    groups
}

/// The comment for `groups`, without the end of the line.
pub fn written(groups: &[(String, Vec<String>)]) -> String {
    let entries: Vec<_> =
        groups.iter().flat_map(|(group, names)| names.iter().map(move |name| label(group, name))).collect();
    format!("{MARK} {}", entries.join(","))
}

/// `GROUP:NAME`, as the comment names a preset.
pub fn label(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{group}:{name}") }
}

/// What a preset does to the values.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its group, of which one preset is switched on at a time.
    pub group: String,
    /// Its name.
    pub name: String,
    /// The values that it sets.
    pub add: Value,
    /// The paths that it takes away.
    pub remove: Vec<String>,
}

/// The presets that a pack defines.
pub fn definitions(pack: &Value) -> Vec<Definition> {
    let text = |preset: &Value, key: &str| field::text(preset, &[key]).unwrap_or_default().into_owned();
    field::items(pack, &["presets"])
        .map(|(_, preset)| Definition {
            group: text(preset, "group"),
            name: text(preset, "name"),
            // What cannot be read accounts for nothing.
            add: Tree::parse(&text(preset, "add")).map(|it| it.value()).unwrap_or_default(),
            remove: field::items(preset, &["remove"]).filter_map(|(_, it)| it.as_str()).map(str::to_owned).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_comment_names_a_preset_of_each_group() {
        let found = line("# spectrocloud.com/enabled-presets: A:x, B:y,A:z\nk: 1\n").unwrap();
        assert_eq!(found.span, 0..49);
        let expected = [("A", vec!["x", "z"]), ("B", vec!["y"])];
        assert_eq!(found.groups.len(), 2);
        for ((group, names), expected) in found.groups.iter().zip(expected) {
            assert_eq!((group.as_str(), names.iter().map(String::as_str).collect::<Vec<_>>()), expected);
        }
        assert_eq!(written(&found.groups), "# spectrocloud.com/enabled-presets: A:x,A:z,B:y");
        assert_eq!(line("k: 1\n"), None);
    }

    #[test]
    fn a_definition_says_what_it_adds_and_removes() {
        let pack = json!({"presets": [{"name": "on", "group": "B", "add": "a:\n  b: 1\n", "remove": ["c.d"]}]});
        let expected = Definition {
            group: "B".into(),
            name: "on".into(),
            add: json!({"a": {"b": 1}}),
            remove: vec!["c.d".into()],
        };
        assert_eq!(definitions(&pack), [expected]);
    }
}
