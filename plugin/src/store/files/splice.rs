//! Replaces one attached profile in a file's text and leaves every other line as it is.

use std::ops::Range;

use profile_core::yaml;
use serde_json::Value;

/// `text` with item `item` of `spec.clusterProfileTemplates` in document `document` replaced by `value`. `None` when the
/// text is not written in block style there. The caller reads the result back before it trusts it.
pub(super) fn replace_profile(text: &str, document: usize, item: usize, value: &Value) -> Option<String> {
    if text.trim_start().starts_with('{') {
        return replace_in_json(text, item, value);
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let range = document_lines(&lines, document)?;
    let spec = children(&lines, range).find(|range| key_of(lines[range.start]) == Some("spec"))?;
    let templates = children(&lines, spec.start + 1..spec.end)
        .find(|range| key_of(lines[range.start]) == Some("clusterProfileTemplates"))?;
    let item = items(&lines, templates.start + 1..templates.end).nth(item)?;
    let mut replaced: String = lines[..item.start].concat();
    replaced.push_str(&item_text(value, indent(lines[item.start]))?);
    replaced.push_str(&lines[item.end..].concat());
    Some(replaced)
}

fn replace_in_json(text: &str, item: usize, value: &Value) -> Option<String> {
    let mut document: Value = serde_json::from_str(text).ok()?;
    *document.pointer_mut(&format!("/spec/clusterProfileTemplates/{item}"))? = value.clone();
    Some(serde_json::to_string_pretty(&document).ok()? + "\n")
}

/// The lines of the document that is the `wanted`th with anything in it.
fn document_lines(lines: &[&str], wanted: usize) -> Option<Range<usize>> {
    let is_marker = |line: &&str| line.trim_end() == "---" || line.starts_with("--- ");
    let mut starts: Vec<_> =
        lines.iter().enumerate().filter(|(_, line)| is_marker(line)).map(|(at, _)| at + 1).collect();
    starts.insert(0, 0);
    let ranges =
        starts.iter().enumerate().map(|(at, start)| *start..starts.get(at + 1).map_or(lines.len(), |next| next - 1));
    ranges.filter(|range| yaml::parse(&lines[range.clone()].concat()).is_ok_and(|value| !value.is_null())).nth(wanted)
}

/// The entries of the block mapping in `range`: from a key's line to the last line that belongs to it.
fn children<'l>(lines: &'l [&'l str], range: Range<usize>) -> impl Iterator<Item = Range<usize>> + 'l {
    let level = range.clone().find(|at| is_content(lines[*at])).map(|at| indent(lines[at]));
    let starts: Vec<_> = range
        .clone()
        .filter(|at| {
            is_content(lines[*at]) && Some(indent(lines[*at])) == level && !lines[*at].trim_start().starts_with('-')
        })
        .collect();
    ranges(lines, starts, range.end)
}

/// The items of the block list in `range`.
fn items<'l>(lines: &'l [&'l str], range: Range<usize>) -> impl Iterator<Item = Range<usize>> + 'l {
    let level = range.clone().find(|at| is_content(lines[*at])).map(|at| indent(lines[at]));
    let is_item = |at: &usize| {
        let line = lines[*at];
        is_content(line) && Some(indent(line)) == level && (line.trim_start().starts_with("- ") || line.trim() == "-")
    };
    let starts: Vec<_> = range.clone().filter(is_item).collect();
    ranges(lines, starts, range.end)
}

/// From each start to the next, without the comments and blank lines that stand before the next.
fn ranges<'l>(lines: &'l [&'l str], starts: Vec<usize>, end: usize) -> impl Iterator<Item = Range<usize>> + 'l {
    let ends: Vec<_> = starts.iter().skip(1).copied().chain([end]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| {
        let last = (start..end).rev().find(|at| is_content(lines[*at])).unwrap_or(start);
        start..last + 1
    })
}

fn item_text(value: &Value, level: usize) -> Option<String> {
    let yaml = serde_saphyr::to_string(value).ok()?;
    let margin = " ".repeat(level);
    let mut text = String::new();
    for (at, line) in yaml.lines().enumerate() {
        let lead = if at == 0 { "- " } else { "  " };
        text.push_str(if line.is_empty() { "" } else { &margin });
        text.push_str(if line.is_empty() { "" } else { lead });
        text.push_str(line);
        text.push('\n');
    }
    Some(text)
}

fn key_of(line: &str) -> Option<&str> {
    let (key, rest) = line.trim().split_once(':')?;
    let rest = rest.trim();
    (rest.is_empty() || rest.starts_with('#')).then_some(key.trim_matches(['"', '\'']))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_content(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !text.starts_with('#')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "\
# The first document is something else.
kind: ConfigMap
---
# about the cluster
kind: SpectroCluster
spec:
  cloudType: aws # stays
  clusterProfileTemplates:
  # about the first profile
  - name: infra
    packs: []
  # about the second profile
  - name: hello
    packs:
    - name: k
      values: |
        # a comment of the values
        a: 1

        b: 2
  # about what follows
  tags: [x]
status: {state: Running}
";

    #[test]
    fn only_the_item_changes() {
        let value = json!({"name": "hello", "packs": [{"name": "k", "values": "# kept\na: 3\n\nb: \"2\"\n"}]});
        let replaced = replace_profile(TEXT, 1, 1, &value).unwrap();
        let documents = yaml::parse_all(&replaced).unwrap();
        assert_eq!(documents[1]["spec"]["clusterProfileTemplates"][1], value);
        for line in
            TEXT.lines().filter(|line| line.contains("about") || line.contains("stays") || line.contains("infra"))
        {
            assert!(replaced.contains(line), "{line:?} is gone from {replaced}");
        }
        let mut expected = yaml::parse_all(TEXT).unwrap();
        expected[1]["spec"]["clusterProfileTemplates"][1] = value;
        assert_eq!(documents, expected);
    }

    #[test]
    fn the_same_item_in_its_own_place_changes_no_meaning() {
        for item in [0, 1] {
            let value = yaml::parse_all(TEXT).unwrap()[1]["spec"]["clusterProfileTemplates"][item].clone();
            let replaced = replace_profile(TEXT, 1, item, &value).unwrap();
            assert_eq!(yaml::parse_all(&replaced).unwrap(), yaml::parse_all(TEXT).unwrap());
        }
    }

    #[test]
    fn indented_lists_and_json_are_understood() {
        let indented = "spec:\n  clusterProfileTemplates:\n    - name: a\n    - name: b\n  x: 1\n";
        let replaced = replace_profile(indented, 0, 1, &json!({"name": "c"})).unwrap();
        assert_eq!(replaced, "spec:\n  clusterProfileTemplates:\n    - name: a\n    - name: c\n  x: 1\n");
        let replaced = replace_profile(
            "{\"spec\": {\"clusterProfileTemplates\": [{\"name\": \"a\"}]}}",
            0,
            0,
            &json!({"name": "c"}),
        )
        .unwrap();
        assert_eq!(yaml::parse(&replaced).unwrap(), json!({"spec": {"clusterProfileTemplates": [{"name": "c"}]}}));
    }

    #[test]
    fn flow_style_is_not_guessed_at() {
        assert_eq!(replace_profile("spec: {clusterProfileTemplates: [{name: a}]}\n", 0, 0, &json!({})), None);
        assert_eq!(replace_profile("spec:\n  clusterProfileTemplates: [{name: a}]\n", 0, 0, &json!({})), None);
        assert_eq!(replace_profile("spec:\n  clusterProfileTemplates:\n  - name: a\n", 0, 7, &json!({})), None);
    }
}
