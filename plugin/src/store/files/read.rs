//! Reads YAML and JSON files within bounds, and says where they fail.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use profile_core::{
    field,
    yaml::{self, YamlError},
};
use serde_json::Value;

use super::Entry;
use crate::error::{Error, Kind};

/// Most bytes of one file: three times the largest object that an API server takes.
const LIMIT: u64 = 4 * 1024 * 1024;

/// What the standard input is called in errors.
const STANDARD_INPUT: &str = "standard input";

/// The files that `path` names: itself, or the YAML and JSON files right inside it, in the order of their names.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |error: &std::io::Error| {
        let kind = if error.kind() == std::io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Failed };
        Error::new(kind, format!("cannot read {}: {error}", path.display()))
    };
    if !fs::metadata(path).map_err(|error| unreadable(&error))?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| unreadable(&error))? {
        let file = entry.map_err(|error| unreadable(&error))?.path();
        let is_data =
            file.extension().and_then(|it| it.to_str()).is_some_and(|it| ["yaml", "yml", "json"].contains(&it));
        if is_data && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::new(
            Kind::NotFound,
            format!("directory {} holds no .yaml, .yml or .json file", path.display()),
        )
        .hint("name the directory that holds the clusters and profiles; those inside it are not searched"));
    }
    Ok(files)
}

/// The text of a file.
pub(in crate::store) fn text(path: &Path) -> Result<String, Error> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    text_of(path, file)
}

/// The text of the standard input.
pub(in crate::store) fn input_text() -> Result<String, Error> {
    text_of(Path::new(STANDARD_INPUT), std::io::stdin().lock())
}

/// All documents of the standard input.
pub(super) fn standard_input() -> Result<Vec<Entry>, Error> {
    parsed(Path::new(STANDARD_INPUT), &input_text()?)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot read {}: {error}", path.display()))
}

fn text_of(path: &Path, source: impl Read) -> Result<String, Error> {
    let mut bytes = Vec::new();
    source.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::failed(format!("{} is larger than {LIMIT} bytes", path.display()))
            .hint("no object of Kubernetes is that large; split the file, or name another"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = valid.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Error::failed(format!("{} is not UTF-8 text: line {line}, byte {column} of it", path.display()))
            .hint("save the file as UTF-8; nothing was changed")
    })
}

/// All documents of a file.
pub(super) fn entries(path: &Path) -> Result<Vec<Entry>, Error> {
    parsed(path, &text(path)?)
}

/// All documents of a file's text.
pub(super) fn parsed(path: &Path, text: &str) -> Result<Vec<Entry>, Error> {
    let documents = documents(text).map_err(|error| {
        Error::failed(format!("{} is not valid YAML or JSON: {error}", path.display()))
            .hint("mend the file; nothing was changed")
    })?;
    Ok(documents.into_iter().enumerate().flat_map(|(index, document)| objects(path, index, document)).collect())
}

/// What stands in each document of a text.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, YamlError> {
    yaml::parse_all(&as_yaml(text))
}

/// JSON takes letters in its texts that YAML wants written as escapes, such as U+007F.
fn as_yaml(text: &str) -> Cow<'_, str> {
    let is_json = || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if text.contains(is_unprintable) && is_json() { escaped(text).into() } else { text.into() }
}

/// A text of JSON with such letters as escapes, which JSON and YAML read alike.
pub(super) fn escaped(text: &str) -> String {
    let letter = |letter: char| {
        if is_unprintable(letter) { format!("\\u{:04x}", u32::from(letter)) } else { letter.to_string() }
    };
    text.chars().map(letter).collect()
}

fn is_unprintable(letter: char) -> bool {
    matches!(letter, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// The document itself, or the items of a list such as `kubectl get --output=yaml` prints.
fn objects(path: &Path, index: usize, document: Value) -> Vec<Entry> {
    let entry = |item, value| Entry { path: path.to_owned(), index, item, value };
    let is_list = field::text(&document, &["kind"]).is_some_and(|kind| kind.ends_with("List"));
    match document.get("items") {
        Some(Value::Array(items)) if is_list => {
            items.iter().enumerate().map(|(item, value)| entry(Some(item), value.clone())).collect()
        }
        _ => vec![entry(None, document)],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_may_hold_letters_that_yaml_may_not() {
        let text = "{\"a\": \"x\u{7f}\u{80}\u{ffff}\\u007f\"}\n";
        assert_eq!(documents(text).unwrap(), [json!({"a": "x\u{7f}\u{80}\u{ffff}\u{7f}"})]);
        for text in ["a: x\u{7f}\n", "{a: \u{7f}}\n"] {
            assert!(documents(text).is_err(), "{text:?}");
        }
    }
}
