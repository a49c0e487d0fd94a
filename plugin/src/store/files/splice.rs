//! Replaces attached profiles in a file's text and leaves every other line as it is.

use std::ops::Range;

use profile_core::yaml;
use serde::Serialize;
use serde_json::Value;

mod lines;
mod node;
#[cfg(test)]
mod random;
mod scalar;

/// `text` with item `item` of `spec.clusterProfileTemplates` in document `document`, which holds `old`, replaced by
/// `new`. The error is the place that is not written so that it could change by its own lines. The caller reads the
/// result back before it trusts it.
pub(super) fn replace_profile(
    text: &str,
    document: usize,
    item: usize,
    (old, new): (&Value, &Value),
) -> Result<String, String> {
    let list = || "spec.clusterProfileTemplates".to_owned();
    if text.trim_start().starts_with('{') {
        return replace_in_json(text, item, new).ok_or_else(list);
    }
    let style = Style::of(text);
    let text = style.stripped(text);
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let own = profile(&all, document, item).ok_or_else(list)?;
    let mut replaced = all[..own.start].concat();
    let place = |fixed: node::Fixed| format!("{}[{item}]{}", list(), fixed.path());
    replaced.push_str(&node::item(&all[own.clone()], old, new).map_err(place)?);
    lines::follow(&mut replaced, &all[own.end..].concat());
    Ok(style.restored(&replaced, &text))
}

/// The lines of item `item` of `spec.clusterProfileTemplates`, when that is written in block style.
fn profile(all: &[&str], document: usize, item: usize) -> Option<Range<usize>> {
    let spec = entry(all, document_lines(all, document)?, "spec")?;
    let templates = entry(all, spec.start + 1..spec.end, "clusterProfileTemplates")?;
    let start = templates.start + 1;
    let own = lines::items(&all[start..templates.end]).into_iter().nth(item)?;
    Some(start + own.start..start + own.end)
}

/// How the lines of a file end.
#[derive(Clone, Copy)]
struct Style {
    has_carriage_returns: bool,
    has_last_break: bool,
}

impl Style {
    fn of(text: &str) -> Self {
        let lines = text.matches('\n').count();
        Self {
            has_carriage_returns: lines > 0 && text.matches("\r\n").count() == lines,
            has_last_break: text.ends_with('\n'),
        }
    }

    fn stripped(self, text: &str) -> String {
        let text = if self.has_carriage_returns { text.replace("\r\n", "\n") } else { text.to_owned() };
        if self.has_last_break { text } else { text + "\n" }
    }

    /// `text` with the ends that the file had, which held `before`.
    fn restored(self, text: &str, before: &str) -> String {
        let is_cut = !self.has_last_break && !Self::needs_last_break(text, before);
        let text = if is_cut { text.strip_suffix('\n').unwrap_or(text) } else { text };
        if self.has_carriage_returns { text.replace('\n', "\r\n") } else { text.to_owned() }
    }

    /// Whether the file ends in a block scalar that is not what stood there before, and whose text ends in a line break.
    fn needs_last_break(text: &str, before: &str) -> bool {
        let end = |text: &str| {
            let block = lines::last_block(text)?;
            let lines: Vec<_> = text.split_inclusive('\n').skip(block.header).map(ToOwned::to_owned).collect();
            Some((lines, block.chomping != Some('-')))
        };
        let now = end(text);
        now.as_ref().is_some_and(|(_, has_break)| *has_break) && now != end(before)
    }
}

/// JSON has no comments: the whole file is written anew, with its own indentation.
fn replace_in_json(text: &str, item: usize, value: &Value) -> Option<String> {
    let mut document: Value = serde_json::from_str(text).ok()?;
    *document.pointer_mut(&format!("/spec/clusterProfileTemplates/{item}"))? = value.clone();
    let trimmed = text.trim();
    let end = &text[text.trim_end().len()..];
    let Some(second) = trimmed.lines().nth(1) else { return Some(document.to_string() + end) };
    let margin = &second[..second.len() - second.trim_start().len()];
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(margin.as_bytes());
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter)).ok()?;
    Some(String::from_utf8(bytes).ok()? + end)
}

/// The lines of the document that is the `wanted`th with anything in it.
fn document_lines(all: &[&str], wanted: usize) -> Option<Range<usize>> {
    let is_marker = |line: &&str| line.trim_end() == "---" || line.starts_with("--- ");
    let mut starts: Vec<_> = all.iter().enumerate().filter(|(_, line)| is_marker(line)).map(|(at, _)| at + 1).collect();
    starts.insert(0, 0);
    let ranges =
        starts.iter().enumerate().map(|(at, start)| *start..starts.get(at + 1).map_or(all.len(), |next| next - 1));
    ranges.filter(|range| yaml::parse(&all[range.clone()].concat()).is_ok_and(|value| !value.is_null())).nth(wanted)
}

/// The lines of the entry `wanted` of the block mapping in `range`, when its value stands in the lines below.
fn entry(all: &[&str], range: Range<usize>, wanted: &str) -> Option<Range<usize>> {
    let is_wanted = |line: &str| {
        lines::key(line)
            .is_some_and(|(key, _, rest)| key == wanted && (rest.trim().is_empty() || rest.starts_with('#')))
    };
    let inside = &all[range.clone()];
    let own = lines::entries(inside).into_iter().find(|own| is_wanted(inside[own.start]))?;
    Some(range.start + own.start..range.start + own.end)
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

    /// The text with item `item` replaced, whatever that took.
    fn replaced(text: &str, document: usize, item: usize, value: &Value) -> Result<String, String> {
        let documents = yaml::parse_all(text).unwrap();
        let old = documents[document].pointer(&format!("/spec/clusterProfileTemplates/{item}"));
        replace_profile(text, document, item, (old.unwrap_or(&Value::Null), value))
    }

    #[test]
    fn only_the_item_changes() {
        let value = json!({"name": "hello", "packs": [{"name": "k", "values": "# kept\na: 3\n\nb: \"2\"\n"}]});
        let replaced = replaced(TEXT, 1, 1, &value).unwrap();
        let documents = yaml::parse_all(&replaced).unwrap();
        assert_eq!(documents[1]["spec"]["clusterProfileTemplates"][1], value);
        for line in
            TEXT.lines().filter(|line| line.contains("about") || line.contains("stays") || line.contains("infra"))
        {
            assert!(replaced.contains(line), "{line:?} is gone from {replaced}");
        }
        let mut expected = yaml::parse_all(TEXT).unwrap();
        expected[1]["spec"]["clusterProfileTemplates"][1] = value.clone();
        assert_eq!(documents, expected);
    }

    #[test]
    fn the_same_item_in_its_own_place_changes_no_meaning() {
        for item in [0, 1] {
            let value = yaml::parse_all(TEXT).unwrap()[1]["spec"]["clusterProfileTemplates"][item].clone();
            assert_eq!(replaced(TEXT, 1, item, &value).unwrap(), TEXT);
        }
    }

    /// Each pair of lines is what goes and what comes; every other line has to stay.
    fn check_lines(text: &str, value: &Value, expected: &[(&str, &str)]) {
        let replaced = replaced(text, 0, 0, value).unwrap();
        assert_eq!(yaml::parse(&replaced).unwrap()["spec"]["clusterProfileTemplates"][0], *value, "{replaced}");
        let mut wanted = text.to_owned();
        for (from, to) in expected {
            assert!(wanted.contains(from), "{from:?}");
            wanted = wanted.replacen(from, to, 1);
        }
        assert_eq!(replaced, wanted);
    }

    const PACKS: &str = "\
spec:
  clusterProfileTemplates:
    - uid: \"1e5\"   # of Palette
      name: hello
      packs:
        # the system
        - {name: os, version: 1}

        # the cluster
        - name: k8s
          version: '1.30'
          values: |
              a: 1
              # ends with a comment
        # the rest
        - name: app
          tag: x
          manifests:
          - {name: m, uid: u1}
  after: 1 # stays
";

    fn packs() -> Value {
        yaml::parse(PACKS).unwrap()["spec"]["clusterProfileTemplates"][0].clone()
    }

    #[test]
    fn the_smallest_parts_are_rewritten_in_their_own_style() {
        let mut value = packs();
        value["uid"] = json!("2e5");
        value["packs"][1]["version"] = json!("1.31");
        value["packs"][1]["values"] = json!("a: 2\n# ends with a comment\n");
        value["packs"][2]["manifests"][0]["uid"] = json!("u2");
        check_lines(
            PACKS,
            &value,
            &[
                ("\"1e5\"   #", "\"2e5\"   #"),
                ("'1.30'", "'1.31'"),
                ("a: 1", "a: 2"),
                ("          - {name: m, uid: u1}\n", "          - name: m\n            uid: u2\n"),
            ],
        );
    }

    #[test]
    fn keys_come_and_go_by_their_own_lines() {
        let mut value = packs();
        value["packs"][2].as_object_mut().unwrap().shift_remove("tag");
        value["packs"][2]["version"] = json!("1.0.0");
        value.as_object_mut().unwrap().shift_remove("uid");
        check_lines(
            PACKS,
            &value,
            &[
                ("    - uid: \"1e5\"   # of Palette\n      name: hello\n", "    - name: hello\n"),
                ("          tag: x\n", ""),
                ("uid: u1}\n", "uid: u1}\n          version: \"1.0.0\"\n"),
            ],
        );
    }

    #[test]
    fn packs_come_go_and_move_with_their_comments() {
        let mut value = packs();
        let list = value["packs"].as_array_mut().unwrap();
        list.remove(1);
        list.push(json!({"name": "new", "layer": "addon"}));
        check_lines(
            PACKS,
            &value,
            &[
                (&PACKS[PACKS.find("\n        # the cluster").unwrap()..PACKS.find("        # the rest").unwrap()], ""),
                ("uid: u1}\n", "uid: u1}\n        - name: new\n          layer: addon\n"),
            ],
        );
        let mut value = packs();
        value["packs"].as_array_mut().unwrap().swap(1, 2);
        let cluster = PACKS.find("\n        # the cluster").unwrap();
        let (rest, after) = (PACKS.find("        # the rest").unwrap(), PACKS.find("  after").unwrap());
        let swapped = [&PACKS[..cluster], &PACKS[rest..after], &PACKS[cluster..rest], &PACKS[after..]].concat();
        assert_eq!(replaced(PACKS, 0, 0, &value).unwrap(), swapped);
    }

    #[test]
    fn packs_that_share_a_name_are_told_apart_by_position() {
        let text = "spec:\n  clusterProfileTemplates:\n  - packs:\n    - name: a # 1\n    - name: a # 2\n";
        let value = json!({"packs": [{"name": "a"}, {"name": "b"}]});
        check_lines(text, &value, &[("a # 2", "b # 2")]);
    }

    #[test]
    fn a_pack_that_comes_among_others_of_its_name_leaves_them_alone() {
        let text = "spec:\n  clusterProfileTemplates:\n  - packs:\n    - name: a # 1\n    - name: a # 2\n";
        let value = json!({"packs": [{"name": "a"}, {"name": "b"}, {"name": "a"}]});
        check_lines(text, &value, &[("a # 1\n", "a # 1\n    - name: b\n")]);
    }

    #[test]
    fn the_ends_of_lines_stay_as_they_are() {
        let mut value = packs();
        value["packs"][1]["values"] = json!("a: 2\nb: 3\n");
        let plain = replaced(PACKS, 0, 0, &value).unwrap();
        let windows = replaced(&PACKS.replace('\n', "\r\n"), 0, 0, &value).unwrap();
        assert_eq!(windows, plain.replace('\n', "\r\n"));
        let cut = replaced(PACKS.trim_end(), 0, 0, &value).unwrap();
        assert_eq!(cut, plain.trim_end());
    }

    #[test]
    fn indented_lists_and_json_are_understood() {
        let indented = "spec:\n  clusterProfileTemplates:\n    - name: a\n    - name: b\n  x: 1\n";
        let text = replaced(indented, 0, 1, &json!({"name": "c"})).unwrap();
        assert_eq!(text, "spec:\n  clusterProfileTemplates:\n    - name: a\n    - name: c\n  x: 1\n");
    }

    #[test]
    fn json_keeps_its_own_indentation() {
        for (text, expected) in [
            ("{\"spec\":{\"clusterProfileTemplates\":[1]}}\n", "{\"spec\":{\"clusterProfileTemplates\":[2]}}\n"),
            (
                "{\n\t\"spec\": {\n\t\t\"clusterProfileTemplates\": [\n\t\t\t1\n\t\t]\n\t}\n}",
                "{\n\t\"spec\": {\n\t\t\"clusterProfileTemplates\": [\n\t\t\t2\n\t\t]\n\t}\n}",
            ),
        ] {
            assert_eq!(replaced(text, 0, 0, &json!(2)).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn flow_style_is_not_guessed_at() {
        for (text, item) in [
            ("spec: {clusterProfileTemplates: [{name: a}]}\n", 0),
            ("spec:\n  clusterProfileTemplates: [{name: a}]\n", 0),
            ("spec:\n  clusterProfileTemplates:\n  - name: a\n", 7),
        ] {
            assert_eq!(replaced(text, 0, item, &json!({})), Err("spec.clusterProfileTemplates".into()), "{text}");
        }
    }

    #[test]
    fn what_would_lose_its_comments_is_named_and_stays() {
        let mut value = packs();
        for (from, place) in [
            ("- {name: os, version: 1} # why", "packs[0]"),
            ("-\n          {name: os, # why\n          version: 1}", "packs[0]"),
        ] {
            value["packs"][0]["version"] = json!(2);
            let text = PACKS.replace("- {name: os, version: 1}", from);
            let expected = format!("spec.clusterProfileTemplates[0].{place}");
            assert_eq!(replaced(&text, 0, 0, &value), Err(expected), "{text}");
        }
        let flow = PACKS.replace("- {name: os, version: 1}", "- {name: os, version: '# no comment'}");
        assert!(replaced(&flow, 0, 0, &value).unwrap().contains("        # the system\n        - name: os\n"));
    }

    #[test]
    fn a_list_can_be_emptied() {
        let mut value = packs();
        value["packs"][2]["manifests"] = json!([]);
        check_lines(PACKS, &value, &[("manifests:\n          - {name: m, uid: u1}\n", "manifests: []\n")]);
    }
}
