//! What is wrong with an expression, and where in it.

use std::fmt;

/// An expression that cannot be read, or that a document has no answer for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    text: String,
    at: usize,
    what: String,
}

impl Error {
    pub(crate) fn new(text: &str, problem: Problem) -> Self {
        let mut at = problem.at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        Self { text: text.to_owned(), at, what: problem.what }
    }

    /// The whole text that the trouble is in.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where in the text the trouble stands, in bytes from its start.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What is wrong there, without the text.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.text[..self.at].chars().count() + 1;
        write!(f, "{:?}, column {column}: {}", self.text, self.what)
    }
}

impl std::error::Error for Error {}

/// The same before the text is known that it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The byte of the whole text.
    pub(crate) at: usize,
    pub(crate) what: String,
}

impl Problem {
    pub(crate) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}
