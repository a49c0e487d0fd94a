//! Texts of YAML, as values: what they mean here is what they mean to Helm.

use base64::{Engine, engine::general_purpose::STANDARD};
use profile_core::{pack::Pack, render::render_pack};
use serde_json::{Value, json};

use crate::helm::helm_with;

/// What stands behind `v: `, or whole documents where there is a line break.
const TEXTS: &[&str] = &[
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "Yes",
    "TRUE",
    "True",
    "~",
    "null",
    "Null",
    "\"\"",
    "''",
    "0",
    "-0",
    "1",
    "-1",
    "+1",
    "1.0",
    "1.5",
    "-1.5",
    ".5",
    "5.",
    "1e3",
    "1E3",
    "1e+3",
    "1.5e-3",
    "1_000",
    "0755",
    "0o17",
    "0x1f",
    "0X1F",
    "0b101",
    "007",
    "08",
    "1.",
    "12:30",
    "190:20:30",
    "2026-01-02",
    "2026-01-02T03:04:05Z",
    "'0755'",
    "\"yes\"",
    "'yes'",
    "text",
    "a b",
    "a # b",
    "a#b",
    "- ",
    "[]",
    "{}",
    "[yes, 1, 0x10, ~]",
    "{a: 1, b: [2, {c: on}]}",
    "!!str 1",
    "!!str yes",
    "3000000000",
    "9007199254740993",
    "123456789012345",
    "1e21",
    "0.000001",
    "1.7976931348623157e308",
    "|\n  one\n  two\n",
    "|-\n  one\n  two\n",
    "|+\n  one\n\n",
    ">\n  one\n  two\n\n  three\n",
    "\"a\\tb\\u00e4\"",
    "'it''s'",
    "&a {x: 1}\nw: *a",
    "&a {x: 1}\nw: {<<: *a, y: 2}",
    "1\nv: 2",
    "\n  yes: 1\n  0x10: a\n  1: b\n  true: c\n  text: d\n  1.5: e",
    "\n  'yes': 1\n  \"1\": 2",
    "\n- a\n- b: 1",
];

/// All values as JSON, by Helm and by us.
fn both(text: &str) -> (Result<Value, String>, Result<Value, String>) {
    let template = "apiVersion: v1\nkind: A\nmetadata: {name: a}\nall: {{ toJson .Values | b64enc }}\n";
    let values = format!("v: {text}\n");
    let decoded = |found: &str| {
        let bytes = STANDARD.decode(found).map_err(|error| error.to_string())?;
        serde_json::from_slice(&bytes).map_err(|error| error.to_string())
    };
    let theirs = helm_with(&[template.to_owned()], &values).and_then(|printed| {
        let line = printed.lines().find_map(|line| line.strip_prefix("all: ")).ok_or("nothing is printed")?;
        decoded(line)
    });
    let own = values.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let raw = json!({
        "name": "p", "type": "manifest", "values": format!("manifests:\n  m:\n{own}"),
        "manifests": [{"name": "m", "content": template}],
    });
    let ours = render_pack(&Pack::new(&raw, String::new()), None).map_err(|error| error.to_string());
    let ours = ours.and_then(|rendered| decoded(rendered.objects[0].document["all"].as_str().unwrap()));
    (theirs, ours)
}

#[test]
fn every_text_means_what_it_means_to_helm() {
    let differing: Vec<_> = TEXTS
        .iter()
        .filter_map(|text| {
            let (theirs, ours) = both(text);
            let is_same = match (&theirs, &ours) {
                (Ok(theirs), Ok(ours)) => theirs == ours,
                (Err(_), Err(_)) => true,
                _ => false,
            };
            (!is_same).then(|| format!("{text:?}: helm {theirs:?}, here {ours:?}"))
        })
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn what_differs_is_known() {
    // A truth in a spelling that YAML 1.1 does not have is text to Helm, and numbers that it does not have are, too.
    for (text, theirs, ours) in [
        ("tRue", json!("tRue"), Some(json!(true))),
        ("1_0.5", json!(10.5), Some(json!("1_0.5"))),
        ("1e500", json!("1e500"), None),
    ] {
        assert_eq!(
            both(text),
            (Ok(json!({"v": theirs})), ours.map(|it| json!({"v": it})).ok_or_else(|| both(text).1.unwrap_err())),
            "{text}"
        );
    }
}
