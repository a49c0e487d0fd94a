//! Where a text holds masks in the place of values.

use serde_json::Value;

use super::masked;
use crate::splice::{Content, Node, Path, Step, Tree};

/// The paths at which a YAML text holds a mask, such as `db.password`; `line 3` where the text cannot be read as YAML.
pub fn masked_places(text: &str) -> Vec<String> {
    if !text.contains(masked::ANY) {
        return Vec::new();
    }
    let mut places = Vec::new();
    match Tree::parse(text) {
        Ok(tree) => {
            if let Some(root) = tree.root() {
                collect(root, &Path::default(), &mut places);
            }
        }
        // Such as several documents, or a template.
        Err(_) => {
            let lines = text.lines().enumerate().filter(|(_, line)| masked::hides_in_line(line));
            places.extend(lines.map(|(at, _)| format!("line {}", at + 1)));
        }
    }
    places
}

fn collect(node: &Node, path: &Path, places: &mut Vec<String>) {
    match &node.content {
        Content::Mapping(entries) => {
            for entry in entries {
                collect(&entry.value, &path.join(Step::Key(entry.key.clone())), places);
            }
        }
        Content::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, &path.join(Step::Index(at)), places);
            }
        }
        // What an alias stands for is named where it is written.
        Content::Alias(_) => {}
        Content::Scalar(value) => {
            if masked::hides(value) || is_file(value) {
                places.push(path.to_string());
            }
        }
    }
}

/// Whether it is a text of several lines, such as a file, with a mask in one of them.
fn is_file(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('\n') && masked::hides_in_text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_named_by_its_path() {
        let text = "# *** a heading ***\na:\n  b: '*****'\n  c: 1\nl:\n  - x: ok\n  - url: postgres://u:***@h\n";
        assert_eq!(masked_places(text), ["a.b", "l[1].url"]);
        assert_eq!(masked_places("f: |\n  user: a\n  password: ***\n"), ["f"]);
    }

    #[test]
    fn stars_that_stand_for_nothing_are_no_mask() {
        for text in ["", "a: 1 # ***\n", "a: 'see *** there'\n", "a: '**'\n"] {
            assert!(masked_places(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_yaml_is_looked_at_line_by_line() {
        assert_eq!(masked_places("a: 1\n---\n{{ if x }}\npassword: \"****\"\n"), ["line 4"]);
    }
}
