//! A template that is read once and printed for many documents.

use serde_json::Value;

use crate::{
    error::{Error, Problem},
    evaluate::Evaluator,
    item::Item,
    node::Node,
    parse, write,
};

/// What stands behind `-o jsonpath=`: texts, and actions in braces.
#[derive(Clone, Debug)]
pub struct Template {
    text: String,
    parts: Vec<Node>,
    allows_missing: bool,
}

impl Template {
    /// Reads a template. A field that a document lacks prints nothing, which is the default of kubectl. An empty template
    /// is one that prints nothing; kubectl asks for more before it comes to read one.
    ///
    /// # Errors
    /// When an action does not end or cannot be read.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parts = parse::parse(text).map_err(|problem| Error::new(text, problem))?;
        Ok(Self { text: text.to_owned(), parts, allows_missing: true })
    }

    /// The same, where a field that a document lacks is an error: `--allow-missing-template-keys=false`.
    #[must_use]
    pub fn refuse_missing_keys(self) -> Self {
        Self { allows_missing: false, ..self }
    }

    /// The text that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What `-o jsonpath=` prints for a document.
    ///
    /// # Errors
    /// When an index is out of bounds, values cannot be compared or filtered, a word means nothing, or a field is missing
    /// and may not be.
    pub fn print(&self, document: &Value) -> Result<String, Error> {
        let mut out = String::new();
        for results in self.find(document)? {
            for (index, item) in results.into_iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write::result(&mut out, item);
            }
        }
        Ok(out)
    }

    /// What `-o jsonpath-as-json=` prints for a document: a JSON list, and a new line, for each text and each action.
    ///
    /// # Errors
    /// As [`Template::print`].
    pub fn print_as_json(&self, document: &Value) -> Result<String, Error> {
        let mut out = String::new();
        for results in self.find(document)? {
            write::json_list(&mut out, &results);
        }
        Ok(out)
    }

    fn find<'a>(&'a self, document: &'a Value) -> Result<Vec<Vec<Item<'a>>>, Error> {
        self.evaluator().find(Item::Value(document)).map_err(|problem| self.error(problem))
    }

    pub(crate) fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(&self.parts, self.allows_missing)
    }

    pub(crate) fn error(&self, problem: Problem) -> Error {
        Error::new(&self.text, problem)
    }
}
