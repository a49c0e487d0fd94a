//! Why JSON text was not read.

use std::fmt;

use thiserror::Error;

/// Why JSON text was not read, and where. It quotes nothing of the text, which can hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}, at line {} column {}", .0.problem, .0.line, .0.column)]
pub struct JsonError(Box<Trouble>);

/// What is in an error. It stands in a box because results with a small error are returned in registers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble {
    problem: Problem,
    /// From 1.
    line: usize,
    /// The bytes of that line before the place where it went wrong.
    column: usize,
}

/// What is wrong with JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It ends too early.
    Early,
    /// It is not JSON.
    NoJson,
    /// A field is missing, stands twice, or is of another type than it must be.
    Field,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Early => "the JSON ends early",
            Self::NoJson => "it is not JSON",
            Self::Field => "a field is missing, repeated or of another type",
        })
    }
}

impl JsonError {
    #[cold]
    pub(super) fn new(bytes: &[u8], at: usize, problem: Problem) -> Self {
        let before = &bytes[..at];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        Self(Box::new(Trouble { problem, line, column }))
    }
}
