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
    /// What it says behind its mark.
    entries: String,
}

/// Each group with its presets, in the written order.
pub type Groups = Vec<(String, Vec<String>)>;

/// All such comments of `values` that stand before its content; as a rule there is one, on line 1. Further down the same
/// words are somebody's text, as in a block scalar.
pub fn lines(values: &str) -> impl Iterator<Item = Line> {
    let mut end = 0;
    let lines = values.split_inclusive('\n').map(move |line| {
        let start = end;
        end += line.len();
        (start..end, line.trim_start_matches('\u{feff}').trim())
    });
    let before_content =
        lines.take_while(|(_, line)| line.is_empty() || line.starts_with(['#', '%']) || *line == "---");
    before_content.filter_map(|(span, line)| Some(Line { span, entries: line.strip_prefix(MARK)?.to_owned() }))
}

/// The presets that `values` records, in all of its comments: which of several counts is documented nowhere, and none is to
/// be lost.
pub fn groups(values: &str) -> Groups {
    let mut groups = Groups::new();
    let lines: Vec<_> = lines(values).collect();
    for entry in lines.iter().flat_map(|it| it.entries.split(',')).map(str::trim).filter(|entry| !entry.is_empty()) {
        let (group, name) = entry.split_once(':').unwrap_or(("", entry));
        match groups.iter_mut().find(|(other, _)| other == group) {
            Some((_, names)) if names.iter().any(|known| known == name) => {}
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
        let text = "# spectrocloud.com/enabled-presets: A:x, B:y,A:z\nk: 1\n";
        assert_eq!(lines(text).next().map(|it| it.span), Some(0..49));
        let found = groups(text);
        let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(found, [("A".to_owned(), names(&["x", "z"])), ("B".to_owned(), names(&["y"]))]);
        assert_eq!(written(&found), "# spectrocloud.com/enabled-presets: A:x,A:z,B:y");
        assert_eq!(groups("k: 1\n"), []);
    }

    #[test]
    fn only_comments_before_the_content_count_and_of_these_all() {
        let mark = "# spectrocloud.com/enabled-presets:";
        let text = format!("\u{feff}# a\n\n{mark} A:x\r\n---\n{mark} B:y,A:x\nk: |\n  {mark} C:z\n");
        assert_eq!(written(&groups(&text)), format!("{mark} A:x,B:y"));
        assert_eq!(groups(&format!("k: 1\n{mark} A:x\n")), []);
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
