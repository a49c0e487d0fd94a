//! Splits a rendered text into objects.

use serde_json::Value;

use super::{helm_yaml, identity::Identity, opaque};
use crate::field;

/// The most objects of one manifest: more come from a template that went wrong.
const MAX_OBJECTS: usize = 10_000;

/// Why a document of a rendered text is no object. Lines count from 1, in the rendered text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DocumentError {
    pub(super) line: usize,
    pub(super) reason: String,
}

/// The objects of a rendered text. Each document is read by itself, empty ones are left out, lists are expanded.
pub(super) fn objects(text: &str, namespace: Option<&str>) -> Result<Vec<(Identity, Value)>, DocumentError> {
    let mut objects = Vec::new();
    for (line, document) in split(text) {
        let at_start = |reason| DocumentError { line, reason };
        let document = helm_yaml::read(&document)
            .map_err(|error| DocumentError { line: line + error.line.unwrap_or(1) - 1, reason: error.reason })?;
        for object in expand(opaque::restored_document(document)) {
            let identity = identify(&object, namespace).map_err(at_start)?;
            objects.push((identity, object));
            if objects.len() > MAX_OBJECTS {
                return Err(at_start(format!("more than {MAX_OBJECTS} objects")));
            }
        }
    }
    Ok(objects)
}

/// The documents with the lines on which they start.
fn split(text: &str) -> Vec<(usize, String)> {
    let mut documents = vec![(1, String::new())];
    for (index, line) in text.lines().enumerate() {
        if let Some(rest) = line.strip_prefix("---") {
            // Helm splits there whatever follows, such as what a template's trim has drawn up to it.
            documents.push((index + 1, format!("{}\n", rest.trim_start())));
        } else if let Some((_, document)) = documents.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    documents
}

/// The items of a list, or the document itself. Null is nothing.
fn expand(document: Value) -> Vec<Value> {
    let is_list = document.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    match document {
        Value::Null => Vec::new(),
        Value::Object(mut fields) if is_list && fields.get("items").is_some_and(Value::is_array) => {
            let Some(Value::Array(items)) = fields.remove("items") else { return Vec::new() };
            items
        }
        other => vec![other],
    }
}

fn identify(object: &Value, namespace: Option<&str>) -> Result<Identity, String> {
    let has_version = object.get("apiVersion").and_then(Value::as_str).is_some_and(|version| !version.is_empty());
    let identity = Identity::of_rendered(object, namespace).filter(|_| has_version);
    let identity = identity.ok_or("an object lacks `apiVersion`, `kind` or `metadata.name`")?;
    for path in [&["kind"][..], &["metadata", "name"], &["metadata", "namespace"]] {
        // Without quotes `n` is a truth and `1` a number in YAML, and no API server takes either as a name.
        if let Some(value) = field::at(object, path).filter(|value| !value.is_string() && !value.is_null()) {
            return Err(format!("`{}` is {value}, which is no text; quote it", path.join(".")));
        }
    }
    // An object whose name is not known here cannot be compared with anything.
    let parts = [Some(&identity.kind), Some(&identity.name), identity.namespace.as_ref()];
    if let Some(part) = parts.into_iter().flatten().find(|part| part.contains("{{")) {
        return Err(format!("the identity of {identity} depends on a macro: `{part}`"));
    }
    if let Some(field) =
        [&identity.kind, &identity.name].into_iter().chain(&identity.namespace).find(|it| opaque::is_cut(it))
    {
        return Err(format!(
            "the identity of an object of kind {} depends on a part of a macro: `{field}`",
            identity.kind
        ));
    }
    Ok(identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        objects(text, None).unwrap().iter().map(|(identity, _)| identity.to_string()).collect()
    }

    fn error(text: &str) -> DocumentError {
        objects(text, None).expect_err(text)
    }

    #[test]
    fn documents_are_split_and_empty_ones_left_out() {
        let a = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n";
        let b = "apiVersion: v1\nkind: B\nmetadata: {name: b}\n";
        for text in [
            format!("{a}---\n{b}"),
            format!("---\n# nothing here\n---\n{a}--- # comment\n\n---\n{b}---\n"),
            format!("{a}---\r\n{b}"),
            format!("{a}--- \nnull\n---\n{b}"),
            format!("{a}---{b}"),
            format!("---{a}---# more\n{b}"),
        ] {
            assert_eq!(names(&text), ["A/a", "B/b"], "{text}");
        }
        assert!(names("").is_empty() && names("---\n---\n# x\n").is_empty());
    }

    #[test]
    fn a_separator_inside_a_block_is_text() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: |\n    ---\n    b\n";
        assert_eq!(objects(text, None).unwrap()[0].1["data"]["x"], "---\nb\n");
    }

    #[test]
    fn a_list_is_expanded() {
        let item = |name: &str| format!("- {{apiVersion: v1, kind: Secret, metadata: {{name: {name}}}}}\n");
        let text = format!("apiVersion: v1\nkind: List\nitems:\n{}{}", item("a"), item("b"));
        assert_eq!(names(&text), ["Secret/a", "Secret/b"]);
    }

    #[test]
    fn what_is_no_object_is_an_error_with_its_line() {
        for (text, line) in [
            ("apiVersion: v1\nkind: A\nmetadata: {name: a}\n---\nkind: B\n", 4),
            ("just text", 1),
            ("- a\n- b\n", 1),
            ("a: 1\nb: [\n", 2),
            ("apiVersion: v1\nkind: Job\nmetadata: {generateName: a-}\n", 1),
            ("apiVersion: v1\nkind: A\nmetadata: {name: n}\n", 1),
            ("apiVersion: v1\nkind: A\nmetadata: {name: a, namespace: 1}\n", 1),
            ("apiVersion: v1\nkind: A\nmetadata: {name: '{{ .spectro.var.x }}'}\n", 1),
        ] {
            assert!(error(text).line >= line, "{text}: {:?}", error(text));
        }
        assert!(error("apiVersion: v1\nkind: A\nmetadata: {name: '{{ .spectro.var.x }}'}\n").reason.contains("macro"));
    }
}
