//! Finds Palette's macros, such as `{{ .spectro.var.host }}`, in a text.
//!
//! Palette puts values in their place before it renders. What a profile variable stands for is known where the profile's
//! copy holds it; what the others stand for is not visible here, so they stay as they are.

use std::borrow::Cow;

use serde_json::Value;

use super::{ManifestText, PackContent, opaque};
use crate::field;

/// The macro of a profile variable, up to the variable's name.
const VARIABLE: &str = ".spectro.var.";

/// The profile with its variables put into the values and the manifests of its packs, as far as they are known.
///
/// A variable is known by its `value`, which a cluster's copy has, or else by its `defaultValue`. A sensitive or masked one is
/// not. A macro with more to it than a variable's name stays as it is.
pub fn resolved(profile: &Value) -> Value {
    let known = all_known(profile);
    let mut profile = profile.clone();
    if known.is_empty() {
        return profile;
    }
    let packs = profile.get_mut("packs").and_then(Value::as_array_mut);
    for pack in packs.into_iter().flatten() {
        replace_at(pack, "values", &known);
        let manifests = pack.get_mut("manifests").and_then(Value::as_array_mut);
        manifests.into_iter().flatten().for_each(|manifest| replace_at(manifest, "content", &known));
    }
    profile
}

/// What a pack's directory holds, with the variables of the profile put in that attaches the pack.
pub fn resolved_content<'c>(profile: &Value, content: &'c PackContent) -> Cow<'c, PackContent> {
    let holds_variable = |text: &ManifestText| text.content.contains(VARIABLE);
    let in_values = content.values.as_ref().is_some_and(|values| values.contains(VARIABLE));
    if !in_values && !content.texts.iter().any(holds_variable) {
        return Cow::Borrowed(content);
    }
    let known = all_known(profile);
    let mut content = content.clone();
    for text in content.texts.iter_mut().filter(|it| holds_variable(it)) {
        text.content = replaced(&text.content, &known);
    }
    content.values = content.values.map(|values| replaced(&values, &known));
    Cow::Owned(content)
}

fn all_known(profile: &Value) -> Vec<(String, String)> {
    field::items(profile, &["variables"]).filter_map(|(_, it)| known(it)).collect()
}

/// A variable's name and what it stands for.
fn known(variable: &Value) -> Option<(String, String)> {
    let name = field::text(variable, &["name"]).filter(|name| !name.is_empty())?;
    let is_set = |it: &&Value| !it.is_null();
    let value = variable.get("value").filter(is_set).or_else(|| variable.get("defaultValue").filter(is_set))?;
    let is_sensitive = variable.get("isSensitive").and_then(Value::as_bool).unwrap_or_default();
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => return None,
    };
    let is_masked = !text.is_empty() && text.chars().all(|it| it == '*');
    (!is_sensitive && !is_masked && !text.contains("{{")).then(|| (name.into_owned(), text))
}

fn replace_at(object: &mut Value, key: &str, known: &[(String, String)]) {
    if let Some(Value::String(text)) = object.get_mut(key)
        && text.contains(VARIABLE)
    {
        *text = replaced(text, known);
    }
}

fn replaced(text: &str, known: &[(String, String)]) -> String {
    let (mut result, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find("{{") {
        result.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = length(rest).unwrap_or(1);
        let (found, after) = rest.split_at(end);
        let value = name(found).and_then(|name| known.iter().find(|(known, _)| known == name));
        result.push_str(value.map_or(found, |(_, value)| value));
        rest = after;
    }
    result + rest
}

/// The variable of a macro that is nothing but its name.
fn name(found: &str) -> Option<&str> {
    let inside = found.strip_prefix("{{")?.strip_suffix("}}")?;
    inside.trim().strip_prefix(VARIABLE).filter(|name| name.chars().all(|it| it.is_alphanumeric() || "_-".contains(it)))
}

/// Macros that are the same as long as the cluster is, whatever is attached to it.
const CONSTANT: [&str; 2] = [".spectro.system.cluster.name", ".spectro.system.cluster.uid"];

/// Whether what was found stands for the same at all times of a cluster.
pub(crate) fn is_constant(found: &str) -> bool {
    let inside = found.strip_prefix("{{").and_then(|it| it.strip_suffix("}}"));
    inside.is_some_and(|name| CONSTANT.contains(&name.trim()))
}

/// What a text of values asks Palette for: its macros, and the word itself wherever an action may hold it. Nothing says that
/// Palette fills in there what it gives to templates, nor that it does not.
pub(super) fn in_values(text: &str) -> Vec<String> {
    with_mentions(text, &['s', 'S'])
}

/// The same of a manifest, whose template tells by itself where it looks at `.Spectro`.
pub(super) fn in_manifest(text: &str) -> Vec<String> {
    with_mentions(text, &['s'])
}

fn with_mentions(text: &str, initials: &[char]) -> Vec<String> {
    let mut found = find(text);
    let rest = text.find("{{").map_or("", |start| &text[start..]);
    if mentions(&covered(rest), initials) {
        add(&mut found, "{{ .spectro }}");
    }
    found
}

/// Whether the word stands somewhere as a field or as a quoted text. An action may hide it from whoever looks for macros.
fn mentions(text: &str, initials: &[char]) -> bool {
    const REST: &str = "pectro";
    text.match_indices(REST).any(|(start, _)| {
        let mut before = text[..start].chars().rev();
        let is_word = before.next().is_some_and(|it| initials.contains(&it));
        let is_named = before.next().is_some_and(|it| ['.', '"', '\'', '`'].contains(&it));
        let after = text[start + REST.len()..].chars().next();
        is_word && is_named && after.is_none_or(|it| !it.is_alphanumeric() && !['_', '-'].contains(&it))
    })
}

/// The macros in `text`, each once, in the order of their first appearance.
pub(super) fn find(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        rest = &rest[start..];
        let Some(length) = length(rest) else {
            // A third brace may be the first of a macro's.
            rest = &rest[1..];
            continue;
        };
        add(&mut found, &rest[..length]);
        rest = &rest[length..];
    }
    found
}

/// `text` with a plain word in place of each macro, so that it can be read as YAML: see [`opaque`].
pub(super) fn covered(text: &str) -> Cow<'_, str> {
    if !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let (mut result, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find("{{") {
        result.push_str(&rest[..start]);
        rest = &rest[start..];
        let length = length(rest);
        let (found, after) = rest.split_at(length.unwrap_or(1));
        match length {
            Some(_) => result.push_str(&opaque::word(found)),
            None => result.push_str(found),
        }
        rest = after;
    }
    Cow::Owned(result + rest)
}

/// The length of the macro at the very start of `text`, which starts with two braces; `None` when it is no macro.
pub(super) fn length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("{{")?;
    let body = inside.strip_prefix('-').unwrap_or(inside).trim_start();
    if !body.starts_with(".spectro.") {
        return None;
    }
    let end = inside.find("}}")?;
    Some(2 + end + 2)
}

/// How many macros of a text are named. That there are any is what counts.
const MAX_NAMED: usize = 64;

/// Adds a macro unless it is there already; spaces around its name make no difference.
pub(super) fn add(found: &mut Vec<String>, text: &str) {
    let name = text.trim_start_matches("{{").trim_end_matches("}}").trim_matches(['-', ' ', '\t', '\n']);
    let written = format!("{{{{ {name} }}}}");
    if found.len() < MAX_NAMED && !found.contains(&written) {
        found.push(written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_found_once_and_other_actions_are_not() {
        let text = "a: '{{.spectro.var.host}}'\nb: '{{ .spectro.macro.x }}-{{ .spectro.var.host }}'\nc: {{ .Values.x }}\nd: {{ .Spectro.cluster }}";
        assert_eq!(find(text), ["{{ .spectro.var.host }}", "{{ .spectro.macro.x }}"]);
    }

    #[test]
    fn known_variables_are_put_in_and_others_stay() {
        let profile = serde_json::json!({
            "variables": [
                {"name": "host", "value": "a.example.com", "defaultValue": "b"}, {"name": "port", "defaultValue": 8080},
                {"name": "key", "value": "x", "isSensitive": true}, {"name": "old", "value": "********"},
                {"name": "none"}, {"name": "nested", "value": "{{.spectro.macro.x}}"}, {"name": "empty", "value": ""},
            ],
            "packs": [{
                "values": "{{.spectro.var.host}}:{{ .spectro.var.port }}[{{.spectro.var.empty}}] {{ .Values.x }} {{",
                "manifests": [{"name": "{{.spectro.var.host}}", "content": "{{.spectro.var.host}}"}],
            }, {"values": "{{.spectro.var.key}}{{.spectro.var.old}}{{.spectro.var.none}}{{.spectro.var.nested}}\
                           {{.spectro.var.host | upper}}{{.spectro.var.hos}}{{.spectro.macro.host}}"}],
        });
        let resolved = resolved(&profile);
        assert_eq!(resolved["packs"][0]["values"], "a.example.com:8080[] {{ .Values.x }} {{");
        assert_eq!(resolved["packs"][0]["manifests"][0]["content"], "a.example.com");
        assert_eq!(resolved["packs"][0]["manifests"][0]["name"], "{{.spectro.var.host}}");
        assert_eq!(resolved["packs"][1]["values"], profile["packs"][1]["values"]);
        let text = |content: &str| ManifestText { name: "m".into(), content: content.into() };
        let content =
            PackContent { texts: vec![text("{{.spectro.var.host}} {{.spectro.var.key}}")], ..PackContent::default() };
        assert_eq!(resolved_content(&profile, &content).texts, [text("a.example.com {{.spectro.var.key}}")]);
    }

    #[test]
    fn an_unclosed_macro_is_none() {
        for text in ["{{ .spectro.var.x", "{{", "{{{{ .spectro", "}}"] {
            assert!(find(text).is_empty(), "{text}");
        }
    }
}
