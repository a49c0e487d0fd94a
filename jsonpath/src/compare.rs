//! Compares two values of a filter; what is of two kinds cannot be compared.

use std::cmp::Ordering;

use serde_json::Value;

use crate::{
    item::Item,
    node::Operator,
    number::{Held, held},
};

/// Whether `left operator right` is true.
pub(crate) fn holds(left: Item<'_>, operator: &Operator, right: Item<'_>) -> Result<bool, String> {
    let ordering = match operator {
        Operator::Equal | Operator::NotEqual => compare(left, right)?,
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => match (left, right) {
            (Item::Value(Value::Bool(_)), Item::Value(Value::Bool(_))) => {
                return Err("booleans have no order".to_owned());
            }
            _ => compare(left, right)?,
        },
        Operator::Unknown(text) => return Err(format!("unrecognized filter operator {text:?}")),
        // Compares nothing.
        Operator::Exists => return Ok(true),
    };
    Ok(match operator {
        Operator::Equal => ordering.is_eq(),
        Operator::NotEqual => ordering.is_ne(),
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        Operator::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    })
}

fn compare(left: Item<'_>, right: Item<'_>) -> Result<Ordering, String> {
    match (Scalar::of(left), Scalar::of(right)) {
        (Some(Scalar::Text(left)), Some(Scalar::Text(right))) => Ok(left.cmp(right)),
        (Some(Scalar::Int(left)), Some(Scalar::Int(right))) => Ok(left.cmp(&right)),
        (Some(Scalar::Float(left)), Some(Scalar::Float(right))) => Ok(left.total_cmp(&right)),
        (Some(Scalar::Bool(left)), Some(Scalar::Bool(right))) => Ok(left.cmp(&right)),
        (Some(left), Some(right)) => Err(format!("{} and {} cannot be compared", left.kind(), right.kind())),
        (None, _) => Err(format!("{} cannot be compared", left.kind())),
        (_, None) => Err(format!("{} cannot be compared", right.kind())),
    }
}

/// What can be compared.
pub(crate) enum Scalar<'a> {
    Text(&'a str),
    Int(i64),
    Float(f64),
    Bool(bool),
}

impl<'a> Scalar<'a> {
    pub(crate) fn of(item: Item<'a>) -> Option<Self> {
        match item {
            Item::Value(Value::String(text)) => Some(Self::Text(text)),
            Item::Value(Value::Number(number)) => Some(match held(number) {
                Held::Int(int) => Self::Int(int),
                // Zero has one sign here.
                Held::Float(float) => Self::Float(float + 0.0),
            }),
            Item::Value(Value::Bool(value)) => Some(Self::Bool(*value)),
            Item::Byte(byte) => Some(Self::Int(byte.into())),
            Item::Value(_) | Item::Nothing => None,
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Bool(_) => "a boolean",
        }
    }
}
