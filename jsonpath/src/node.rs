//! A template as a tree.

use serde_json::Value;

/// One step, and the byte of the template where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: usize,
    pub(crate) step: Step,
}

/// What becomes of the values so far.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// What stands between braces: one step after the other.
    Action(Vec<Node>),
    /// This text, once, whatever there was.
    Text(Value),
    /// This number or boolean, once for each value.
    Constant(Value),
    Field(String),
    Slice(Slice),
    Union(Vec<Vec<Node>>),
    Filter(Box<Filter>),
    Wildcard,
    Descent,
    /// `range`, `end`, or a word that means nothing.
    Word(String),
}

/// `[start:end:step]`
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice {
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    /// Whether the end is no more than the start of a single index.
    pub(crate) is_index: bool,
    pub(crate) step: Option<i64>,
}

/// `[?(left operator right)]`
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) left: Vec<Node>,
    pub(crate) operator: Operator,
    pub(crate) right: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(crate) enum Operator {
    /// No operator at all: whether there is anything on the left.
    Exists,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Such as `=`; an error as soon as it is to compare.
    Unknown(String),
}

impl Operator {
    pub(crate) fn of(text: &str) -> Self {
        match text {
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            other => Self::Unknown(other.to_owned()),
        }
    }
}
