//! Reads YAML into JSON within bounds, and says where it fails.

use std::{cell::RefCell, rc::Rc};

use serde_json::Value;

use crate::{memory::Memory, splice::Tree};

/// Levels of nesting that are read; deeper documents are refused before they can exhaust the stack. A level costs about
/// 25 KB of it in a debug build, and threads have 2 MB; the deepest CRDs in use have about 40 levels.
pub const MAX_DEPTH: usize = 64;

/// Values that aliases may repeat; nested aliases of a few hundred bytes grow beyond any memory otherwise.
const MAX_REPEATED: usize = 20_000;

/// A text that cannot be read as YAML, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct YamlError {
    /// The line, counted from 1; 0 where it is unknown.
    pub line: u64,
    /// The column, counted from 1; 0 where it is unknown.
    pub column: u64,
    /// What is wrong there, in one line.
    pub message: String,
}

/// The one document of `text`; an empty text is null. Only `true` and `false` are booleans: `yes`, `on` and `y` keep their
/// text, so that a difference is shown as it is written.
///
/// # Errors
/// When the text is not YAML, holds several documents, or is nested deeper than [`MAX_DEPTH`].
pub fn parse(text: &str) -> Result<Value, YamlError> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| error_of(&error))
}

thread_local! {
    /// The texts of one cluster's packs, twice over.
    static READ: RefCell<Memory<Value>> = const { RefCell::new(Memory::new(4 * 1024 * 1024)) };
}

/// As [`parse`]. The differences, the estimate and the masks of one comparison read the same texts one after another, so
/// that the last ones read are remembered. What comes out depends on the text alone.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_once(text: &str) -> Result<Rc<Value>, YamlError> {
    if let Some(value) = remembered(text) {
        return Ok(value);
    }
    // The merge reads the same text as a tree, which says the same in most cases.
    let tree = Tree::parse_once(text).ok();
    if let Some(value) = remembered(text) {
        return Ok(value);
    }
    let written = tree.and_then(|tree| tree.as_written());
    Ok(remember(text, written.map_or_else(|| parse(text), Ok)?))
}

/// Remembers what `text` was read as.
pub(crate) fn remember(text: &str, value: Value) -> Rc<Value> {
    let value = Rc::new(value);
    READ.with_borrow_mut(|read| read.put(text, &value));
    value
}

/// What `text` was read as, where it is one of the last.
pub(crate) fn remembered(text: &str) -> Option<Rc<Value>> {
    READ.with_borrow_mut(|read| read.get(text))
}

/// All documents of `text`; empty ones are left out.
///
/// # Errors
/// As [`parse`], but several documents are fine.
pub fn parse_all(text: &str) -> Result<Vec<Value>, YamlError> {
    let documents: Vec<Value> =
        serde_saphyr::from_multiple_with_options(text, options()).map_err(|error| error_of(&error))?;
    Ok(documents.into_iter().filter(|document| !document.is_null()).collect())
}

fn options() -> serde_saphyr::Options {
    let budget = serde_saphyr::budget! { max_depth: MAX_DEPTH };
    let aliases = serde_saphyr::alias_limits! { max_total_replayed_events: MAX_REPEATED };
    serde_saphyr::options! {
        budget: budget,
        alias_limits: aliases,
        with_snippet: false,
        strict_booleans: true,
        // Else a chart with much to say between two keys is refused, for more comments than its reader keeps.
        emit_comments: false,
    }
}

fn error_of(error: &serde_saphyr::Error) -> YamlError {
    let (line, column) = error.location().map_or((0, 0), |location| (location.line(), location.column()));
    let message = error.to_string();
    let message = message.lines().next().unwrap_or("not YAML").trim_start_matches("error: ").to_owned();
    YamlError { line, column, message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_of_many_comments_is_read() {
        let comments = "  # a word of the author\n".repeat(20_000);
        let text = format!("{comments}a:\n{comments}  - 1 # why\n{comments}  # more\n  - 2\n{comments}");
        assert_eq!(
            (parse(&text).unwrap(), parse_all(&text).unwrap()),
            (json!({"a": [1, 2]}), vec![json!({"a": [1, 2]})])
        );
    }

    #[test]
    fn reads_one_document_or_all() {
        assert_eq!(parse("a: 1\nb: [x, true]\n").unwrap(), json!({"a": 1, "b": ["x", true]}));
        assert_eq!(parse(" \n").unwrap(), Value::Null);
        assert_eq!(parse("# only a comment\n").unwrap(), Value::Null);
        assert_eq!(parse_all("---\na: 1\n---\n---\nb: 2\n").unwrap(), [json!({"a": 1}), json!({"b": 2})]);
        assert!(parse("a: 1\n---\nb: 2\n").is_err());
    }

    #[test]
    fn what_is_remembered_is_what_is_read() {
        let texts =
            ["a: 1\n", "b: 2\n", "c: [1, x]\n", "a: 1\n", "d: \"\n", "b: 2\n---\nc: 3\n", " \n", "--- a\n...\n"];
        for text in texts.iter().chain(&texts) {
            let (once, plain) = (parse_once(text).map(|it| (*it).clone()), parse(text));
            assert_eq!(once, plain, "{text:?}");
            assert_eq!(remembered(text).is_some(), plain.is_ok(), "{text:?}");
            if let Ok(value) = plain {
                let all: Vec<_> = [value].into_iter().filter(|it| !it.is_null()).collect();
                assert_eq!(parse_all(text).unwrap(), all, "{text:?}");
            }
        }
    }

    #[test]
    fn says_where_it_fails() {
        let error = parse("a: 1\nb: [1,\nc: }\n").unwrap_err();
        assert!(error.line >= 2, "{error}");
        assert!(!error.message.contains('\n'), "{error}");
    }

    #[test]
    fn refuses_what_is_nested_too_deep() {
        let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        assert!(parse(&deep).unwrap_err().to_string().contains("limit"), "{}", parse(&deep).unwrap_err());
        let block: String = (0..500).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        assert!(parse(&block).is_err());
    }

    #[test]
    fn aliases_that_grow_are_refused() {
        let bomb: String = (1..20).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1)).collect();
        assert!(parse(&format!("a0: &a0 [x, x]\n{bomb}")).is_err());
        assert!(parse("a: &a {b: 1}\nc: *a\nd: *a\n").is_ok());
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        assert!(parse("a: 1\na: 2\n").is_err());
    }
}
