//! Reads filters.

use super::Parser;
use crate::{
    error::Problem,
    node::{Filter, Operator, Step},
};

impl Parser<'_> {
    /// The filter whose `[?(` is read already. It may hold one quoted text with parentheses in it.
    pub(super) fn filter(&mut self) -> Result<Step, Problem> {
        let start = self.pos;
        let (mut quote, mut is_closed) = (None, false);
        loop {
            match self.next() {
                None | Some('\n') => {
                    return Err(Problem::new(self.at_byte(start - 3), "unterminated filter, a )] is missing"));
                }
                Some(it @ ('"' | '\'')) if quote.is_none() => quote = Some(it),
                Some(it) if Some(it) == quote && !self.is_escaped() => is_closed = true,
                Some(')') if quote.is_some() == is_closed => break,
                Some(_) => {}
            }
        }
        let content = &self.text[start..self.pos - 1];
        let at = self.at();
        if !self.eat("]") {
            return Err(Problem::new(at, "unclosed filter, a ] is missing after the )"));
        }
        let (left, operator, right) = split(content);
        let left = self.nested("", left, "", start)?;
        if operator.is_empty() {
            return Ok(Step::Filter(Box::new(Filter { left, operator: Operator::Exists, right: Vec::new() })));
        }
        let right = self.nested("", right, "", start + content.len() - right.len())?;
        Ok(Step::Filter(Box::new(Filter { left, operator: Operator::of(operator), right })))
    }
}

/// Both sides of the first operator; all three are there, or there is a left side alone. An operator gives its last
/// character to the right side if nothing else is there.
fn split(content: &str) -> (&str, &str, &str) {
    let is_operator = |it: char| matches!(it, '!' | '<' | '>' | '=');
    let start = content.find(is_operator).unwrap_or(0);
    let rest = &content[start..];
    let mut length = rest.find(|it| !is_operator(it)).unwrap_or(rest.len());
    if length == rest.len() {
        length = length.saturating_sub(1);
    }
    if start == 0 || length == 0 {
        return (content, "", "");
    }
    (&content[..start], &rest[..length], &rest[length..])
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_filter_parts_at_its_first_operator() {
        for (content, expected) in [
            ("@.a", ("@.a", "", "")),
            ("@.a==1", ("@.a", "==", "1")),
            ("@.a =! 1", ("@.a ", "=!", " 1")),
            ("@.a==\"b==c\"", ("@.a", "==", "\"b==c\"")),
            ("@.a==", ("@.a", "=", "=")),
            ("@.a=", ("@.a=", "", "")),
            ("==1", ("==1", "", "")),
            ("", ("", "", "")),
        ] {
            assert_eq!(split(content), expected, "{content}");
        }
    }
}
